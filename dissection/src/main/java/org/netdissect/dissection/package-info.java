/**
 * The method of Network Dissection (Bau, Zhou, Khosla, Oliva, Torralba, CVPR 2017): record
 * activations, find each unit's threshold, tally its masks against regions, score, label; and the
 * result folder that holds the outcome.
 */
package org.netdissect.dissection;
