/**
 * Formats that are folders of files: masks with a table (and VOC, ADE20K, Cityscapes), one folder a
 * class.
 */
package org.netdissect.datasets.folders;
