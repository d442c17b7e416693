/**
 * What the readers of all formats share: options, tables of labels, photographs in folders, names
 * nobody has vouched for.
 */
package org.netdissect.datasets.reading;
