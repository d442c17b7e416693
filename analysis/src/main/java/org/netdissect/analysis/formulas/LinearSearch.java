package org.netdissect.analysis.formulas;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.base.Progress;
import org.netdissect.base.ToolVersion;
import org.netdissect.base.threads.Workers;
import org.netdissect.concepts.atlas.LabelSets;
import org.netdissect.results.ActivationMaps;
import org.netdissect.results.DissectionException;
import org.netdissect.results.FormulaTable;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LinearInfo;
import org.netdissect.results.LinearScore;
import org.netdissect.results.LinearTable;
import org.netdissect.results.TrustTable;
import org.netdissect.results.UnitScore;

/**
 * Explains units by sums of few concepts: a unit's pooled activation as a weighted sum of the
 * shares of the image that concepts cover.
 *
 * <p>The pooled activation is the mean over the map's cells of how far each is above the unit's
 * threshold; of the rest of a map nothing is kept. Formula and label were chosen on all images,
 * those held out too; the sum was not.
 */
public final class LinearSearch {
  private final FormulaSpace space;
  private final LabelledResult data;
  private final LinearOptions options;

  /** By image: the concepts it holds and the share of its pixels that each covers. */
  private final int[][] held;

  private final double[][] share;

  /** By image: 0 to fit, 1 to choose terms, 2 held out, −1 not read. */
  private final int[] part;

  private final Moments[] moments = new Moments[3];

  private LinearSearch(FormulaSearch formulas, LinearOptions options) {
    this.data = formulas.data();
    this.space = formulas.space();
    this.options = options;
    int images = data.images().size();
    held = new int[images][];
    share = new double[images][];
    part = new int[images];
    int concepts = space.concepts().size();
    for (int p = 0; p < moments.length; p++) {
      moments[p] = new Moments(concepts);
    }
    double[] pixels = new double[concepts];
    for (int image = 0; image < images; image++) {
      part[image] = data.read().get(image) ? part(options.seed(), data.images().name(image)) : -1;
      if (part[image] >= 0) {
        gather(image, pixels);
        moments[part[image]].add(held[image], share[image]);
      }
    }
  }

  /** By the image's name, so that the split does not depend on the others. */
  private static int part(long seed, String name) {
    long mixed = seed;
    for (int i = 0; i < name.length(); i++) {
      mixed = 31 * mixed + name.charAt(i);
    }
    int quarter = new SplittableRandom(mixed).split().nextInt(4);
    return quarter < 2 ? 0 : quarter - 1;
  }

  private void gather(int image, double[] pixels) {
    LabelSets sets = space.sets();
    BitSet met = new BitSet();
    int first = data.atlas().firstRegion(data.images().atlasIndex(image));
    double all = 0;
    for (int r = 0; r < sets.regions(image); r++) {
      int set = sets.set(image, r);
      int here = data.atlas().regionPixels(first + r);
      all += here;
      for (int m = sets.start(set); m < sets.start(set + 1); m++) {
        met.set(sets.member(m));
        pixels[sets.member(m)] += here;
      }
    }
    held[image] = met.stream().toArray();
    share[image] = new double[held[image].length];
    for (int i = 0; i < held[image].length; i++) {
      share[image][i] = pixels[held[image][i]] / all;
      pixels[held[image][i]] = 0;
    }
  }

  /**
   * Explains units of a layer and writes {@code linear.csv} and {@code linear.json}.
   *
   * @param units ascending; null for all
   * @param table formulas that the sums are compared with
   * @throws DissectionException if the maps of all images were not kept, or these are too few
   *     images
   */
  public static List<LinearScore> write(
      FormulaSearch formulas,
      LayerDissection layer,
      int @Nullable [] units,
      FormulaTable table,
      LinearOptions options,
      int workers,
      Progress progress)
      throws IOException {
    if (!layer.hasMaps()) {
      throw noMaps(layer);
    }
    LinearSearch search = new LinearSearch(formulas, options);
    for (Moments part : search.moments) {
      if (part.images() < 3) {
        throw new DissectionException(
            "a linear explanation needs images to fit, to choose terms and to hold out; these are too"
                + " few");
      }
    }
    int[] wanted = units == null ? FormulaSearch.all(layer) : units;
    LinearScore[] scores = new LinearScore[wanted.length];
    try (HitTable hits = layer.hits();
        ActivationMaps maps = layer.maps();
        Progress.Phase phase =
            progress.phase(
                "linear explanations of " + layer.layer().name(), wanted.length, "units")) {
      Workers.run(
          workers,
          wanted.length,
          "linear",
          () -> {
            Unit unit = search.new Unit(layer);
            return i -> {
              scores[i] = unit.explain(hits, maps, wanted[i], table);
              phase.advance(1);
            };
          });
      phase.done();
    }
    List<LinearScore> all = List.of(scores);
    String csv = LinearTable.csv(all);
    LinearTable.write(
        layer,
        new LinearInfo(
            LinearInfo.FORMAT,
            ToolVersion.get(),
            TrustTable.fingerprint(search.data.dissection()),
            options.seed(),
            search.moments[0].images(),
            search.moments[1].images(),
            search.moments[2].images(),
            options.penalty(),
            options.ridgeShare(),
            options.leastGain(),
            options.mostTerms(),
            formulas.categories().isEmpty() ? null : formulas.categories(),
            units == null ? null : Arrays.stream(units).boxed().toList(),
            TrustTable.check(csv)),
        csv);
    return all;
  }

