/**
 * Opens labelled images of every format: finds out the format, joins several data sets, adds
 * colours.
 */
@NullMarked
package org.netdissect.datasets;

import org.jspecify.annotations.NullMarked;
