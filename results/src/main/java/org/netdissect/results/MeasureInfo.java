package org.netdissect.results;

import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.FileCheck;

/**
 * How a layer's {@code measures.csv} and {@code meanings.csv} were made: the content of {@code
 * measures.json}.
 *
 * @param format version of the tables
 * @param tool version of netdissect
 * @param result SHA-256 of the {@code dissection.json} that they belong to
 * @param peaks "exact" if the peak of every image is known, "above threshold" if only of those on
 *     which a unit exceeds its threshold (the others tie); null if none is, so that there are no
 *     measures of images
 * @param leastImages that must have a concept, and as many that must not, for measures of images
 * @param patches of a unit that its meaning is read from, at most
 * @param table what measures.csv must hold
 * @param meanings what meanings.csv must hold
 */
public record MeasureInfo(
    int format,
    String tool,
    String result,
    @Nullable String peaks,
    int leastImages,
    int patches,
    @Nullable FileCheck table,
    @Nullable FileCheck meanings)
    implements SideInfo {

  /** The version that this code writes. */
  public static final int FORMAT = 1;
}
