package org.netdissect.results;

import org.jspecify.annotations.Nullable;

/**
 * What a view of a layer is: its units are directions in the space of the layer's channels.
 *
 * @param layer name of the layer
 * @param kind {@code rotation}, {@code matrix} or {@code random}
 * @param seed of the draw; null for a matrix
 * @param alpha the power of the rotation; null for others
 * @param file name of the matrix file; null for others
 * @param sha256 of the matrix, its numbers as little-endian float64 by rows; null for others
 * @param bias name of the file of what is added to each direction; null for none
 * @param relu true where values below zero become zero; else null
 * @param topk at each place only the largest so many values are kept, the others become zero; null
 *     for all
 */
public record BasisInfo(
    String layer,
    String kind,
    @Nullable Long seed,
    @Nullable Double alpha,
    @Nullable String file,
    @Nullable String sha256,
    @Nullable String bias,
    @Nullable Boolean relu,
    @Nullable Integer topk) {}
