/**
 * The one pass over the images: histograms, trimmed maps on disk, top images; goes on after a kill.
 */
package org.netdissect.dissection.recording;
