package org.netdissect.results;

import java.util.List;

/**
 * How well one unit agrees with the concepts.
 *
 * @param unit number, from 0
 * @param threshold T of its activations
 * @param best place of the best category among {@code byCategory}
 * @param byCategory the best concept of each selected category, in the data set's order
 */
public record UnitScore(int unit, float threshold, int best, List<LabelScore> byCategory) {

  public UnitScore {
    byCategory = List.copyOf(byCategory);
  }

  /** The unit's label: the best of all categories, ties to the later one. */
  public LabelScore label() {
    return byCategory.get(best);
  }

  public static UnitScore of(int unit, float threshold, List<LabelScore> byCategory) {
    int best = 0;
    for (int c = 1; c < byCategory.size(); c++) {
      if (byCategory.get(c).iou() >= byCategory.get(best).iou()) {
        best = c;
      }
    }
    return new UnitScore(unit, threshold, best, byCategory);
  }
}
