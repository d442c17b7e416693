/**
 * Data sets from the net: what there is, downloads that go on after a break, and archives unpacked
 * without harm. Knows neither formats nor labels.
 */
@NullMarked
package org.netdissect.datasets.fetch;

import org.jspecify.annotations.NullMarked;
