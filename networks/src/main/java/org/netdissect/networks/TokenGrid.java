package org.netdissect.networks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the tokens of a transformer's layer cover the image: row by row, with others before or behind
 * them that are no places of the image, such as class and register tokens.
 *
 * @param rows of tokens
 * @param columns of tokens
 * @param before tokens left out before the first of the grid
 * @param after tokens left out behind the last
 */
public record TokenGrid(int rows, int columns, int before, int after) {
  private static final Pattern FORM =
      Pattern.compile("grid=(\\d{1,4})x(\\d{1,4})(?:,skip=(\\d{1,4}))?(?:,after=(\\d{1,4}))?");

  /**
   * @throws IllegalArgumentException if there is not more than one token in the grid
   */
  public TokenGrid {
    if (rows < 1 || columns < 1 || rows * columns < 2 || before < 0 || after < 0) {
      throw new IllegalArgumentException(
          "A grid of %d×%d tokens is none.".formatted(rows, columns));
    }
  }

  /**
   * Reads {@code grid=HxW}, {@code grid=HxW,skip=S} or {@code grid=HxW,skip=S,after=A}.
   *
   * @throws IllegalArgumentException with one clear line if the text is not of that form
   */
  public static TokenGrid parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "Tokens \"%s\" are not of the form grid=HxW,skip=S, for example grid=14x14,skip=1."
              .formatted(text));
    }
    return new TokenGrid(
        Integer.parseInt(form.group(1)),
        Integer.parseInt(form.group(2)),
        form.group(3) == null ? 0 : Integer.parseInt(form.group(3)),
        form.group(4) == null ? 0 : Integer.parseInt(form.group(4)));
  }

  /** All tokens, those left out included. */
  public int tokens() {
    return rows * columns + before + after;
  }

  /** The form that {@link #parse} reads. */
  @Override
  public String toString() {
    return "grid="
        + rows
        + "x"
        + columns
        + (before > 0 || after > 0 ? ",skip=" + before : "")
        + (after > 0 ? ",after=" + after : "");
  }
}
