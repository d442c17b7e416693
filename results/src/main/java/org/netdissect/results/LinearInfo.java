package org.netdissect.results;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.FileCheck;

/**
 * How a layer's {@code linear.csv} was made: the content of {@code linear.json}.
 *
 * @param format version of the table
 * @param tool version of netdissect
 * @param result SHA-256 of the {@code dissection.json} that it belongs to
 * @param seed of the split
 * @param train images that weights are fitted on
 * @param validation images that terms are chosen on
 * @param heldOut images that correlations are told of
 * @param penalty of the elastic net, as a share of the largest correlation
 * @param ridgeShare what part of the penalty is on squares
 * @param leastGain in correlation that a term must bring
 * @param mostTerms of a sum
 * @param categories whose concepts took part; null for all of the result's
 * @param units that were looked at, ascending; null for all
 * @param table what linear.csv must hold
 */
public record LinearInfo(
    int format,
    String tool,
    String result,
    long seed,
    int train,
    int validation,
    int heldOut,
    double penalty,
    double ridgeShare,
    double leastGain,
    int mostTerms,
    @Nullable List<String> categories,
    @Nullable List<Integer> units,
    FileCheck table)
    implements SideInfo {

  /** The version that this code writes. */
  public static final int FORMAT = 1;
}
