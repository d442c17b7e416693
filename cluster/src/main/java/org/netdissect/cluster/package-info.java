/**
 * Dissections whose parts are done by Apache Spark: starting it, and what its processes do. How
 * parts are recorded, tallied and put together lives in {@code dissection}; Spark carries tasks
 * there and findings back, and knows nothing of either.
 */
@NullMarked
package org.netdissect.cluster;

import org.jspecify.annotations.NullMarked;
