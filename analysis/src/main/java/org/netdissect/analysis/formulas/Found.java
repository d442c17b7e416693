package org.netdissect.analysis.formulas;

/**
 * A formula and how it agrees with a unit's mask.
 *
 * @param formula of concepts
 * @param intersection pixels of both
 * @param pixels of the formula
 * @param mask pixels of the unit's mask
 */
record Found(Formula formula, long intersection, long pixels, long mask) {
  double iou() {
    long union = mask + pixels - intersection;
    return union > 0 ? (double) intersection / union : 0;
  }

  /** Whether another has the same pixels by count. */
  boolean isTwinOf(Found other) {
    return intersection == other.intersection && pixels == other.pixels;
  }

  /** Compares I / U with the IoU of a formula, exactly. */
  static int compare(long intersection, long union, Found other) {
    return java.math.BigInteger.valueOf(intersection)
        .multiply(java.math.BigInteger.valueOf(other.mask + other.pixels - other.intersection))
        .compareTo(
            java.math.BigInteger.valueOf(other.intersection)
                .multiply(java.math.BigInteger.valueOf(union)));
  }
}
