/** Which preprocessing fits a network, by how it behaves on some photographs. */
package org.netdissect.dissection.fit;
