package org.netdissect.results;

import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.FileCheck;

/**
 * How a layer's {@code ranges.csv} was made: the content of {@code ranges.json}.
 *
 * @param format version of the table
 * @param tool version of netdissect
 * @param result SHA-256 of the {@code dissection.json} that it belongs to
 * @param ranges of each unit, at most
 * @param by "quantiles" or "kmeans"
 * @param seed of kmeans; null for quantiles
 * @param formulas how the formula of each range was searched for
 * @param table what ranges.csv must hold; null while it is being made
 */
public record RangeInfo(
    int format,
    String tool,
    String result,
    int ranges,
    String by,
    @Nullable Long seed,
    FormulaInfo formulas,
    @Nullable FileCheck table)
    implements SideInfo {

  /** The version that this code writes. */
  public static final int FORMAT = 1;

  /** The same with what the table holds. */
  RangeInfo withTable(FileCheck check) {
    return new RangeInfo(format, tool, result, ranges, by, seed, formulas, check);
  }
}
