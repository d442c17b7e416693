/** Labels given as shapes: polygons, boxes and runs drawn onto the grid of a mask. */
@NullMarked
package org.netdissect.datasets.shapes;

import org.jspecify.annotations.NullMarked;
