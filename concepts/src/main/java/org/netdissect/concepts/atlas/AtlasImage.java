package org.netdissect.concepts.atlas;

import org.jspecify.annotations.Nullable;

/**
 * An image of an atlas.
 *
 * @param name as in the data set, unique
 * @param split as in the data set
 * @param photoHeight pixels of the photograph as the data set states them
 * @param photoWidth pixels
 * @param maskHeight pixels of its region map
 * @param maskWidth pixels
 * @param regions how many regions it has; 0 when it has a problem
 * @param dataCategories one bit a category index: where the image has data, which is a mask (even
 *     an empty one) or a label of the whole image
 * @param problem why it takes no part, naming the file; null when all is well
 */
public record AtlasImage(
    String name,
    String split,
    int photoHeight,
    int photoWidth,
    int maskHeight,
    int maskWidth,
    int regions,
    long dataCategories,
    @Nullable String problem) {}
