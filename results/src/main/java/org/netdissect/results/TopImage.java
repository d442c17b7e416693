package org.netdissect.results;

/**
 * An image on which a unit's largest activation is among its highest.
 *
 * @param image number of the image in the dissection
 * @param activation the unit's largest on it
 */
public record TopImage(int image, float activation) {}
