package org.netdissect.report.figures;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.netdissect.base.Numbers;

/**
 * A measure of several networks over the IoU above which a unit is a detector: whether a comparison
 * depends on that choice (the paper: counts change, orders stay).
 */
public final class ThresholdCurves {
  /** From 0.02 to 0.1, as in the paper. */
  public static final List<Double> THRESHOLDS =
      IntStream.rangeClosed(2, 10).mapToObj(hundredths -> hundredths / 100.0).toList();

  private static final double WIDTH = 480;
  private static final double HIGH = 190;
  private static final double LEFT = 48;
  private static final double MARGIN = 10;
  private static final double FONT = 10;
  private static final double LEGEND_LINE = 14;
  private static final int MOST_NAMED = 5;

  private static final List<String> COLOURS =
      List.of(
          "#4458C9", "#C2281F", "#2E8B57", "#B8860B", "#8A5BC0", "#3F8FA8", "#7A4A22", "#3F4A57");

  /** For the first eight curves, the next eight, and so on. */
  private static final List<String> DASHES = List.of("", "6 3", "2 3", "9 3 2 3");

  private final List<Curve> curves;
  private final String measure;

  /**
   * One network, or several that repeat each other.
   *
   * @param name different for each curve
   * @param values for each of {@link #THRESHOLDS} the measure of each repeat
   */
  public record Curve(String name, List<List<Double>> values) {
    public Curve {
      values = values.stream().map(List::copyOf).toList();
      if (values.size() != THRESHOLDS.size() || values.stream().anyMatch(List::isEmpty)) {
        throw new IllegalArgumentException(name + ": a value is wanted at every threshold");
      }
    }

    double mean(int threshold) {
      return values.get(threshold).stream().mapToDouble(v -> v).average().orElseThrow();
    }

    double least(int threshold) {
      return Collections.min(values.get(threshold));
    }

    double most(int threshold) {
      return Collections.max(values.get(threshold));
    }
  }

  private ThresholdCurves(List<Curve> curves, String measure) {
    this.curves = curves;
    this.measure = measure;
  }

  /**
   * Curves to compare.
   *
   * @param measure what is measured, for people
   */
  public static ThresholdCurves of(List<Curve> curves, String measure) {
    if (curves.isEmpty()) {
      throw new IllegalArgumentException("no curves");
    }
    return new ThresholdCurves(List.copyOf(curves), measure);
  }

  /** In how many pairs of curves the one with the larger mean is the same at every threshold. */
  public String orders() {
    if (curves.size() < 2) {
      return "There is one curve only, so no order.";
    }
    int pairs = 0;
    List<String> changing = new ArrayList<>();
    for (int a = 0; a < curves.size(); a++) {
      for (int b = a + 1; b < curves.size(); b++) {
        pairs++;
        String change = change(curves.get(a), curves.get(b));
        if (!change.isEmpty()) {
          changing.add(change);
        }
      }
    }
    String range = "IoU " + shown(0) + " to " + shown(THRESHOLDS.size() - 1);
    if (changing.isEmpty()) {
      return pairs == 1
          ? "The order of the means stays the same from %s.".formatted(range)
          : "The order of the means stays the same from %s in all %d pairs."
              .formatted(range, pairs);
    }
    return "From %s the order of the means changes in %d of %d pairs: %s%s."
        .formatted(
            range,
            changing.size(),
            pairs,
            String.join("; ", changing.subList(0, Math.min(MOST_NAMED, changing.size()))),
            changing.size() > MOST_NAMED ? "; …" : "");
  }

  /**
   * Where one is more and where the other; empty where that never changes. Equals change nothing.
   */
  private static String change(Curve a, Curve b) {
    List<String> more = new ArrayList<>();
    List<String> less = new ArrayList<>();
    for (int t = 0; t < THRESHOLDS.size(); t++) {
      int sign = Double.compare(a.mean(t), b.mean(t));
      if (sign != 0) {
        (sign > 0 ? more : less).add(shown(t));
      }
    }
    return more.isEmpty() || less.isEmpty()
        ? ""
        : "%s > %s at %s, < at %s"
            .formatted(a.name(), b.name(), String.join(", ", more), String.join(", ", less));
  }

  private static String shown(int threshold) {
    return Numbers.general(THRESHOLDS.get(threshold), 3);
  }

