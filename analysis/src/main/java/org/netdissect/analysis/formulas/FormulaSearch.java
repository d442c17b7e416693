package org.netdissect.analysis.formulas;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.formulas.Formula.Operator;
import org.netdissect.analysis.formulas.OptimalSearch.Outcome;
import org.netdissect.base.Progress;
import org.netdissect.base.threads.Workers;
import org.netdissect.concepts.atlas.LabelSets;
import org.netdissect.results.DissectionException;
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
  private final List<String> categories;
  private final FormulaSpace space;
  private final ConceptIndex concepts;
  private final LabelSets sets;

  private FormulaSearch(LabelledResult data, List<String> categories) throws DissectionException {
    this.data = data;
    this.categories = List.copyOf(categories);
    space = FormulaSpace.of(data, categories);
    concepts = space.concepts();
    sets = space.sets();
  }

  /**
   * Gathers the labels of a result; once for all its layers.
   *
   * @throws DissectionException if it has more concepts than fit into tables of all pairs
   */
  public static FormulaSearch in(LabelledResult data) throws DissectionException {
    return new FormulaSearch(data, List.of());
  }

  /**
   * The same with concepts of some categories only.
   *
   * @param categories in one of which a concept must be labelled somewhere; none for all
   * @throws DissectionException also if the result was not dissected with one of them
   */
  public static FormulaSearch in(LabelledResult data, List<String> categories)
      throws DissectionException {
    return new FormulaSearch(data, categories);
  }

  LabelledResult data() {
    return data;
  }

  FormulaSpace space() {
    return space;
  }

  List<String> categories() {
    return categories;
  }

  static int[] all(LayerDissection layer) {
    return IntStream.range(0, layer.units().size()).toArray();
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
    return search(layer, units, options, null, progress);
  }

  /** The same, going on from a journal and noting in it what is found. */
  List<FormulaScore> search(
      LayerDissection layer,
      int[] units,
      FormulaOptions options,
      @Nullable UnitJournal<FormulaScore> journal,
      Progress progress)
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
              FormulaScore[] known = journal == null ? null : journal.of(units[i]);
              scores[i] = known == null ? search.unit(units[i], mask(hits, units[i])) : known;
              if (journal != null && known == null) {
                journal.keep(scores[i]);
              }
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
    return search(layer, all(layer), options, progress);
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
    Search search = new Search(FormulaOptions.defaults().withBeam(1));
    List<FormulaScore> scores = new ArrayList<>();
    try (HitTable hits = layer.hits()) {
      for (int unit = 0; unit < layer.units().size(); unit++) {
        search.read(mask(hits, unit));
        long with = extension.stream().mapToLong(search.unit::hits).sum();
        Found found = new Found(formula, with, pixels, search.unit.mask);
        scores.add(search.score(unit, formula.length(), found, found.iou(), found.iou(), true));
      }
    }
    return scores;
  }

  /** A unit's mask, as it was counted. */
  private LitRegions mask(HitTable hits, int unit) {
    return visitor -> hits.read(unit, sets::regions, visitor);
  }

  /** One thread's search. */
  final class Search {
    private final FormulaOptions options;
    private final UnitSets unit = new UnitSets(sets);
    private final BeamSearch beam;
    private final @Nullable OptimalSearch optimal;
    private final List<int[]> fires = new ArrayList<>();

    Search(FormulaOptions options) {
      this.options = options;
      beam = new BeamSearch(space, options);
      optimal = options.optimal() ? new OptimalSearch(space, options.operators()) : null;
    }

    void read(LitRegions mask) throws IOException {
      unit.read(mask);
      fires.clear();
      mask.visit((image, region, pixels) -> fires.add(new int[] {image, sets.set(image, region)}));
    }

    /**
     * The best formulas of a mask by length.
     *
     * @param number of the unit
     */
    FormulaScore[] unit(int number, LitRegions mask) throws IOException {
      long deadline = System.nanoTime() + options.timeLimit().toNanos();
      read(mask);
      FormulaScore[] rows = new FormulaScore[options.length()];
      Found best = beam.begin(unit);
      if (best == null) {
        for (int l = 1; l <= rows.length; l++) {
          rows[l - 1] = new FormulaScore(number, l, "", 0, 0, unit.mask, 0, 0, true, 0, 0, 0, 0);
        }
        return rows;
      }
      Ceiling ceiling = new Ceiling(unit, sets, options.operators().contains(Operator.OR));
      if (optimal != null) {
        optimal.take(unit);
      }
      Found kept = best;
      rows[0] = score(number, 1, kept, kept.iou(), kept.iou(), true);
      for (int l = 2; l <= rows.length; l++) {
        Outcome outcome = outcome(l, best, ceiling.of(l), deadline);
        best = outcome.found();
        Found before = kept;
        kept = options.prefers(best, before) ? best : before;
        double gain = kept.iou() - before.iou();
        rows[l - 1] = score(number, l, kept, gain, outcome.bound(), outcome.isProven());
      }
      return rows;
    }

    /** The best formula of at most so many concepts, given that of one less. */
    private Outcome outcome(int length, Found before, double ceiling, long deadline) {
      Found longer = beam.longer(before, deadline);
      if (optimal != null && length == 2) {
        return optimal.two(before);
      }
      return optimal != null && length == 3
          ? optimal.three(longer, ceiling, deadline)
          : new Outcome(longer, Math.max(longer.iou(), ceiling));
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
