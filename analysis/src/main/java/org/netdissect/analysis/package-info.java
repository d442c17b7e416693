/**
 * What is computed from a finished result afterwards, from its stored hits and maps and the labels,
 * never from the network. The tables written here are read by classes of {@code
 * org.netdissect.results}.
 */
@NullMarked
package org.netdissect.analysis;

import org.jspecify.annotations.NullMarked;
