/** Tables for and from other programs: the original's, Arrow. */
@NullMarked
package org.netdissect.report.tables;

import org.jspecify.annotations.NullMarked;
