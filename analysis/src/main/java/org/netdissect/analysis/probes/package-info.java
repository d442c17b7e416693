/**
 * How well a layer serves another task (paper, section 3.6): its features under a linear
 * classifier.
 */
@NullMarked
package org.netdissect.analysis.probes;

import org.jspecify.annotations.NullMarked;
