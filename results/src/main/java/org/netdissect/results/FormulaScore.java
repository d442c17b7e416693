package org.netdissect.results;

/**
 * The best formula of at most so many concepts for a unit: a row of {@code formulas.csv}.
 *
 * @param unit number, from 0
 * @param length most concepts that were allowed
 * @param formula as text; blank if the unit meets no concept
 * @param intersect pixels of both the formula and the unit's mask, over all images read
 * @param pixels of the formula
 * @param mask pixels of the unit's mask
 * @param iou intersect / (mask + pixels − intersect)
 * @param gain in IoU over the next shorter length; the IoU itself for length 1
 * @param proven whether no formula of that length is better
 * @param bound no formula of that length has a higher IoU
 * @param detectionAccuracy share of the formula's pixels that the mask covers
 * @param activationCoverage share of the mask's pixels that the formula covers
 * @param imageCoverage share of the images with the formula in which the mask meets it
 */
public record FormulaScore(
    int unit,
    int length,
    String formula,
    long intersect,
    long pixels,
    long mask,
    double iou,
    double gain,
    boolean proven,
    double bound,
    double detectionAccuracy,
    double activationCoverage,
    double imageCoverage) {}
