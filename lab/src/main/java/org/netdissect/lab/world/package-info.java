/**
 * Renders a small cartoon world with dense labels: scenes, objects made of parts, materials,
 * textures, colours. What is drawn and how it is labelled lives here; what is done with the images
 * does not.
 */
@NullMarked
package org.netdissect.lab.world;

import org.jspecify.annotations.NullMarked;
