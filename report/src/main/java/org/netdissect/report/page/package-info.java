/** The pages of one result: overview, layers, units, concepts. */
@NullMarked
package org.netdissect.report.page;

import org.jspecify.annotations.NullMarked;
