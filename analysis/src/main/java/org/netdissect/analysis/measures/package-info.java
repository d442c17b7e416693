/**
 * Second opinions on labels: other measures of how well a unit and a concept agree, on pixels and
 * on whole images, and whether a unit means one thing.
 */
@NullMarked
package org.netdissect.analysis.measures;

import org.jspecify.annotations.NullMarked;
