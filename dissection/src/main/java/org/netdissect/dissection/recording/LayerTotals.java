package org.netdissect.dissection.recording;

import org.jspecify.annotations.Nullable;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.values.ValueHistograms;

/**
 * What all images read say of a layer's units, but for the maps.
 *
 * @param histograms of all values
 * @param top images
 * @param peaks the largest value of each map; null if they are not kept
 */
public record LayerTotals(
    LayerInfo layer, ValueHistograms histograms, TopImages top, @Nullable Peaks peaks) {}
