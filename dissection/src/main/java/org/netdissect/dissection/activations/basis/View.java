package org.netdissect.dissection.activations.basis;

import org.jspecify.annotations.Nullable;
import org.netdissect.results.BasisInfo;

/**
 * A view of a layer.
 *
 * @param name appended to the layer's
 * @param weights directions × channels, by rows; null leaves the channels as they are
 * @param bias added to each direction; null for none
 * @param directions how many
 * @param relu whether values below zero become zero
 * @param topK how many of the largest values are kept at each place; 0 for all
 * @param info what results record of it
 */
record View(
    String name,
    float @Nullable [] weights,
    float @Nullable [] bias,
    int directions,
    boolean relu,
    int topK,
    BasisInfo info) {}
