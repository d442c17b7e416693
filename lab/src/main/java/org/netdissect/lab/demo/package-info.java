/**
 * The demonstration: a network trained on the made-up world against the same network with random
 * weights, with nothing to download.
 */
@NullMarked
package org.netdissect.lab.demo;

import org.jspecify.annotations.NullMarked;
