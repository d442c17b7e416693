/**
 * The one pass over the images: histograms, trimmed maps on disk, top images; goes on after a kill.
 */
@NullMarked
package org.netdissect.dissection.recording;

import org.jspecify.annotations.NullMarked;
