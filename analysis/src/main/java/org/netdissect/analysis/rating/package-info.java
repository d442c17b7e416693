/**
 * What people say of labels: which phrases are put before them, and what follows from their answers
 * (Table 3 of the paper). Plans and counts only; the sheets that people fill in are written by
 * {@code org.netdissect.report.rating}.
 */
@NullMarked
package org.netdissect.analysis.rating;

import org.jspecify.annotations.NullMarked;
