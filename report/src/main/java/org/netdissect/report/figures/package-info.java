/**
 * Figures of a result for papers: charts, strips of images and tables as drawings and as tables,
 * each with a caption and with what it was made from. No pages here.
 */
@NullMarked
package org.netdissect.report.figures;

import org.jspecify.annotations.NullMarked;
