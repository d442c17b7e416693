/**
 * Sheets for people who judge labels: pages that are filled in offline. They know no labels'
 * origin.
 */
@NullMarked
package org.netdissect.report.rating;

import org.jspecify.annotations.NullMarked;
