/**
 * Labels photographs with a segmentation network, the way of Bau et al. (Understanding the role of
 * individual units in a deep neural network, PNAS 2020).
 */
@NullMarked
package org.netdissect.datasets.label;

import org.jspecify.annotations.NullMarked;
