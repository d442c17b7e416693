package org.netdissect.report.figures;

import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.Numbers;
import org.netdissect.report.page.Page;

/** A drawing in the making: shapes and texts at pixels from its upper left corner. */
final class Svg {
  static final String FONT = "Helvetica, Arial, 'DejaVu Sans', sans-serif";

  /** About how wide a letter is, in the size of the font. */
  private static final double LETTER = 0.56;

  /** Square, triangle, circle, diamond, triangle on its point, cross, dash. */
  private static final List<String> POINTS =
      List.of(
          "M-4 -4h8v8h-8z",
          "M0 -5L5 4H-5z",
          "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
          "M0 -6L5 0L0 6L-5 0z",
          "M0 5L5 -4H-5z",
          "M-5 -1.5h3.5v-3.5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5z",
          "M-5 -1.5h10v3h-10z");

  private final StringBuilder body = new StringBuilder();

  /** Where a text begins, ends or has its middle. */
  enum Anchor {
    START("start"),
    MIDDLE("middle"),
    END("end");

    private final String name;

    Anchor(String name) {
      this.name = name;
    }
  }

  static double textWidth(String text, double size) {
    return text.length() * size * LETTER;
  }

  private static String number(double value) {
    return Numbers.general(Math.rint(value * 100) / 100, 7);
  }

  Svg rect(double x, double y, double width, double height, String fill) {
    body.append("<rect x=\"").append(number(x)).append("\" y=\"").append(number(y));
    body.append("\" width=\"").append(number(width)).append("\" height=\"").append(number(height));
    body.append("\" fill=\"").append(fill).append("\"/>\n");
    return this;
  }

  Svg line(double x1, double y1, double x2, double y2, String stroke, String more) {
    body.append("<path d=\"M").append(number(x1)).append(' ').append(number(y1));
    body.append('L').append(number(x2)).append(' ').append(number(y2));
    body.append("\" stroke=\"").append(stroke).append("\" fill=\"none\"").append(more);
    body.append("/>\n");
    return this;
  }

  /** A point of a line; lines have shapes of their own beside the colour, as on the pages. */
  Svg point(double x, double y, int line, String fill) {
    body.append("<path transform=\"translate(").append(number(x)).append(' ').append(number(y));
    body.append(") scale(0.75)\" d=\"").append(POINTS.get(line % POINTS.size()));
    body.append("\" fill=\"").append(fill).append("\"/>\n");
    return this;
  }

  /** A band of that width from the left to the right, both given by its upper edge. */
  Svg band(double x1, double y1, double x2, double y2, double width, String fill) {
    String middle = number((x1 + x2) / 2);
    body.append("<path d=\"M").append(number(x1)).append(' ').append(number(y1));
    body.append('C').append(middle).append(' ').append(number(y1)).append(' ').append(middle);
    body.append(' ').append(number(y2)).append(' ').append(number(x2)).append(' ');
    body.append(number(y2)).append('v').append(number(width)).append('C').append(middle);
    body.append(' ').append(number(y2 + width)).append(' ').append(middle).append(' ');
    body.append(number(y1 + width)).append(' ').append(number(x1)).append(' ');
    body.append(number(y1 + width)).append("z\" fill=\"").append(fill);
    body.append("\" fill-opacity=\"0.45\"/>\n");
    return this;
  }

  Svg text(double x, double y, double size, Anchor anchor, String text) {
    return text("x=\"" + number(x) + "\" y=\"" + number(y) + "\"", size, anchor, "#222", text);
  }

  Svg bold(double x, double y, double size, String text) {
    return text(
        "x=\"" + number(x) + "\" y=\"" + number(y) + "\" font-weight=\"bold\"",
        size,
        Anchor.START,
        "#222",
        text);
  }

  /** A text that ends at a point and comes from below left. */
  Svg slanted(double x, double y, double size, String text) {
    return text(
        "transform=\"translate(" + number(x) + " " + number(y) + ") rotate(-55)\"",
        size,
        Anchor.END,
        "#222",
        text);
  }

  private Svg text(String place, double size, Anchor anchor, String fill, String text) {
    body.append("<text ").append(place).append(" font-size=\"").append(number(size));
    body.append("\" text-anchor=\"").append(anchor.name).append("\" fill=\"").append(fill);
    body.append("\">").append(Page.escape(text)).append("</text>\n");
    return this;
  }

  /** A picture that the drawing holds itself. */
  Svg image(double x, double y, double width, double height, String type, String base64) {
    body.append("<image x=\"").append(number(x)).append("\" y=\"").append(number(y));
    body.append("\" width=\"").append(number(width)).append("\" height=\"").append(number(height));
    body.append("\" href=\"data:").append(type).append(";base64,").append(base64);
    body.append("\"/>\n");
    return this;
  }

  /** Breaks a text into lines of at most so many pixels. */
  static List<String> lines(String text, double size, double width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (!line.isEmpty() && textWidth(line + " " + word, size) > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /**
   * The drawing on white, as a file of its own.
   *
   * @param definitions of patterns
   * @param title text
   * @param description what was drawn from what; for those who look into the file
   */
  String finish(double width, double height, String definitions, String title, String description) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\""
        + " width=\""
        + number(width)
        + "\" height=\""
        + number(height)
        + "\" viewBox=\"0 0 "
        + number(width)
        + " "
        + number(height)
        + "\" font-family=\""
        + FONT
        + "\" role=\"img\">\n<title>"
        + Page.escape(title)
        + "</title>\n<desc>"
        + Page.escape(description)
        + "</desc>\n"
        + definitions
        + "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
        + body
        + "</svg>\n";
  }
}
