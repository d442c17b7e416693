package org.netdissect.results;

import java.util.ArrayList;
import java.util.List;

/**
 * How well formulas of a length describe the units of a layer.
 *
 * @param length most concepts
 * @param mean IoU over the units
 * @param low the lower quartile
 * @param high the upper quartile
 * @param units that were looked at
 * @param proven how many have a proof that nothing is better
 */
public record FormulaGrowth(
    int length, double mean, double low, double high, int units, int proven) {

  /** By length, from 1. */
  public static List<FormulaGrowth> of(FormulaTable table) {
    List<FormulaGrowth> growth = new ArrayList<>();
    for (int length = 1; length <= table.info().length(); length++) {
      int here = length;
      List<FormulaScore> rows =
          table.scores().stream().filter(score -> score.length() == here).toList();
      double[] ious = rows.stream().mapToDouble(FormulaScore::iou).sorted().toArray();
      growth.add(
          new FormulaGrowth(
              length,
              rows.stream().mapToDouble(FormulaScore::iou).average().orElse(0),
              quantile(ious, 0.25),
              quantile(ious, 0.75),
              rows.size(),
              (int) rows.stream().filter(FormulaScore::proven).count()));
    }
    return growth;
  }

  /** Between the two nearest of sorted values. */
  private static double quantile(double[] sorted, double q) {
    if (sorted.length == 0) {
      return 0;
    }
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
