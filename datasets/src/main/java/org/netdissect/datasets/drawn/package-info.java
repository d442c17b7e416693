/** What people draw with labelling tools: YOLO's text files, labelme's json, CVAT's XML. */
@NullMarked
package org.netdissect.datasets.drawn;

import org.jspecify.annotations.NullMarked;
