package org.netdissect.analysis.formulas;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.base.ToolVersion;
import org.netdissect.results.Dissection;
import org.netdissect.results.FormulaInfo;
import org.netdissect.results.FormulaScore;
import org.netdissect.results.FormulaTable;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.TrustTable;

/**
 * Searches for the formulas of a layer and writes {@code formulas.csv} and {@code formulas.json}
 * beside its other tables. One that was killed goes on where it was, and ends with the same bytes.
 */
public final class Formulas {
  private static final String JOURNAL = "formulas.part";

  private Formulas() {}

  /**
   * Searches and writes.
   *
   * @param units ascending; null for all
   */
  public static FormulaTable write(
      FormulaSearch search,
      LayerDissection layer,
      int @Nullable [] units,
      FormulaOptions options,
      Progress progress)
      throws IOException {
    FormulaInfo info = info(search, units, options);
    try (UnitJournal<FormulaScore> journal =
        UnitJournal.open(
            layer.folder().resolve(JOURNAL), info, FormulaScore[].class, FormulaScore::unit)) {
      List<FormulaScore> scores =
          search.search(
              layer, units == null ? FormulaSearch.all(layer) : units, options, journal, progress);
      FormulaTable.write(layer, info, scores);
      journal.finish();
      return new FormulaTable(info, scores);
    }
  }

  /** What a search is asked for. */
  static FormulaInfo info(FormulaSearch search, int @Nullable [] units, FormulaOptions options)
      throws IOException {
    Dissection dissection = search.data().dissection();
    return new FormulaInfo(
        FormulaInfo.FORMAT,
        ToolVersion.get(),
        TrustTable.fingerprint(dissection),
        options.length(),
        options.optimal() ? "optimal" : "beam",
        options.beam(),
        options.operators().stream()
            .map(operator -> operator.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .toList(),
        search.categories().isEmpty() ? null : search.categories(),
        options.minimumGain(),
        options.penalty(),
        options.timeLimit().toNanos() / 1e9,
        units == null ? null : Arrays.stream(units).boxed().toList(),
        null);
  }
}
