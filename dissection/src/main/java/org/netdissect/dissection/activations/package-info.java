/** Where activation maps come from: networks, or files recorded elsewhere. */
@NullMarked
package org.netdissect.dissection.activations;

import org.jspecify.annotations.NullMarked;
