package org.netdissect.lab.planted;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.formulas.FormulaOptions;
import org.netdissect.analysis.formulas.FormulaSearch;
import org.netdissect.base.Progress;
import org.netdissect.base.files.NpyWriter;
import org.netdissect.base.files.WholeFile;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.results.Dissection;
import org.netdissect.results.FormulaScore;
import org.netdissect.results.LayerDissection;

/**
 * Searches for the formulas of units that were made from formulas. A planted unit answers 1 + u
 * where its formula holds, u uniform in [0, 1) anew for each pixel, and 0 elsewhere; then noise is
 * added.
 */
final class FormulaSelftest {
  private static final long SEED = 2718281828L;
  private static final int UNITS = 12;
  private static final int TRIES = 100_000;
  private static final List<String> OPERATORS = List.of("OR", "AND", "AND NOT");

  /** A formula, its text and its pixels over all images. */
  private record Planted(String text, BitSet pixels) {}

  private final Truth truth;
  private final List<Truth.Concept> concepts;
  private final Path out;
  private final PlantedMaps maps;

  FormulaSelftest(Truth truth, List<Truth.Concept> concepts, Path out, int size) {
    this.truth = truth;
    this.concepts = concepts;
    this.out = out;
    this.maps = new PlantedMaps(truth, out, size);
  }

  /** Plants, dissects, searches; writes {@code selftest-formulas.csv}. */
  List<Selftest.FormulaLine> run(Consumer<String> say) throws IOException {
    List<Selftest.FormulaLine> lines = new ArrayList<>();
    StringBuilder csv = new StringBuilder("length,noise,units,recovered,by_beam,iou,planted_iou\n");
    say.accept("");
    say.accept(
        String.format(
            Locale.ROOT,
            "%-48s %6s %10s %12s %8s %8s",
            "planted formulas",
            "units",
            "recovered",
            "by the beam",
            "IoU",
            "planted"));
    for (int length = 2; length <= 3; length++) {
      List<Planted> planted = plant(length);
      if (planted.isEmpty()) {
        say.accept(
            "  of " + length + " concepts: these images have none of which every part matters");
        continue;
      }
      for (double noise : new double[] {0, 0.3, 0.5, 1}) {
        Selftest.FormulaLine line = measure(planted, length, noise);
        lines.add(line);
        say.accept(
            String.format(
                Locale.ROOT,
                "%-48s %6d %10d %12d %8.3f %8.3f",
                "  of " + length + " concepts, noise, deviation " + Selftest.number(noise),
                line.units(),
                line.recovered(),
                line.byBeam(),
                line.iou(),
                line.plantedIou()));
        csv.append(
            String.format(
                Locale.ROOT,
                "%d,%s,%d,%d,%d,%.3f,%.3f%n",
                length,
                Selftest.number(noise),
                line.units(),
                line.recovered(),
                line.byBeam(),
                line.iou(),
                line.plantedIou()));
      }
    }
    WholeFile.text(out.resolve("selftest-formulas.csv"), csv.toString().replace("\r", ""));
    return lines;
  }

  /**
   * Formulas of which every part matters: each concept changes at least a fifth of the pixels, and
   * the whole covers between a 2,000th of all and what a mask holds, so that the mask of a clean
   * unit is the formula.
   */
  private List<Planted> plant(int length) {
    Random random = new Random(SEED + length);
    List<Planted> planted = new ArrayList<>();
    for (int tries = 0; planted.size() < UNITS && tries < TRIES; tries++) {
      Truth.Concept first = concepts.get(random.nextInt(concepts.size()));
      Planted formula = new Planted(quoted(first), (BitSet) first.pixels().clone());
      boolean matters = true;
      for (int l = 2; l <= length && matters; l++) {
        Truth.Concept next = concepts.get(random.nextInt(concepts.size()));
        String operator = OPERATORS.get((planted.size() + l) % OPERATORS.size());
        Planted longer = joined(formula, operator, next);
        matters = differ(formula, longer) && (!operator.equals("OR") || differ(longer, next));
        formula = longer;
      }
      long count = formula.pixels().cardinality();
      if (matters
          && count * 2000 > truth.pixels()
          && count < 0.9 * Selftest.QUANTILE * truth.pixels()) {
        planted.add(formula);
      }
    }
    return planted;
  }

