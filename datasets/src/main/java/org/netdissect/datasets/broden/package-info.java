/** Broden's own format: reading, writing, converting to it. */
package org.netdissect.datasets.broden;
