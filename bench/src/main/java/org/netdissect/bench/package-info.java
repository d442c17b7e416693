/**
 * Programs that measure netdissect as a whole, and the data they need. They run by hand ({@code
 * bench/run}), never in a build. What must reach into the method's own classes lives in {@code
 * org.netdissect.dissection} of this module instead.
 */
package org.netdissect.bench;
