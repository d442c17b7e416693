/**
 * Programs that measure netdissect, as a whole and in its innermost loops, and the data they need.
 * They run by hand ({@code bench/run}), never in a build.
 */
@NullMarked
package org.netdissect.bench;

import org.jspecify.annotations.NullMarked;
