/**
 * Formats that are folders of files: masks with a table (and VOC, ADE20K, Cityscapes), one folder a
 * class.
 */
@NullMarked
package org.netdissect.datasets.folders;

import org.jspecify.annotations.NullMarked;
