package org.netdissect.report.figures;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The categories' colours, patterns and order, the same as on the pages ({@code names.js} and
 * {@code charts.js}).
 */
final class Palette {
  private static final Map<String, String> NAMED =
      Map.of(
          "object", "#4458C9",
          "scene", "#2E8B57",
          "part", "#4DB8D1",
          "material", "#E3D53F",
          "texture", "#F5A044",
          "color", "#A81C2B");
  private static final List<String> MORE =
      List.of("#8A5BC0", "#6F7F2E", "#C77CA8", "#7A4A22", "#9FB6C6", "#3F4A57");

  /** The order of the paper's figures; other categories follow in the data set's order. */
  private static final List<String> FIGURE_ORDER =
      List.of("object", "scene", "part", "material", "texture", "color");

  /**
   * White lines over the colour, in a square of 6 pixels that goes on in its neighbours: plain, /,
   * \, –, |, ×, and again.
   */
  private static final List<String> LINES =
      List.of(
          "", "M-1 4L4 -1M2 7L7 2", "M-1 2L4 7M2 -1L7 4", "M0 3H6", "M3 0V6", "M0 0L6 6M6 0L0 6");

  private final List<String> categories;
  private final List<String> colours = new ArrayList<>();
  private final List<Integer> order = new ArrayList<>();

  Palette(List<String> categories) {
    this.categories = categories;
    int spare = 0;
    for (int c = 0; c < categories.size(); c++) {
      String named = NAMED.get(categories.get(c));
      colours.add(named != null ? named : MORE.get(spare++ % MORE.size()));
      order.add(c);
    }
    order.sort(
        Comparator.comparingInt((Integer c) -> rank(categories.get(c)))
            .thenComparing(Comparator.naturalOrder()));
  }

  private static int rank(String category) {
    int at = FIGURE_ORDER.indexOf(category);
    return at < 0 ? FIGURE_ORDER.size() : at;
  }

  /** Places of the categories in the order in which they are shown. */
  List<Integer> order() {
    return order;
  }

  String colour(int category) {
    return colours.get(category);
  }

  String colour(String category) {
    return colours.get(categories.indexOf(category));
  }

  /** Draws an area of a category: its colour, and over it its lines. */
  void area(Svg svg, double x, double y, double width, double height, int category) {
    svg.rect(x, y, width, height, colours.get(category));
    if (!lines(category).isEmpty()) {
      svg.rect(x, y, width, height, "url(#lines-" + category + ")");
    }
  }

  private String lines(int category) {
    return LINES.get(order.indexOf(category) % LINES.size());
  }

  /** The definitions of the lines, which a drawing with {@link #area areas} needs. */
  String patterns() {
    StringBuilder text = new StringBuilder("<defs>\n");
    for (int category : order) {
      if (!lines(category).isEmpty()) {
        text.append("<pattern id=\"lines-")
            .append(category)
            .append("\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><path d=\"")
            .append(lines(category))
            .append("\" stroke=\"#fff\" stroke-width=\"1\" stroke-opacity=\"0.75\" fill=\"none\"/>")
            .append("</pattern>\n");
      }
    }
    return text.append("</defs>\n").toString();
  }

  String category(int category) {
    return categories.get(category);
  }
}
