/**
 * The rules of scoring: which images, which threshold, where a unit's mask lies (conventions exact,
 * paper, lite).
 */
@NullMarked
package org.netdissect.dissection.rules;

import org.jspecify.annotations.NullMarked;
