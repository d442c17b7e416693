package org.netdissect.lab.planted;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.netdissect.lab.planted.Selftest.Line;
import org.netdissect.lab.planted.Selftest.Spoilt;

/** Draws what became of planted units the more they were spoilt: a panel for each way. */
final class SelftestChart {
  private static final int LEFT = 40;
  private static final int ACROSS = 270;
  private static final int WIDTH = 210;
  private static final int TOP = 40;
  private static final int BOTTOM = 210;

  private static final String RECOVERED = "#4B4CBF";
  private static final String IN_CATEGORY = "#50BDAC";
  private static final String IOU = "#F0883B";

  private final StringBuilder svg = new StringBuilder();

  private SelftestChart() {}

  /**
   * A picture of a self-test.
   *
   * @param lines the first of them the clean units, which begin every panel
   */
  static String svg(List<Line> lines) {
    SelftestChart chart = new SelftestChart();
    chart.svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 830 260" font-family="sans-serif" font-size="11">
        <rect width="100%" height="100%" fill="white"/>
        """);
    chart.key(0, RECOVERED, "planted concept is the label");
    chart.key(1, IN_CATEGORY, "it is its category's best label");
    chart.key(2, IOU, "mean IoU × 100");
    chart.panel(0, "noise: standard deviation", lines, Spoilt.NOISE, "0");
    chart.panel(1, "map: cells a side", lines, Spoilt.LOW, "as the masks");
    chart.panel(2, "share of the concept's images answered", lines, Spoilt.PARTIAL, "1");
    return chart.svg.append("</svg>\n").toString();
  }

  private void key(int place, String color, String text) {
    int x = LEFT + 210 * place;
    svg.append(
        "<rect x=\"%d\" y=\"14\" width=\"12\" height=\"12\" fill=\"%s\"/>".formatted(x, color));
    text(x + 18, 24, "start", text);
  }

  private void panel(int place, String title, List<Line> all, Spoilt spoilt, String first) {
    int left = LEFT + ACROSS * place;
    for (int percent = 0; percent <= 100; percent += 25) {
      double y = y(percent);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
              left,
              left + WIDTH,
              y,
              y));
      text(left - 4, y + 4, "end", percent + (percent == 100 ? " %" : ""));
    }
    List<Line> lines = new ArrayList<>();
    lines.add(all.get(0));
    all.stream().filter(line -> line.what().equals(spoilt.text)).forEach(lines::add);
    double[] x = new double[lines.size()];
    double[][] y = new double[3][lines.size()];
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      x[i] = left + WIDTH * i / (lines.size() - 1.0);
      y[0][i] = y(100.0 * line.recovered() / line.units());
      y[1][i] = y(100.0 * line.inCategory() / line.units());
      y[2][i] = y(100 * line.found());
      text(x[i], BOTTOM + 16, "middle", i == 0 ? first : Selftest.number(line.level()));
    }
    curve(x, y[0], RECOVERED);
    curve(x, y[1], IN_CATEGORY);
    curve(x, y[2], IOU);
    text(left + WIDTH / 2.0, BOTTOM + 36, "middle", title);
  }

  private static double y(double percent) {
    return BOTTOM - (BOTTOM - TOP) * percent / 100;
  }

  private void curve(double[] x, double[] y, String color) {
    StringBuilder points = new StringBuilder();
    StringBuilder dots = new StringBuilder();
    for (int i = 0; i < x.length; i++) {
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x[i], y[i]));
      dots.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
              x[i],
              y[i],
              color));
    }
    svg.append(
        "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>%n"
            .formatted(color, points.toString().trim()));
    svg.append(dots);
  }

  private void text(double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            text));
  }
}
