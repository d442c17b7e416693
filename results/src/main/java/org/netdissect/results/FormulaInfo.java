package org.netdissect.results;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.FileCheck;

/**
 * How a layer's {@code formulas.csv} was made: the content of {@code formulas.json}.
 *
 * @param format version of the table
 * @param tool version of netdissect
 * @param result SHA-256 of the {@code dissection.json} that it belongs to
 * @param length most concepts of a formula
 * @param search "optimal" or "beam"
 * @param beam formulas that the beam keeps
 * @param operators that join concepts: "or", "and", "and-not"
 * @param categories whose concepts took part; null for all of the result's
 * @param minimumGain in IoU, for a longer formula to take a shorter one's place
 * @param penalty factor on the IoU for each concept more
 * @param timeLimitSeconds for each unit; where one was met, another computer may find other
 *     formulas
 * @param units that were looked at, ascending; null for all
 * @param table what formulas.csv must hold; null while it is being made
 */
public record FormulaInfo(
    int format,
    String tool,
    String result,
    int length,
    String search,
    int beam,
    List<String> operators,
    @Nullable List<String> categories,
    double minimumGain,
    double penalty,
    double timeLimitSeconds,
    @Nullable List<Integer> units,
    @Nullable FileCheck table)
    implements SideInfo {

  /** The version that this code writes. */
  public static final int FORMAT = 1;

  /** The same with what the table holds. */
  public FormulaInfo withTable(FileCheck check) {
    return new FormulaInfo(
        format,
        tool,
        result,
        length,
        search,
        beam,
        operators,
        categories,
        minimumGain,
        penalty,
        timeLimitSeconds,
        units,
        check);
  }
}
