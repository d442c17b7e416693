/** COCO's annotations. */
@NullMarked
package org.netdissect.datasets.coco;

import org.jspecify.annotations.NullMarked;
