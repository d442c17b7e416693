/** The pages of one result: overview, layers, units, concepts. */
package org.netdissect.report.page;
