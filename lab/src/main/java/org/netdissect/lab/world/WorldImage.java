package org.netdissect.lab.world;

import java.util.List;

/**
 * A rendered image with its labels. The arrays are not copied.
 *
 * @param size pixels a side
 * @param rgb 3 bytes a pixel in rows from the top
 * @param maskSize pixels a side of the label maps, half of size
 * @param colors codes of colour names, one a mask pixel; the code is the place in names
 * @param objects as colors, 0 for none
 * @param parts as objects
 * @param materials as objects
 * @param names label names by code, names[0] is blank
 * @param scene the scene's name, blank for a close-up of a texture
 * @param textures names of textures that fill the whole image, mostly none
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
public record WorldImage(
    int size,
    byte[] rgb,
    int maskSize,
    char[] colors,
    char[] objects,
    char[] parts,
    char[] materials,
    List<String> names,
    String scene,
    List<String> textures) {}
