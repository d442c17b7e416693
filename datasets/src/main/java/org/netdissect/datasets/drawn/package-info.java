/** What people draw with labelling tools: YOLO's text files, labelme's json, CVAT's XML. */
package org.netdissect.datasets.drawn;
