package org.netdissect.analysis.formulas;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.base.Progress;
import org.netdissect.base.ToolVersion;
import org.netdissect.base.threads.Workers;
import org.netdissect.dissection.rules.MaskGeometry;
import org.netdissect.results.DissectionException;
import org.netdissect.results.FormulaInfo;
import org.netdissect.results.FormulaScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.LowMaps;
import org.netdissect.results.RangeInfo;
import org.netdissect.results.RangeScore;
import org.netdissect.results.RangeTable;

/**
 * What units detect at different strength: their activations above the floor that the run kept maps
 * to, zeros left out, are divided into ranges, and each range's mask has a formula of its own.
 * Writes {@code ranges.csv} and {@code ranges.json}; a search that was killed goes on where it was.
 *
 * <p>Methods: Makinwa, La Rosa, Capobianco, 2022 (bins of equal counts); La Rosa, Gilpin,
 * Capobianco, "Towards a fuller understanding of neurons with Clustered Compositional
 * Explanations", NeurIPS 2023 (k-means).
 */
public final class RangeSearch {
  private static final String JOURNAL = "ranges.part";

  private RangeSearch() {}

  /**
   * Searches and writes.
   *
   * @param units ascending; null for all
   * @throws DissectionException if the run kept no maps below the thresholds
   */
  public static RangeTable write(
      FormulaSearch formulas,
      LayerDissection layer,
      int @Nullable [] units,
      RangeOptions ranges,
      FormulaOptions options,
      Progress progress)
      throws IOException {
    requireLowMaps(layer);
    FormulaInfo search = Formulas.info(formulas, units, options);
    RangeInfo info =
        new RangeInfo(
            RangeInfo.FORMAT,
            ToolVersion.get(),
            search.result(),
            ranges.ranges(),
            ranges.by().word(),
            ranges.by() == RangeOptions.By.KMEANS ? ranges.seed() : null,
            search,
            null);
    int[] wanted = units == null ? FormulaSearch.all(layer) : units;
    try (UnitJournal<RangeScore> journal =
        UnitJournal.open(
            layer.folder().resolve(JOURNAL), info, RangeScore[].class, RangeScore::unit)) {
      List<RangeScore> scores = search(formulas, layer, wanted, ranges, options, journal, progress);
      RangeTable table = RangeTable.write(layer, info, scores);
      journal.finish();
      return table;
    }
  }

  /**
   * Refuses a layer of a run that kept no maps below the thresholds.
   *
   * @throws DissectionException saying with which option it would have
   */
  public static void requireLowMaps(LayerDissection layer) throws DissectionException {
    if (!layer.hasLowMaps()) {
      throw new DissectionException(
          "the maps of layer "
              + layer.layer().name()
              + " were kept down to the thresholds only, and ranges of activation reach lower; run"
              + " it again with --keep-quantile 0.05");
    }
  }

  private static List<RangeScore> search(
      FormulaSearch formulas,
      LayerDissection layer,
      int[] units,
      RangeOptions ranges,
      FormulaOptions options,
      UnitJournal<RangeScore> journal,
      Progress progress)
      throws IOException {
    RangeScore[][] scores = new RangeScore[units.length][];
    LayerInfo about = layer.layer();
    LabelledResult data = formulas.data();
    MaskGeometry.Cache geometries =
        new MaskGeometry.Cache(data.convention(), about.field(), about.height(), about.width());
    try (LowMaps maps = layer.lowMaps();
        Progress.Phase phase = progress.phase("ranges of " + about.name(), units.length, "units")) {
      Workers.run(
          options.workers(),
          units.length,
          "ranges",
          () -> {
            FormulaSearch.Search search = formulas.new Search(options);
            RangeMasks masks = new RangeMasks(data, about, geometries);
            return i -> {
              RangeScore[] known = journal.of(units[i]);
              scores[i] =
                  known == null
                      ? unit(units[i], maps.read(units[i]), ranges, masks, search)
                      : known;
              // A unit without ranges takes no time to look at again.
              if (known == null && scores[i].length > 0) {
                journal.keep(scores[i]);
              }
              phase.advance(1);
            };
          });
      phase.done();
    }
    return Arrays.stream(scores).flatMap(Arrays::stream).toList();
  }

  private static RangeScore[] unit(
      int unit,
      LowMaps.OfUnit maps,
      RangeOptions ranges,
      RangeMasks masks,
      FormulaSearch.Search search)
      throws IOException {
    float[] values = values(maps);
    if (values.length == 0) {
      return new RangeScore[0];
    }
    float[] ends = ActivationRanges.ends(values, ranges, unit);
    float[] beginnings = new float[ends.length + 1];
    beginnings[0] = maps.floor();
    System.arraycopy(ends, 0, beginnings, 1, ends.length);
    List<LitRegions> laid = masks.lay(maps, beginnings);
    List<RangeScore> scores = new ArrayList<>();
    for (int r = 0; r < beginnings.length; r++) {
      float end = r < ends.length ? ends[r] : Float.POSITIVE_INFINITY;
      FormulaScore[] found = search.unit(unit, laid.get(r));
      scores.add(
          new RangeScore(
              r + 1,
              beginnings[r],
              end,
              ActivationRanges.above(values, end) - ActivationRanges.above(values, beginnings[r]),
              found[0].formula(),
              found[0].iou(),
              found[found.length - 1]));
    }
    return scores.toArray(RangeScore[]::new);
  }

  /** The activations above the floor but for zeros, ascending. */
  private static float[] values(LowMaps.OfUnit maps) throws IOException {
    float[][] values = {new float[1 << 10]};
    int[] count = new int[1];
    maps.visit(
        (image, map) -> {
          if (values[0].length - count[0] < map.cells) {
            values[0] = Arrays.copyOf(values[0], Math.max(2 * count[0], count[0] + map.cells));
          }
          for (int c = 0; c < map.cells; c++) {
            if (map.value[c] > maps.floor() && map.value[c] != 0) {
              values[0][count[0]++] = map.value[c];
            }
          }
        });
    float[] sorted = Arrays.copyOf(values[0], count[0]);
    Arrays.sort(sorted);
    return sorted;
  }
}