  private static String quoted(Truth.Concept concept) {
    return '"' + concept.name() + '"';
  }

  private static Planted joined(Planted left, String operator, Truth.Concept right) {
    BitSet pixels = (BitSet) left.pixels().clone();
    switch (operator) {
      case "OR" -> pixels.or(right.pixels());
      case "AND" -> pixels.and(right.pixels());
      default -> pixels.andNot(right.pixels());
    }
    return new Planted("(" + left.text() + " " + operator + " " + quoted(right) + ")", pixels);
  }

  private static boolean differ(Planted shorter, Planted longer) {
    return differ(shorter.pixels(), longer.pixels());
  }

  private static boolean differ(Planted whole, Truth.Concept part) {
    return differ(whole.pixels(), part.pixels());
  }

  private static boolean differ(BitSet a, BitSet b) {
    BitSet other = (BitSet) a.clone();
    other.xor(b);
    return 5L * other.cardinality() > Math.max(a.cardinality(), b.cardinality());
  }

  private Selftest.FormulaLine measure(List<Planted> planted, int length, double noise)
      throws IOException {
    write(planted, length, noise);
    Dissection dissection = maps.dissect(truth.side(), false);
    LayerDissection layer = dissection.layers().get(0);
    int recovered = 0;
    int byBeam = 0;
    double iou = 0;
    double plantedIou = 0;
    try (LabelledResult labelled =
        LabelledResult.open(dissection, maps.data(), AtlasOptions.defaults(), Progress.NONE)) {
      FormulaSearch search = FormulaSearch.in(labelled);
      FormulaOptions options = FormulaOptions.defaults().withLength(length);
      List<FormulaScore> best = search.search(layer, options, Progress.NONE);
      List<FormulaScore> beam = search.search(layer, options.withBeam(10), Progress.NONE);
      for (int unit = 0; unit < planted.size(); unit++) {
        FormulaScore truly =
            search.evaluate(layer, planted.get(unit).text(), Progress.NONE).get(unit);
        FormulaScore found = best.get(length * unit + length - 1);
        recovered += isSame(found, truly) ? 1 : 0;
        byBeam += isSame(beam.get(length * unit + length - 1), truly) ? 1 : 0;
        iou += found.iou() / planted.size();
        plantedIou += truly.iou() / planted.size();
      }
    }
    maps.delete();
    return new Selftest.FormulaLine(
        length, noise, planted.size(), recovered, byBeam, iou, plantedIou);
  }

  /** By counts: formulas of the same pixels cannot be told apart. */
  private static boolean isSame(FormulaScore found, FormulaScore truly) {
    return found.intersect() == truly.intersect() && found.pixels() == truly.pixels();
  }

  private void write(List<Planted> planted, int length, double noise) throws IOException {
    int area = truth.side() * truth.side();
    float[] map = new float[area];
    try (NpyWriter npy = maps.writer(planted.size(), truth.side())) {
      for (int image = 0; image < truth.images(); image++) {
        for (int unit = 0; unit < planted.size(); unit++) {
          Random random = new Random(SEED + 1_000_003L * length + 7919L * image + unit);
          BitSet pixels = planted.get(unit).pixels();
          for (int p = 0; p < area; p++) {
            map[p] = pixels.get(image * area + p) ? 1 + random.nextFloat() : 0;
            map[p] += noise == 0 ? 0 : (float) (noise * random.nextGaussian());
          }
          npy.write(map);
        }
      }
    }
  }
}
