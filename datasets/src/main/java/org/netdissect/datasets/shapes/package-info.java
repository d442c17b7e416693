/** Labels given as shapes: polygons, boxes and runs drawn onto the grid of a mask. */
package org.netdissect.datasets.shapes;
