/** Tables for and from other programs: the original's, Arrow. */
package org.netdissect.report.tables;
