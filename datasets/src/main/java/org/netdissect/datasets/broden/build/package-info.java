/**
 * Builds the Broden data set from its sources, as Bau et al. (CVPR 2017) built it: statistics of
 * what the sources' maps hold, one set of names, numbers, then photographs, masks and tables.
 */
@NullMarked
package org.netdissect.datasets.broden.build;

import org.jspecify.annotations.NullMarked;
