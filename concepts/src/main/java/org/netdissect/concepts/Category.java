package org.netdissect.concepts;

/**
 * A kind of concept: color, object, part, material, scene, texture, or any other.
 *
 * @param index its place in the order of the data set's categories, from 0
 * @param name its name, not blank
 */
public record Category(int index, String name) {}
