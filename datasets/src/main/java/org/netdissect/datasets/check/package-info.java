/** What is in a data set and what is wrong with it. */
@NullMarked
package org.netdissect.datasets.check;

import org.jspecify.annotations.NullMarked;
