/**
 * From recorded maps to exact thresholds and the pixel counts of masks by region; whole, or in
 * parts that add up to the same bytes.
 */
package org.netdissect.dissection.tally;
