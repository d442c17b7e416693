/**
 * Planted units: activation maps made from the true masks of known concepts, to measure how well
 * dissection finds again what was put in.
 */
@NullMarked
package org.netdissect.lab.planted;

import org.jspecify.annotations.NullMarked;
