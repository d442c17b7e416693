package org.netdissect.datasets.check;

/**
 * Something that verifying a data set has found.
 *
 * @param serious whether the data set is wrong, rather than merely remarkable
 * @param text one line: file, row or place, and what
 */
public record Finding(boolean serious, String text) {}
