/** Work on several threads. */
@NullMarked
package org.netdissect.base.threads;

import org.jspecify.annotations.NullMarked;
