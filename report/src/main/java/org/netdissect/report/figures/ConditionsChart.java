package org.netdissect.report.figures;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;

/**
 * A measure under several conditions: every network a dot, the mean of each condition a line, its
 * range a whisker; along an axis of numbers where the conditions are numbers.
 */
public final class ConditionsChart {
  private static final double WIDTH = 480;

  /** Room that names need between them to stand level. */
  private static final double BETWEEN = 12;

  private static final double HIGH = 190;
  private static final double LEFT = 48;
  private static final double MARGIN = 10;
  private static final double FONT = 10;
  private static final String INK = "#4458C9";

  /**
   * One condition.
   *
   * @param label its name
   * @param x it as a number; null where it is none
   * @param values of the measure, one for each network
   */
  public record Condition(String label, @Nullable Double x, List<Double> values) {
    public Condition {
      values = List.copyOf(values);
    }
  }

  private ConditionsChart() {}

  /**
   * Draws it.
   *
   * @param conditions at least one, each with a value, in order
   * @param factor what the conditions differ by
   * @param measure what is measured
   * @param name of the figure's files
   */
  public static Figure of(
      List<Condition> conditions, String factor, String measure, String name, String caption) {
    double most = 0;
    double least = 0;
    for (Condition condition : conditions) {
      for (double value : condition.values()) {
        most = Math.max(most, value);
        least = Math.min(least, value);
      }
    }
    if (most <= least) {
      most = least + 1;
    }
    boolean numbers =
        conditions.size() > 1 && conditions.stream().allMatch(condition -> condition.x() != null);
    Svg svg = new Svg();
    double top = MARGIN + 16;
    double scale = HIGH / (most - least);
    for (double tick : Ticks.round(least, most, 5)) {
      double y = top + HIGH - (tick - least) * scale;
      svg.line(LEFT, y, WIDTH - MARGIN, y, "#ddd", "");
      svg.text(LEFT - 5, y + 3.5, FONT, Svg.Anchor.END, Numbers.general(tick, 4));
    }
    svg.text(LEFT - 38, MARGIN + 4, FONT, Svg.Anchor.START, measure);
    // Where nothing is repeated the dots are all there is.
    boolean repeated = conditions.stream().anyMatch(condition -> condition.values().size() > 1);
    List<Double> places = places(conditions, numbers);
    double low = top + HIGH;
    double bottom =
        numbers
            ? numbers(svg, conditions, places, low, factor)
            : names(svg, conditions, places, low);
    Double lastX = null;
    double lastY = 0;
    for (int i = 0; i < conditions.size(); i++) {
      Condition condition = conditions.get(i);
      double x = places.get(i);
      double mean = condition.values().stream().mapToDouble(v -> v).average().orElseThrow();
      double highest = condition.values().stream().mapToDouble(v -> v).max().orElseThrow();
      double lowest = condition.values().stream().mapToDouble(v -> v).min().orElseThrow();
      double y = low - (mean - least) * scale;
      if (repeated && numbers && lastX != null) {
        svg.line(lastX, lastY, x, y, INK, " stroke-width=\"1.5\"");
      }
      svg.line(x, low - (lowest - least) * scale, x, low - (highest - least) * scale, INK, "");
      if (repeated) {
        svg.line(x - 7, y, x + 7, y, INK, " stroke-width=\"2.5\"");
      }
      for (double value : condition.values()) {
        double at = low - (value - least) * scale;
        svg.line(
            x, at, x, at, "#222", " stroke-width=\"5\" stroke-linecap=\"round\" opacity=\"0.55\"");
      }
      lastX = x;
      lastY = y;
    }
    svg.line(LEFT, low, WIDTH - MARGIN, low, "#555", "");
    return new Figure(
        name,
        caption,
        svg.finish(WIDTH, bottom + MARGIN, "", caption, caption),
        WIDTH,
        bottom + MARGIN,
        sheet(conditions, factor, measure),
        List.of());
  }

  private static List<Double> places(List<Condition> conditions, boolean numbers) {
    double from = LEFT + 18;
    double wide = WIDTH - MARGIN - 18 - from;
    double first = conditions.stream().mapToDouble(c -> c.x() == null ? 0 : c.x()).min().orElse(0);
    double last = conditions.stream().mapToDouble(c -> c.x() == null ? 0 : c.x()).max().orElse(0);
    List<Double> places = new ArrayList<>();
    for (int i = 0; i < conditions.size(); i++) {
      Double x = conditions.get(i).x();
      places.add(
          numbers && x != null && last > first
              ? from + wide * (x - first) / (last - first)
              : from + wide * (i + 0.5) / conditions.size());
    }
    return places;
  }

  private static double numbers(
      Svg svg, List<Condition> conditions, List<Double> places, double low, String factor) {
    double end = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < conditions.size(); i++) {
      String label = conditions.get(i).label();
      double half = Svg.textWidth(label, FONT) / 2;
      svg.line(places.get(i), low, places.get(i), low + 4, "#555", "");
      if (places.get(i) - half > end + 4) {
        svg.text(places.get(i), low + 15, FONT, Svg.Anchor.MIDDLE, label);
        end = places.get(i) + half;
      }
    }
    svg.text((LEFT + WIDTH) / 2, low + 30, FONT, Svg.Anchor.MIDDLE, factor);
    return low + 34;
  }

  private static double names(
      Svg svg, List<Condition> conditions, List<Double> places, double low) {
    double longest =
        conditions.stream().mapToDouble(c -> Svg.textWidth(c.label(), FONT)).max().orElse(0);
    boolean level = longest + BETWEEN <= (WIDTH - MARGIN - LEFT) / conditions.size();
    for (int i = 0; i < conditions.size(); i++) {
      String label = conditions.get(i).label();
      if (level) {
        svg.text(places.get(i), low + 15, FONT, Svg.Anchor.MIDDLE, label);
      } else {
        svg.slanted(places.get(i) + 3, low + 12, FONT, label);
      }
    }
    if (level) {
      return low + 20;
    }
    return low + 16 + longest * Math.sin(Math.toRadians(55));
  }

  private static Sheet sheet(List<Condition> conditions, String factor, String measure) {
    List<List<String>> rows = new ArrayList<>();
    for (Condition condition : conditions) {
      for (double value : condition.values()) {
        rows.add(List.of(condition.label(), Numbers.general(value, 7)));
      }
    }
    return new Sheet(List.of(factor, measure), rows);
  }
}
