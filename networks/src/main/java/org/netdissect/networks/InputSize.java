package org.netdissect.networks;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Height and width of a network's input in pixels.
 *
 * @param height rows, 1 to 16384
 * @param width columns, 1 to 16384
 */
public record InputSize(int height, int width) {
  private static final int LARGEST = 16384;
  private static final Pattern FORM = Pattern.compile("\\s*(\\d{1,6})\\s*[,x]\\s*(\\d{1,6})\\s*");

  /**
   * @throws IllegalArgumentException if a side is not 1 to 16384
   */
  public InputSize {
    if (height < 1 || width < 1 || height > LARGEST || width > LARGEST) {
      throw new IllegalArgumentException(
          "The size %d,%d is out of range: each side must be 1 to %d pixels."
              .formatted(height, width, LARGEST));
    }
  }

  /**
   * Reads {@code "H,W"}, for example {@code "224,224"}.
   *
   * @throws IllegalArgumentException with one clear line if the text is not of that form
   */
  public static InputSize parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "The size \"%s\" is not of the form H,W, for example 224,224.".formatted(text));
    }
    return new InputSize(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
  }

  /** The form that {@link #parse} reads. */
  @Override
  public String toString() {
    return height + "," + width;
  }
}
