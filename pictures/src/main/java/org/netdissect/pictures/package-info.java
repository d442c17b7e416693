/**
 * Photographs and masks as pixels: the one bounded reader of photographs, JPEG, PNG, resizing,
 * writing. Knows nothing of data sets and labels.
 */
@NullMarked
package org.netdissect.pictures;

import org.jspecify.annotations.NullMarked;
