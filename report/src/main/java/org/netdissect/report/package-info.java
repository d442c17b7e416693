/**
 * What a person looks at: pages made from a result folder. Nothing here measures anything: numbers
 * come from the dissection.
 */
package org.netdissect.report;
