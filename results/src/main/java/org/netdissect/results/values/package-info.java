/**
 * Activation values as results keep them: histograms of all, maps cut down to what matters. The
 * innermost loops of recording live here.
 */
@NullMarked
package org.netdissect.results.values;

import org.jspecify.annotations.NullMarked;
