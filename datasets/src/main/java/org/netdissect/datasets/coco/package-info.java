/** COCO's annotations. */
package org.netdissect.datasets.coco;
