/** Tables from outside (CSV), read with every row's place at hand for messages. */
@NullMarked
package org.netdissect.base.tables;

import org.jspecify.annotations.NullMarked;
