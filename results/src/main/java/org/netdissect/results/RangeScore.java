package org.netdissect.results;

/**
 * What a unit detects in a range of its activation: a row of {@code ranges.csv}.
 *
 * @param range from 1, the lowest
 * @param above activations of the range are above this
 * @param upTo and not above this; infinite for the highest
 * @param activations in the range, over all images read
 * @param concept the best single one; blank if the range's mask meets none
 * @param conceptIou its IoU with the range's mask
 * @param best formula; its mask pixels are those of the range
 */
public record RangeScore(
    int range,
    float above,
    float upTo,
    long activations,
    String concept,
    double conceptIou,
    FormulaScore best) {

  public int unit() {
    return best.unit();
  }
}