  private static DissectionException noMaps(LayerDissection layer) {
    return new DissectionException(
        "layer "
            + layer.layer().name()
            + " does not hold the activation maps of all images, from which a unit's pooled"
            + " activation is taken; run it again with --maps all");
  }

  /** One thread's work. */
  private final class Unit {
    private final LayerDissection layer;
    private final Moments.Target[] targets = new Moments.Target[moments.length];
    private final double[] pooled = new double[part.length];
    private final SparseFit fit;

    Unit(LayerDissection layer) {
      this.layer = layer;
      for (int p = 0; p < targets.length; p++) {
        targets[p] = new Moments.Target(moments[p]);
      }
      fit = new SparseFit(moments[0], space.concepts().size(), options);
    }

    LinearScore explain(HitTable hits, ActivationMaps maps, int number, FormulaTable table)
        throws IOException {
      UnitScore score = layer.units().get(number);
      pool(hits, maps, score);
      for (Moments.Target target : targets) {
        target.clear();
      }
      for (int image = 0; image < part.length; image++) {
        if (part[image] >= 0) {
          targets[part[image]].add(pooled[image], held[image], share[image]);
        }
      }
      SparseFit.Sum sum = fit.fit(targets[0], targets[1]);
      List<LinearScore.Term> terms = new ArrayList<>();
      for (int i = 0; i < sum.terms().length; i++) {
        terms.add(new LinearScore.Term(space.concepts().text(sum.terms()[i]), sum.weights()[i]));
      }
      int label =
          score.label().label().isBlank() ? -1 : space.concepts().place(score.label().number());
      String formula =
          table.scores().stream()
              .filter(row -> row.unit() == number)
              .reduce((a, b) -> b)
              .map(row -> row.formula())
              .orElse("");
      return new LinearScore(
          number,
          terms,
          label < 0 ? "" : space.concepts().text(label),
          formula,
          label < 0 ? Double.NaN : targets[2].correlation(new int[] {label}, new double[] {1}),
          formula.isEmpty() ? Double.NaN : ofFormula(formula),
          targets[2].correlation(sum.terms(), sum.weights()),
          sum.validationR());
    }

    /** Fills the pooled activations. */
    private void pool(HitTable hits, ActivationMaps maps, UnitScore score) throws IOException {
      Arrays.fill(pooled, 0);
      BitSet mapped = new BitSet();
      int cells = layer.layer().cells();
      maps.readTrimmed(
          score.unit(),
          (image, map) -> {
            mapped.set(image);
            double sum = 0;
            for (int c = 0; c < map.cells; c++) {
              sum += Math.max(0, (double) map.value[c] - score.threshold());
            }
            pooled[image] = sum / cells;
          });
      boolean[] missing = new boolean[1];
      hits.read(
          score.unit(),
          space.sets()::regions,
          (image, region, pixels) -> missing[0] |= !mapped.get(image));
      if (missing[0]) {
        throw noMaps(layer);
      }
    }

    /** Correlation of the share that a formula covers, over the images held out. */
    private double ofFormula(String text) {
      BitSet extension = Extension.of(FormulaParser.parse(space.concepts(), text), space.sets());
      double[] sums = new double[5];
      int n = 0;
      for (int image = 0; image < part.length; image++) {
        if (part[image] != 2) {
          continue;
        }
        int first = data.atlas().firstRegion(data.images().atlasIndex(image));
        double with = 0;
        double all = 0;
        for (int r = 0; r < space.sets().regions(image); r++) {
          int here = data.atlas().regionPixels(first + r);
          all += here;
          with += extension.get(space.sets().set(image, r)) ? here : 0;
        }
        double x = with / all;
        double y = pooled[image];
        n++;
        sums[0] += x;
        sums[1] += y;
        sums[2] += x * x;
        sums[3] += y * y;
        sums[4] += x * y;
      }
      double own = sums[2] / n - sums[0] / n * (sums[0] / n);
      double target = sums[3] / n - sums[1] / n * (sums[1] / n);
      double both = sums[4] / n - sums[0] / n * (sums[1] / n);
      return own <= 1e-18 || target <= 1e-12 * Math.max(1e-300, sums[3] / n)
          ? Double.NaN
          : both / Math.sqrt(own * target);
    }
  }

  /** The mean of some correlations, those that do not exist counted as 0. */
  public static double mean(Stream<Double> correlations) {
    return correlations.mapToDouble(r -> Double.isNaN(r) ? 0 : r).average().orElse(0);
  }
}
