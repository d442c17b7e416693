/** Several results beside each other, and the paper's published ones. */
package org.netdissect.report.compare;
