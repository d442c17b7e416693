package org.netdissect.report.figures;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How things move between kinds from one time to the next, as an alluvial diagram (Rosvall and
 * Bergstrom 2010): a column a time, in it a block a kind, and between neighbours bands as wide as
 * the number of things that go that way.
 */
public final class FlowChart {
  private static final double WIDTH = 900;
  private static final double MARGIN = 10;
  private static final double FONT = 10.5;
  private static final double BLOCK = 12;
  private static final double NARROW = 4;
  private static final double WIDE = 10;
  private static final int MANY = 8;
  private static final double LEAST_HEIGHT = 280;
  private static final double MOST_HEIGHT = 1200;
  private static final String NO_CATEGORY = "#b4b4b4";

  /**
   * A kind that things are of.
   *
   * @param name different for each kind
   * @param category that gives its colour; blank for none
   */
  public record Kind(String name, String category) {}

  private final List<String> times;
  private final List<Kind> kinds;
  private final List<List<Integer>> things;
  private final List<Map<Integer, double[]>> blocks = new ArrayList<>();
  private final Svg svg = new Svg();

  private FlowChart(List<String> times, List<Kind> kinds, List<List<Integer>> things) {
    this.times = times;
    this.kinds = kinds;
    this.things = things;
  }

  /**
   * Draws it.
   *
   * @param times names of the columns, two at least
   * @param kinds in the order in which they are stacked
   * @param things of each its kind at each time, as a place in {@code kinds}
   * @param categories all that kinds may have
   * @param name of the figure's files
   */
  public static Figure of(
      List<String> times,
      List<Kind> kinds,
      List<List<Integer>> things,
      List<String> categories,
      String name,
      String caption) {
    return new FlowChart(times, kinds, things).draw(categories, name, caption);
  }

  private Figure draw(List<String> categories, String name, String caption) {
    Palette palette = new Palette(categories);
    double side =
        kinds.stream().mapToDouble(kind -> Svg.textWidth(kind.name(), FONT)).max().orElse(0);
    double left = MARGIN + side + 6;
    double right = WIDTH - left - BLOCK;
    int present = 0;
    for (int t = 0; t < times.size(); t++) {
      present = Math.max(present, counts(t).size());
    }
    // Wide enough for a line of text a block, as far as that is sensible.
    double high =
        Math.max(LEAST_HEIGHT, Math.min(MOST_HEIGHT, Math.max(present, things.size() / 8.0) * 15));
    // Between many small blocks there must be room for their names.
    double gap = present > MANY ? WIDE : NARROW;
    double each = (high - NARROW * (present - 1)) / things.size();
    high += (gap - NARROW) * (present - 1);
    List<Double> places = new ArrayList<>();
    for (int t = 0; t < times.size(); t++) {
      places.add(left + (right - left) * t / (times.size() - 1));
      blocks.add(stack(counts(t), each, gap));
    }
    for (int t = 1; t < times.size(); t++) {
      bands(t, places, each, palette);
    }
    for (int t = 0; t < times.size(); t++) {
      column(t, places.get(t), palette);
    }
    double bottom = MARGIN + high + 22;
    return new Figure(
        name,
        caption,
        svg.finish(WIDTH, bottom, "", caption, caption),
        WIDTH,
        bottom,
        sheet(),
        List.of());
  }

  /** Number of things of each kind at a time, those that there are, in the order of the kinds. */
  private Map<Integer, Integer> counts(int time) {
    Map<Integer, Integer> counts = new LinkedHashMap<>();
    for (int k = 0; k < kinds.size(); k++) {
      int kind = k;
      int n = (int) things.stream().filter(of -> of.get(time) == kind).count();
      if (n > 0) {
        counts.put(k, n);
      }
    }
    return counts;
  }

  /** Top and height of each kind's block. */
  private static Map<Integer, double[]> stack(
      Map<Integer, Integer> counts, double each, double gap) {
    Map<Integer, double[]> blocks = new LinkedHashMap<>();
    double y = MARGIN;
    for (Map.Entry<Integer, Integer> kind : counts.entrySet()) {
      blocks.put(kind.getKey(), new double[] {y, kind.getValue() * each});
      y += kind.getValue() * each + gap;
    }
    return blocks;
  }

  private String colour(int kind, Palette palette) {
    return kinds.get(kind).category().isEmpty()
        ? NO_CATEGORY
        : palette.colour(kinds.get(kind).category());
  }

  private void bands(int time, List<Double> places, double each, Palette palette) {
    Map<Integer, Double> leaving = new HashMap<>();
    Map<Integer, Double> coming = new HashMap<>();
    for (int from : blocks.get(time - 1).keySet()) {
      for (int to : blocks.get(time).keySet()) {
        long n =
            things.stream().filter(of -> of.get(time - 1) == from && of.get(time) == to).count();
        if (n == 0) {
          continue;
        }
        double width = n * each;
        double y1 = top(time - 1, from) + leaving.merge(from, width, Double::sum) - width;
        double y2 = top(time, to) + coming.merge(to, width, Double::sum) - width;
        svg.band(
            places.get(time - 1) + BLOCK, y1, places.get(time), y2, width, colour(from, palette));
      }
    }
  }

  private double top(int time, int kind) {
    return Objects.requireNonNull(blocks.get(time).get(kind))[0];
  }

  private void column(int time, double x, Palette palette) {
    boolean first = time == 0;
    boolean last = time == times.size() - 1;
    double free = Double.NEGATIVE_INFINITY;
    for (Map.Entry<Integer, double[]> block : blocks.get(time).entrySet()) {
      double y = block.getValue()[0];
      double height = block.getValue()[1];
      svg.rect(x, y, BLOCK, height, colour(block.getKey(), palette));
      double middle = y + height / 2 + 3.5;
      if ((first || last) && middle - FONT > free) {
        svg.text(
            first ? x - 5 : x + BLOCK + 5,
            middle,
            FONT,
            first ? Svg.Anchor.END : Svg.Anchor.START,
            kinds.get(block.getKey()).name());
        free = middle;
      }
    }
    double bottom =
        blocks.get(time).values().stream().mapToDouble(of -> of[0] + of[1]).max().orElse(MARGIN);
    svg.text(
        first ? x : last ? x + BLOCK : x + BLOCK / 2,
        bottom + 14,
        FONT,
        first ? Svg.Anchor.START : last ? Svg.Anchor.END : Svg.Anchor.MIDDLE,
        times.get(time));
  }

  private Sheet sheet() {
    List<List<String>> rows = new ArrayList<>();
    for (int t = 1; t < times.size(); t++) {
      int time = t;
      for (int from : blocks.get(t - 1).keySet()) {
        for (int to : blocks.get(t).keySet()) {
          long n =
              things.stream().filter(of -> of.get(time - 1) == from && of.get(time) == to).count();
          if (n > 0) {
            rows.add(
                List.of(
                    times.get(t - 1),
                    kinds.get(from).name(),
                    times.get(t),
                    kinds.get(to).name(),
                    Long.toString(n)));
          }
        }
      }
    }
    return new Sheet(List.of("time", "from", "next", "to", "number"), rows);
  }
}
