/** Which preprocessing fits a network, by how it behaves on some photographs. */
@NullMarked
package org.netdissect.dissection.fit;

import org.jspecify.annotations.NullMarked;
