/** Several results beside each other, and the paper's published ones. */
@NullMarked
package org.netdissect.report.compare;

import org.jspecify.annotations.NullMarked;
