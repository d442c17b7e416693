/**
 * The atlas: the labels of a whole data set compiled once into regions per image, memory-mapped.
 */
package org.netdissect.concepts.atlas;
