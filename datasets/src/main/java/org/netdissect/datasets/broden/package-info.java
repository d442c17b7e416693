/** Broden's own format: reading, writing, converting to it. */
@NullMarked
package org.netdissect.datasets.broden;

import org.jspecify.annotations.NullMarked;
