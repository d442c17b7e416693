package org.netdissect.analysis.formulas;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.base.Progress;
import org.netdissect.base.threads.Workers;
import org.netdissect.results.FormulaScore;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerDissection;

/**
 * Searches, for each unit of a result, the formula of concepts that agrees best with its mask: IoU
 * over all pixels of all images read. Needs the stored hits and the labels, no network.
 *
 * <p>Lengths up to three are proven where asked for; longer ones extend the beam's. Formulas are
 * left-deep: c, f OR c, f AND c, f AND NOT c.
 */
public final class FormulaSearch {
  private final LabelledResult data;
  private final ConceptIndex concepts;
  private final LabelSets sets;

  private FormulaSearch(LabelledResult data) {
    this.data = data;
    concepts = new ConceptIndex(data);
    sets = new LabelSets(data, concepts);
  }

  /** Gathers the labels of a result; once for all its layers. */
  public static FormulaSearch in(LabelledResult data) {
    return new FormulaSearch(data);
  }

  /**
   * Searches for some units of a layer.
   *
   * @param units ascending
   * @return by unit, then by length, a row each
   */
  public List<FormulaScore> search(
      LayerDissection layer, int[] units, FormulaOptions options, Progress progress)
      throws IOException {
    FormulaScore[][] scores = new FormulaScore[units.length][];
    try (HitTable hits = layer.hits();
        Progress.Phase phase =
            progress.phase("formulas of " + layer.layer().name(), units.length, "units")) {
      Workers.run(
          options.workers(),
          units.length,
          "formulas",
          () -> {
            Search search = new Search(options);
            return i -> {
              scores[i] = search.unit(hits, units[i]);
              phase.advance(1);
            };
          });
      phase.done();
    }
    return Arrays.stream(scores).flatMap(Arrays::stream).toList();
  }

  /** All units of a layer. */
  public List<FormulaScore> search(LayerDissection layer, FormulaOptions options, Progress progress)
      throws IOException {
    return search(layer, IntStream.range(0, layer.units().size()).toArray(), options, progress);
  }

  /**
   * Scores one formula for all units of a layer.
   *
   * @param text a formula with AND, OR, NOT and parentheses, names of several words in double
   *     quotes
   * @return a row a unit, by unit
   * @throws IllegalArgumentException in one line if the formula makes no sense
   */
  public List<FormulaScore> evaluate(LayerDissection layer, String text, Progress progress)
      throws IOException {
    Formula formula = FormulaParser.parse(concepts, text);
    BitSet extension = Extension.of(formula, sets);
    long pixels = extension.stream().mapToLong(sets::pixels).sum();
    Search search = new Search(FormulaOptions.defaults());
    List<FormulaScore> scores = new ArrayList<>();
    try (HitTable hits = layer.hits()) {
      for (int unit = 0; unit < layer.units().size(); unit++) {
        search.read(hits, unit);
        long with = extension.stream().mapToLong(search.unit::hits).sum();
        Found found = new Found(formula, with, pixels, search.unit.mask);
        scores.add(search.score(unit, formula.length(), found, found.iou(), found.iou(), true));
      }
    }
    return scores;
  }

  /** One thread's search. */
  private final class Search {
    private final FormulaOptions options;
    private final UnitSets unit = new UnitSets(sets);
    private final BeamSearch beam;
    private final @Nullable OptimalSearch optimal;
    private final List<int[]> fires = new ArrayList<>();

    Search(FormulaOptions options) {
      this.options = options;
      beam = new BeamSearch(sets, options.operators(), options.beam(), options.penalty());
      optimal = options.optimal() ? new OptimalSearch(sets, options.operators()) : null;
    }

    void read(HitTable hits, int number) throws IOException {
      unit.read(hits, number);
      fires.clear();
      hits.read(
          number,
          sets::regions,
          (image, region, pixels) -> fires.add(new int[] {image, sets.set(image, region)}));
    }

    FormulaScore[] unit(HitTable hits, int number) throws IOException {
      long deadline = System.nanoTime() + options.timeLimit().toNanos();
      read(hits, number);
      FormulaScore[] rows = new FormulaScore[options.length()];
      List<Found> found = beam.search(unit, options.length());
      if (found.isEmpty()) {
        for (int l = 1; l <= rows.length; l++) {
          rows[l - 1] = new FormulaScore(number, l, "", 0, 0, unit.mask, 0, 0, true, 0, 0, 0, 0);
        }
        return rows;
      }
      double most = unit.mostOfAnyFormula();
      if (optimal != null) {
        optimal.take(unit);
      }
      Found before = null;
      for (int l = 1; l <= rows.length; l++) {
        OptimalSearch.Outcome outcome = outcome(l, found, before, most, deadline);
        double gain = outcome.found().iou() - (before == null ? 0 : before.iou());
        rows[l - 1] = score(number, l, outcome.found(), gain, outcome.bound(), outcome.isProven());
        before = outcome.found();
      }
      return rows;
    }

    private OptimalSearch.Outcome outcome(
        int length, List<Found> found, @Nullable Found before, double most, long deadline) {
      Found here = found.get(length - 1);
      if (before == null) {
        return new OptimalSearch.Outcome(here, here.iou());
      }
      Best best = new Best(concepts, unit.mask, before);
      best.offer(here);
      if (optimal == null || length > 3) {
        return new OptimalSearch.Outcome(best.found(), Math.max(best.iou(), most));
      }
      return length == 2 ? optimal.two(before) : optimal.three(best.found(), deadline);
    }

    FormulaScore score(
        int number, int length, Found found, double gain, double bound, boolean proven) {
      BitSet extension = Extension.of(found.formula(), sets);
      BitSet met = new BitSet();
      for (int[] at : fires) {
        if (extension.get(at[1])) {
          met.set(at[0]);
        }
      }
      int images = 0;
      for (int image = data.read().nextSetBit(0);
          image >= 0;
          image = data.read().nextSetBit(image + 1)) {
        boolean holds = false;
        for (int r = 0; r < sets.regions(image) && !holds; r++) {
          holds = extension.get(sets.set(image, r));
        }
        images += holds ? 1 : 0;
      }
      return new FormulaScore(
          number,
          length,
          found.formula().text(concepts::text),
          found.intersection(),
          found.pixels(),
          found.mask(),
          found.iou(),
          gain,
          proven,
          bound,
          share(found.intersection(), found.pixels()),
          share(found.intersection(), found.mask()),
          share(met.cardinality(), images));
    }

    private static double share(long part, long whole) {
      return whole == 0 ? 0 : (double) part / whole;
    }
  }
}
