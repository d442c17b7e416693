package org.netdissect.results;

/**
 * Whether a unit means one thing: a row of {@code meanings.csv}. Each of the unit's top patches is
 * the vector of the shares of its lit pixels that bear each concept, of unit length.
 *
 * @param unit number, from 0
 * @param patches looked at: top images on which the unit fires
 * @param clarity mean cosine of two patches; NaN for fewer than two
 * @param polysemanticity 1 − the cosine of the centres of two clusters of the patches; NaN for
 *     fewer than two
 * @param first concept by which the larger cluster stands out from the other
 * @param second the same of the smaller
 * @param secondShare share of patches in the smaller cluster
 * @param redundancy largest cosine of its mean patch with that of another unit of the layer
 * @param nearest that unit; −1 if there is none
 */
public record UnitMeaning(
    int unit,
    int patches,
    double clarity,
    double polysemanticity,
    String first,
    String second,
    double secondShare,
    double redundancy,
    int nearest) {}
