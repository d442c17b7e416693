package org.netdissect.report.figures;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.netdissect.base.Numbers;
import org.netdissect.results.BasisInfo;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerDissection;

/**
 * The paper's Figure 4: unique detectors of each category against the power of the rotation, mean
 * and range over the seeds; the layer itself stands at the power 0.
 */
final class AlphaChart {
  private static final double HIGH = 200;
  private static final double LEFT = 50;
  private static final double TOP = 34;
  private static final double NAME = 10.5;
  private static final String ALL = "#222";

  private final TreeMap<Double, List<DetectorCounts>> powers = new TreeMap<>();
  private final List<Series> series = new ArrayList<>();

  /** A line of the chart. */
  private record Series(String name, String colour, ToIntFunction<DetectorCounts> of) {}

  /**
   * The chart of a layer.
   *
   * @throws DissectionException if the result holds no rotation of it
   */
  AlphaChart(Dissection dissection, LayerDissection layer, double iou, Palette palette)
      throws DissectionException {
    for (LayerDissection view : dissection.layers()) {
      BasisInfo basis = view.layer().basis();
      if (basis != null
          && basis.layer().equals(layer.layer().name())
          && basis.alpha() != null
          && basis.alpha() != 0) {
        powers.computeIfAbsent(basis.alpha(), alpha -> new ArrayList<>()).add(view.counts(iou));
      }
    }
    if (powers.isEmpty()) {
      throw new DissectionException(
          "layer "
              + layer.layer().name()
              + " has no rotations in "
              + dissection.folder()
              + "; dissect with --basis rotation:seeds=1,2,3");
    }
    powers.put(0.0, List.of(layer.counts(iou)));
    for (int c : palette.order()) {
      series.add(
          new Series(
              palette.category(c),
              palette.colour(c),
              counts -> counts.byCategory().get(c).unique()));
    }
    series.add(new Series("all", ALL, DetectorCounts::uniquePerCategory));
  }

  /** Draws it; returns how high it is. */
  double draw(Svg svg, double width, double margin) {
    double most = 1;
    for (List<DetectorCounts> seeds : powers.values()) {
      for (DetectorCounts counts : seeds) {
        most = Math.max(most, counts.uniquePerCategory());
      }
    }
    double low = powers.firstKey();
    double scale = (width - LEFT - 2 * margin) / (powers.lastKey() - low);
    for (double tick : Ticks.counts((int) most)) {
      double y = TOP + HIGH * (1 - tick / most);
      svg.line(LEFT, y, width - margin, y, "#ddd", "");
      svg.text(LEFT - 5, y + 3.5, NAME, Svg.Anchor.END, Numbers.general(tick, 6));
    }
    for (double alpha : powers.keySet()) {
      double x = LEFT + (alpha - low) * scale;
      svg.line(x, TOP + HIGH, x, TOP + HIGH + 4, "#555", "");
      svg.text(x, TOP + HIGH + 15, NAME, Svg.Anchor.MIDDLE, Numbers.general(alpha, 4));
    }
    svg.text((LEFT + width) / 2, TOP + HIGH + 31, NAME, Svg.Anchor.MIDDLE, "α");
    svg.line(LEFT, TOP + HIGH, width - margin, TOP + HIGH, "#555", "");
    int whole = Objects.requireNonNull(powers.get(0.0)).get(0).uniquePerCategory();
    double own = TOP + HIGH * (1 - whole / most);
    svg.line(LEFT, own, width - margin, own, "#555", " stroke-dasharray=\"6 4\"");
    double at = LEFT;
    for (Series one : series) {
      svg.line(at, margin + 6, at + 16, margin + 6, one.colour(), " stroke-width=\"3\"");
      svg.point(at + 8, margin + 6, series.indexOf(one), one.colour());
      svg.text(at + 20, margin + 9.5, NAME, Svg.Anchor.START, one.name());
      at += 34 + Svg.textWidth(one.name(), NAME);
      line(svg, one, most, low, scale);
    }
    return TOP + HIGH + 36;
  }

  /** A line of means, with the range at each power. */
  private void line(Svg svg, Series one, double most, double low, double scale) {
    double lastX = Double.NaN;
    double lastY = Double.NaN;
    for (double alpha : powers.keySet()) {
      Range range = range(alpha, one);
      double x = LEFT + (alpha - low) * scale;
      double y = TOP + HIGH * (1 - range.mean() / most);
      if (!Double.isNaN(lastX)) {
        svg.line(lastX, lastY, x, y, one.colour(), " stroke-width=\"2\"");
      }
      svg.line(
          x,
          TOP + HIGH * (1 - range.least() / most),
          x,
          TOP + HIGH * (1 - range.most() / most),
          one.colour(),
          " stroke-width=\"5\" stroke-opacity=\"0.35\"");
      svg.point(x, y, series.indexOf(one), one.colour());
      lastX = x;
      lastY = y;
    }
  }

  private record Range(double mean, double least, double most) {}

  private Range range(double alpha, Series one) {
    List<DetectorCounts> seeds = Objects.requireNonNull(powers.get(alpha));
    int[] values = seeds.stream().mapToInt(one.of()).sorted().toArray();
    double sum = 0;
    for (int value : values) {
      sum += value;
    }
    return new Range(sum / values.length, values[0], values[values.length - 1]);
  }

  /** The numbers, a row a power. */
  Sheet sheet() {
    List<String> columns = new ArrayList<>(List.of("alpha", "seeds"));
    for (Series one : series) {
      columns.addAll(List.of(one.name(), one.name() + "-least", one.name() + "-most"));
    }
    List<List<String>> rows = new ArrayList<>();
    powers.forEach(
        (alpha, seeds) -> {
          List<String> row = new ArrayList<>();
          row.add(Numbers.general(alpha, 6));
          row.add(Integer.toString(seeds.size()));
          for (Series one : series) {
            Range range = range(alpha, one);
            row.add(Numbers.general(range.mean(), 6));
            row.add(Numbers.general(range.least(), 6));
            row.add(Numbers.general(range.most(), 6));
          }
          rows.add(row);
        });
    return new Sheet(columns, rows);
  }
}
