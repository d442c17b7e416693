/**
 * What the readers of all formats share: options, tables of labels, photographs in folders, names
 * nobody has vouched for.
 */
@NullMarked
package org.netdissect.datasets.reading;

import org.jspecify.annotations.NullMarked;
