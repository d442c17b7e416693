/**
 * From recorded maps to exact thresholds and the pixel counts of masks by region; whole, or in
 * parts that add up to the same bytes.
 */
@NullMarked
package org.netdissect.dissection.tally;

import org.jspecify.annotations.NullMarked;