  /**
   * Draws them.
   *
   * @param name of the figure's files
   */
  public Figure figure(String name, String caption) {
    Svg svg = new Svg();
    double top = MARGIN + 16;
    double low = top + HIGH;
    double most = 0;
    for (Curve curve : curves) {
      for (int t = 0; t < THRESHOLDS.size(); t++) {
        most = Math.max(most, curve.most(t));
      }
    }
    most = most > 0 ? most : 1;
    for (double tick : Ticks.round(0, most, 5)) {
      double y = low - tick / most * HIGH;
      svg.line(LEFT, y, WIDTH - MARGIN, y, "#ddd", "");
      svg.text(LEFT - 5, y + 3.5, FONT, Svg.Anchor.END, Numbers.general(tick, 4));
    }
    svg.text(LEFT - 38, MARGIN + 4, FONT, Svg.Anchor.START, measure);
    for (int t = 0; t < THRESHOLDS.size(); t++) {
      svg.line(x(t), low, x(t), low + 4, "#555", "");
      svg.text(x(t), low + 15, FONT, Svg.Anchor.MIDDLE, shown(t));
    }
    svg.text((LEFT + WIDTH) / 2, low + 30, FONT, Svg.Anchor.MIDDLE, "IoU above");
    svg.line(LEFT, low, WIDTH - MARGIN, low, "#555", "");
    for (int c = 0; c < curves.size(); c++) {
      draw(svg, c, low, HIGH / most);
    }
    double bottom = legend(svg, low + 48);
    return new Figure(
        name,
        caption,
        svg.finish(WIDTH, bottom + MARGIN, "", caption, caption),
        WIDTH,
        bottom + MARGIN,
        sheet(),
        List.of());
  }

  private static double x(int threshold) {
    double from = LEFT + 18;
    return from + (WIDTH - MARGIN - 18 - from) * threshold / (THRESHOLDS.size() - 1);
  }

  private static String colour(int curve) {
    return COLOURS.get(curve % COLOURS.size());
  }

  private static String dashes(int curve) {
    String dashes = DASHES.get(curve / COLOURS.size() % DASHES.size());
    return dashes.isEmpty() ? "" : " stroke-dasharray=\"" + dashes + "\"";
  }

  /** A line of means, with the range of the repeats at each threshold. */
  private void draw(Svg svg, int number, double low, double scale) {
    Curve curve = curves.get(number);
    for (int t = 0; t < THRESHOLDS.size(); t++) {
      double y = low - curve.mean(t) * scale;
      if (t > 0) {
        double before = low - curve.mean(t - 1) * scale;
        svg.line(x(t - 1), before, x(t), y, colour(number), " stroke-width=\"2\"" + dashes(number));
      }
      if (curve.most(t) > curve.least(t)) {
        svg.line(
            x(t),
            low - curve.least(t) * scale,
            x(t),
            low - curve.most(t) * scale,
            colour(number),
            " stroke-width=\"5\" stroke-opacity=\"0.3\"");
      }
      svg.rect(x(t) - 2, y - 2, 4, 4, colour(number));
    }
  }

  /** Names of the curves in lines; returns where they end. */
  private double legend(Svg svg, double from) {
    double x = LEFT;
    double y = from;
    for (int c = 0; c < curves.size(); c++) {
      String name = curves.get(c).name();
      double wide = 36 + Svg.textWidth(name, FONT);
      if (x > LEFT && x + wide > WIDTH - MARGIN) {
        x = LEFT;
        y += LEGEND_LINE;
      }
      svg.line(x, y - 3.5, x + 18, y - 3.5, colour(c), " stroke-width=\"2\"" + dashes(c));
      svg.text(x + 22, y, FONT, Svg.Anchor.START, name);
      x += wide;
    }
    return y + 2;
  }

  private Sheet sheet() {
    List<List<String>> rows = new ArrayList<>();
    for (Curve curve : curves) {
      for (int t = 0; t < THRESHOLDS.size(); t++) {
        rows.add(
            List.of(
                curve.name(),
                shown(t),
                Integer.toString(curve.values().get(t).size()),
                Numbers.general(curve.mean(t), 7),
                Numbers.general(curve.least(t), 7),
                Numbers.general(curve.most(t), 7)));
      }
    }
    return new Sheet(List.of("name", "iou", "networks", "mean " + measure, "least", "most"), rows);
  }
}
