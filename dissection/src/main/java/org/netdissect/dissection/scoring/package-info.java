/** From pixel counts to IoU, labels and the result's files. */
package org.netdissect.dissection.scoring;
