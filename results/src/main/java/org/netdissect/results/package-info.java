/**
 * What a dissection leaves: reads and writes a result folder and its tables. A third party reads
 * results with this module, without the engine.
 */
@NullMarked
package org.netdissect.results;

import org.jspecify.annotations.NullMarked;
