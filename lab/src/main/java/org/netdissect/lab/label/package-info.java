/**
 * Labels photographs with a segmentation network, the way of Bau et al. (Understanding the role of
 * individual units in a deep neural network, PNAS 2020). It lives here, not beside the readers of
 * data, since it makes a data set out of a network, and readers know nothing of networks.
 */
package org.netdissect.lab.label;
