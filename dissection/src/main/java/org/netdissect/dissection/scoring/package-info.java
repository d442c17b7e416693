/** From pixel counts to IoU, labels and the result's files. */
@NullMarked
package org.netdissect.dissection.scoring;

import org.jspecify.annotations.NullMarked;
