package org.netdissect.analysis.measures;

import java.math.BigInteger;

/**
 * How a mask and a concept overlap, in pixels of the images annotated for the concept's category.
 * Every ratio is that of exact whole numbers, rounded once or, with the root, twice.
 *
 * @param both I, of mask and concept
 * @param mask A
 * @param concept G
 * @param all P
 */
public record PixelCounts(long both, long mask, long concept, long all) {

  public double iou() {
    return ratio(both, mask + concept - both);
  }

  /** Share of the mask that bears the concept. */
  public double precision() {
    return ratio(both, mask);
  }

  /** Share of the concept that is lit. */
  public double recall() {
    return ratio(both, concept);
  }

  /** Harmonic mean of the two; Dice's coefficient. */
  public double f1() {
    return ratio(2 * both, mask + concept);
  }

  /** Precision over the share of all pixels that bear the concept. */
  public double lift() {
    return product(both, all).doubleValue() / product(mask, concept).doubleValue();
  }

  /**
   * Matthews' correlation coefficient: the correlation of two masks of zeros and ones.
   *
   * @return NaN where one of them is everywhere or nowhere, or where pixels count several times (as
   *     the original conventions count a label that a pixel bears twice), so that there are more of
   *     the concept than of all
   */
  public double mcc() {
    if (mask <= 0 || concept <= 0 || mask >= all || concept >= all) {
      return Double.NaN;
    }
    double above = product(both, all).subtract(product(mask, concept)).doubleValue();
    double below =
        product(mask, concept).multiply(product(all - mask, all - concept)).doubleValue();
    return above / Math.sqrt(below);
  }

  private static BigInteger product(long a, long b) {
    return BigInteger.valueOf(a).multiply(BigInteger.valueOf(b));
  }

  private static double ratio(long part, long whole) {
    return whole > 0 ? (double) part / whole : Double.NaN;
  }
}
