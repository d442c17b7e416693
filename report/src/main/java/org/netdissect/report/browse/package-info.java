/**
 * A page to look through a data set without a server: concepts and the images that hold them,
 * images and all their labels. Knows data sets only, neither networks nor dissections.
 */
@NullMarked
package org.netdissect.report.browse;

import org.jspecify.annotations.NullMarked;
