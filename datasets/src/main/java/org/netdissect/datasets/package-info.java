/**
 * Opens labelled images of every format: finds out the format, joins several data sets, adds
 * colours.
 */
package org.netdissect.datasets;
