/**
 * Views of a layer: its activations in another basis (paper, section 3.2), computed beside the
 * layer from the same forward pass. A view is a layer like others to all that comes after.
 */
@NullMarked
package org.netdissect.dissection.activations.basis;

import org.jspecify.annotations.NullMarked;
