package org.netdissect.results;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How many units of a layer detect something, by both of the counts in use, which differ much.
 *
 * @param iou above which (strictly) a unit is a detector
 * @param units of the layer
 * @param detectors units whose best IoU passes
 * @param uniquePerCategory distinct best labels, counted in every category in which a unit's best
 *     label passes, summed over the categories: the count of the paper's bar charts
 * @param uniqueTopLabel distinct labels when each unit has only its best one: the count of the
 *     paper's text
 * @param byCategory in the data set's order
 */
public record DetectorCounts(
    double iou,
    int units,
    int detectors,
    int uniquePerCategory,
    int uniqueTopLabel,
    List<CategoryCount> byCategory) {

  /**
   * One category.
   *
   * @param detectors units whose best label of the category passes
   * @param unique distinct labels among these
   */
  public record CategoryCount(String category, int detectors, int unique) {}

  /** Counts the units; blank labels never count. */
  public static DetectorCounts of(List<UnitScore> units, List<String> categories, double iou) {
    int detectors = 0;
    Set<String> top = new HashSet<>();
    for (UnitScore unit : units) {
      if (passes(unit.label(), iou)) {
        detectors++;
        top.add(unit.label().label());
      }
    }
    List<CategoryCount> byCategory = new ArrayList<>();
    int perCategory = 0;
    for (int c = 0; c < categories.size(); c++) {
      int count = 0;
      Set<String> unique = new HashSet<>();
      for (UnitScore unit : units) {
        LabelScore score = unit.byCategory().get(c);
        if (passes(score, iou)) {
          count++;
          unique.add(score.label());
        }
      }
      perCategory += unique.size();
      byCategory.add(new CategoryCount(categories.get(c), count, unique.size()));
    }
    return new DetectorCounts(
        iou, units.size(), detectors, perCategory, top.size(), List.copyOf(byCategory));
  }

  /** Whether a score makes its unit a detector. */
  public static boolean passes(LabelScore score, double iou) {
    return score.iou() > iou && !score.label().isBlank();
  }
}
