/**
 * Whether a unit's label can be believed: chance levels of the best IoU, their correction for many
 * units, stability under resampling of the images, and the label's score on images that it was not
 * chosen on.
 */
@NullMarked
package org.netdissect.analysis.trust;

import org.jspecify.annotations.NullMarked;
