package org.netdissect.analysis.formulas;

import java.util.function.Supplier;

/**
 * The best formula met so far: the highest IoU, compared exactly; ties go to the shorter formula,
 * then to the one whose text comes first.
 */
final class Best {
  /** Doubles of IoUs that are further apart than this differ; others are compared exactly. */
  private static final double CLOSE = 1e-12;

  private final ConceptIndex concepts;
  private final long mask;
  private Found found;
  private double iou;
  private String text;

  Best(ConceptIndex concepts, long mask, Found start) {
    this.concepts = concepts;
    this.mask = mask;
    set(start);
  }

  private void set(Found better) {
    found = better;
    iou = better.iou();
    text = better.formula().text(concepts::text);
  }

  /** Takes a formula if it is better. */
  void offer(long intersection, long pixels, Supplier<Formula> formula) {
    long union = mask + pixels - intersection;
    double here = union > 0 ? (double) intersection / union : 0;
    if (here < iou * (1 - CLOSE)) {
      return;
    }
    int order = Found.compare(intersection, union, found);
    if (order < 0) {
      return;
    }
    Formula offered = formula.get();
    if (order == 0) {
      int longer = offered.length() - found.formula().length();
      if (longer > 0 || (longer == 0 && offered.text(concepts::text).compareTo(text) >= 0)) {
        return;
      }
    }
    set(new Found(offered, intersection, pixels, mask));
  }

  void offer(Found other) {
    offer(other.intersection(), other.pixels(), other::formula);
  }

  Found found() {
    return found;
  }

  /** Whether nothing up to a bound could take this one's place. */
  boolean isAbove(double bound) {
    return bound < iou * (1 - CLOSE);
  }

  double iou() {
    return iou;
  }
}
