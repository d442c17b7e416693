/**
 * The atlas: the labels of a whole data set compiled once into regions per image, memory-mapped.
 */
@NullMarked
package org.netdissect.concepts.atlas;

import org.jspecify.annotations.NullMarked;
