/**
 * The method of Network Dissection (Bau, Zhou, Khosla, Oliva, Torralba, CVPR 2017): record
 * activations, find each unit's threshold, tally its masks against regions, score, label. {@link
 * org.netdissect.dissection.Dissector} joins the steps, which lie in the packages below.
 */
@NullMarked
package org.netdissect.dissection;

import org.jspecify.annotations.NullMarked;
