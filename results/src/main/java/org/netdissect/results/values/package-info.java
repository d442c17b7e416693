/**
 * Activation values as results keep them: histograms of all, maps cut down to what matters. The
 * innermost loops of recording live here.
 */
package org.netdissect.results.values;
