/**
 * Experiments on the method itself: a synthetic world in which the truth is known to the pixel, a
 * trainer of small networks, studies. Nothing outside this module may need it but the command line.
 */
@NullMarked
package org.netdissect.lab;

import org.jspecify.annotations.NullMarked;
