package org.netdissect.lab.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.measures.Measures;
import org.netdissect.base.Progress;
import org.netdissect.base.files.NpyWriter;
import org.netdissect.base.files.WholeFile;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.lab.world.World;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.Measure;
import org.netdissect.results.MeasureScore;
import org.netdissect.results.MeasureTable;
import org.netdissect.results.UnitScore;

/**
 * Dissects activation maps made from true masks. A planted unit answers 1 + u inside its concept, u
 * uniform in [0, 1) anew for each pixel, and 0 outside; then it is spoilt in one way or another.
 */
public final class Selftest {
  /** The world it measures on; nothing else uses it. */
  public static final long WORLD_SEED = 31415926;

  private static final int SIZE = 112;
  static final double QUANTILE = 0.005;
  private static final double IOU = Dissector.DEFAULT_IOU;
  private static final int NOISE_UNITS = 64;

  /** Of each category, for formulas: fewer make few whose every part matters. */
  private static final int LEAST_CONCEPTS = 6;

  /** How planted units are spoilt. */
  enum Spoilt {
    NOT("as planted"),
    NOISE("noise, deviation"),
    BLUR("blur, radius in mask pixels"),
    LOW("low resolution, cells a side"),
    PARTIAL("answers in this share of the concept's images"),
    MIXED("a second concept, strength"),
    FLAT("saturated: 1 inside, 0 outside"),
    PURE_NOISE("no concept at all, cells a side");

    final String text;

    Spoilt(String text) {
      this.text = text;
    }
  }

  /**
   * One line of the table.
   *
   * @param what is done to the units
   * @param level how much of it
   * @param units planted
   * @param recovered units whose one label is the planted concept (or one with the same pixels)
   * @param inCategory units whose best label of the concept's category is the planted one
   * @param passing units above IoU 0.04 with any label
   * @param found mean IoU of the best label of the concept's category, NaN without a concept
   * @param predicted mean IoU that arithmetic predicts, NaN where there is no formula
   * @param chosen by measure, units of which it holds the planted concept to be the best of all (or
   *     one with the same pixels); empty without a concept
   */
  public record Line(
      String what,
      double level,
      int units,
      int recovered,
      int inCategory,
      int passing,
      double found,
      double predicted,
      Map<Measure, Integer> chosen) {
    public Line {
      chosen = Collections.unmodifiableMap(new LinkedHashMap<>(chosen));
    }
  }

  /**
   * What came of planted formulas of a length.
   *
   * @param noise its standard deviation
   * @param units planted
   * @param recovered units whose best formula is the planted one (or one with the same counts)
   * @param byBeam the same of what a beam finds
   * @param iou mean of the best formulas
   * @param plantedIou mean of the planted ones
   */
  public record FormulaLine(
      int length,
      double noise,
      int units,
      int recovered,
      int byBeam,
      double iou,
      double plantedIou) {}

  private record Experiment(Spoilt spoilt, double level, int cells) {}

  private final Truth truth;
  private final List<Truth.Concept> concepts;
  private final PlantedMaps maps;

  private Selftest(Truth truth, List<Truth.Concept> concepts, PlantedMaps maps) {
    this.truth = truth;
    this.concepts = concepts;
    this.maps = maps;
  }

  /**
   * Plants, dissects, compares, and writes {@code selftest.svg} and {@code selftest.csv}.
   *
   * @param out working folder; new, empty, or with a selftest, which is made anew
   * @param images of the world
   * @param perCategory concepts planted in each category
   * @param say is told line by line
   */
  public static List<Line> run(Path out, int images, int perCategory, Consumer<String> say)
      throws IOException {
    if (Files.exists(out.resolve("selftest.csv"))) {
      say.accept(out + " holds a selftest; it is made anew");
      Files.delete(out.resolve("selftest.csv"));
    }
    Files.createDirectories(out);
    PlantedMaps.render(out, WORLD_SEED, SIZE, images);
    Truth truth = Truth.of(World.of(WORLD_SEED, SIZE), images);
    List<Truth.Concept> concepts = truth.choose(perCategory);
    say.accept(
        String.format(
            Locale.ROOT,
            "%d concepts planted, covering 1/%d to 1/%d of all pixels of %d images",
            concepts.size(),
            truth.pixels() / concepts.stream().mapToLong(Truth.Concept::count).min().orElseThrow(),
            truth.pixels() / concepts.stream().mapToLong(Truth.Concept::count).max().orElseThrow(),
            images));
    int mask = truth.side();
    List<Experiment> experiments = new ArrayList<>();
    experiments.add(new Experiment(Spoilt.NOT, 0, mask));
    for (double deviation : new double[] {0.1, 0.3, 0.5, 1, 2}) {
      experiments.add(new Experiment(Spoilt.NOISE, deviation, mask));
    }
    for (int radius : new int[] {1, 2, 4, 8}) {
      experiments.add(new Experiment(Spoilt.BLUR, radius, mask));
    }
    for (int cells : new int[] {28, 14, 7}) {
      experiments.add(new Experiment(Spoilt.LOW, cells, cells));
    }
    for (double share : new double[] {0.5, 0.2, 0.1, 0.05}) {
      experiments.add(new Experiment(Spoilt.PARTIAL, share, mask));
    }
    for (double strength : new double[] {0.5, 1}) {
      experiments.add(new Experiment(Spoilt.MIXED, strength, mask));
    }
    experiments.add(new Experiment(Spoilt.FLAT, 0, mask));
    for (int cells : new int[] {mask, 14, 7}) {
      experiments.add(new Experiment(Spoilt.PURE_NOISE, cells, cells));
    }
    Selftest selftest = new Selftest(truth, concepts, new PlantedMaps(truth, out, SIZE));
    List<Line> lines = new ArrayList<>();
    say.accept(HEADER);
    for (Experiment experiment : experiments) {
      Line line = selftest.measure(experiment);
      lines.add(line);
      say.accept(text(line));
    }
    say.accept("");
    say.accept(MEASURES_HEADER);
    lines.stream().filter(line -> !line.chosen.isEmpty()).map(Selftest::measures).forEach(say);
    WholeFile.text(out.resolve("selftest.svg"), SelftestChart.svg(lines));
    WholeFile.text(out.resolve("selftest.csv"), csv(lines));
    return lines;
  }

  /**
   * Plants formulas in the world that {@link #run} left behind, and searches for them; writes
   * {@code selftest-formulas.csv}.
   */
  public static List<FormulaLine> runFormulas(
      Path out, int images, int perCategory, Consumer<String> say) throws IOException {
    Truth truth = Truth.of(World.of(WORLD_SEED, SIZE), images);
    List<Truth.Concept> concepts = truth.choose(Math.max(LEAST_CONCEPTS, perCategory));
    return new FormulaSelftest(truth, concepts, out, SIZE).run(say);
  }

  private static final String HEADER =
      String.format(
          Locale.ROOT,
          "%-48s %6s %10s %12s %8s %8s %10s",
          "",
          "units",
          "recovered",
          "in category",
          "> 0.04",
          "IoU",
          "predicted");

  private static final String MEASURES_HEADER =
      String.format(Locale.ROOT, "%-48s", "planted concept ranked first by")
          + Arrays.stream(Measure.values())
              .map(measure -> String.format(Locale.ROOT, " %16s", measure.word()))
              .collect(Collectors.joining());

  private static String measures(Line line) {
    return String.format(
            Locale.ROOT, "%-48s", line.what + (line.level > 0 ? " " + number(line.level) : ""))
        + line.chosen.values().stream()
            .map(count -> String.format(Locale.ROOT, " %16s", percent(count, line.units)))
            .collect(Collectors.joining());
  }

  private static String text(Line line) {
    return String.format(
        Locale.ROOT,
        "%-48s %6d %10s %12s %8d %8s %10s",
        line.what + (line.level > 0 ? " " + number(line.level) : ""),
        line.units,
        Double.isNaN(line.found) ? "–" : percent(line.recovered, line.units),
        Double.isNaN(line.found) ? "–" : percent(line.inCategory, line.units),
        line.passing,
        iou(line.found),
        iou(line.predicted));
  }

  private static String percent(int part, int all) {
    return String.format(Locale.ROOT, "%.0f %%", 100.0 * part / all);
  }

  private static String iou(double value) {
    return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.3f", value);
  }

  static String number(double value) {
    return value == Math.rint(value) ? Integer.toString((int) value) : Double.toString(value);
  }

  private static String csv(List<Line> lines) {
    StringBuilder csv =
        new StringBuilder("what,level,units,recovered,in_category,above_0.04,iou,predicted");
    for (Measure measure : Measure.values()) {
      csv.append(",first_by_").append(measure.word());
    }
    csv.append('\n');
    for (Line line : lines) {
      csv.append('"')
          .append(line.what)
          .append('"')
          .append(',')
          .append(number(line.level))
          .append(',')
          .append(line.units)
          .append(',')
          .append(line.recovered)
          .append(',')
          .append(line.inCategory)
          .append(',')
          .append(line.passing)
          .append(',')
          .append(Double.isNaN(line.found) ? "" : iou(line.found))
          .append(',')
          .append(Double.isNaN(line.predicted) ? "" : iou(line.predicted));
      for (Measure measure : Measure.values()) {
        csv.append(',').append(Objects.toString(line.chosen.get(measure), ""));
      }
      csv.append('\n');
    }
    return csv.toString();
  }

  private Line measure(Experiment experiment) throws IOException {
    boolean noise = experiment.spoilt == Spoilt.PURE_NOISE;
    int units = noise ? NOISE_UNITS : concepts.size();
    long[] answering = new long[units];
    write(experiment, units, answering);
    Dissection dissection = maps.dissect(experiment.cells, !noise);
    List<UnitScore> scores = dissection.layers().get(0).units();
    List<String> categories = dissection.categories();
    int recovered = 0;
    int inCategory = 0;
    int passing = 0;
    double found = noise ? Double.NaN : 0;
    double predicted = 0;
    for (int u = 0; u < units; u++) {
      UnitScore score = scores.get(u);
      passing += DetectorCounts.passes(score.label(), IOU) ? 1 : 0;
      if (noise) {
        predicted = Double.NaN;
        continue;
      }
      Truth.Concept concept = concepts.get(u);
      int category = categories.indexOf(concept.category());
      String best = score.byCategory().get(category).label();
      recovered += is(concept, score.label().label(), experiment, u) ? 1 : 0;
      inCategory += is(concept, best, experiment, u) ? 1 : 0;
      found += score.byCategory().get(category).iou() / units;
      predicted += predict(experiment, concept, answering[u]) / units;
    }
    Map<Measure, Integer> chosen = noise ? Map.of() : chosen(experiment, dissection);
    maps.delete();
    return new Line(
        experiment.spoilt.text,
        experiment.level,
        units,
        recovered,
        inCategory,
        passing,
        found,
        predicted,
        chosen);
  }

  /** By measure, units of which it chooses the planted concept. */
  private Map<Measure, Integer> chosen(Experiment experiment, Dissection dissection)
      throws IOException {
    Map<Measure, Integer> chosen = new LinkedHashMap<>();
    int workers = Runtime.getRuntime().availableProcessors();
    try (LabelledResult labelled =
        LabelledResult.open(dissection, maps.data(), AtlasOptions.defaults(), Progress.NONE)) {
      MeasureTable table = Measures.write(labelled, workers, Progress.NONE).get(0);
      for (Measure measure : Measure.values()) {
        int right = 0;
        for (int u = 0; u < concepts.size(); u++) {
          MeasureScore best = table.best(u, measure);
          right += best != null && is(concepts.get(u), best.label(), experiment, u) ? 1 : 0;
        }
        chosen.put(measure, right);
      }
    }
    return chosen;
  }

  private boolean is(Truth.Concept concept, String label, Experiment experiment, int unit) {
    return label.equals(concept.name())
        || truth.same(concept.name(), label)
        // Of two concepts mixed in equal strength either is right.
        || (experiment.spoilt == Spoilt.MIXED
            && experiment.level == 1
            && label.equals(second(unit).name()));
  }

  private Truth.Concept second(int unit) {
    return concepts.get((unit + concepts.size() / 2) % concepts.size());
  }

  private void write(Experiment experiment, int units, long[] answering) throws IOException {
    int side = truth.side();
    int cells = experiment.cells;
    float[] full = new float[side * side];
    float[] low = new float[cells * cells];
    try (NpyWriter out = maps.writer(units, cells)) {
      for (int image = 0; image < truth.images(); image++) {
        for (int unit = 0; unit < units; unit++) {
          Random random =
              new Random(experiment.spoilt.text.hashCode() * 1_000_003L + 7919L * image + unit);
          if (experiment.spoilt == Spoilt.PURE_NOISE) {
            for (int i = 0; i < low.length; i++) {
              low[i] = (float) random.nextGaussian();
            }
            out.write(low);
            continue;
          }
          answering[unit] += answer(experiment, unit, image, random, full);
          if (cells == side) {
            out.write(full);
          } else {
            shrink(full, side, low, cells);
            out.write(low);
          }
        }
      }
    }
  }

  /** Fills the unit's map at mask resolution; returns how many pixels of its concept answer. */
  private long answer(Experiment experiment, int unit, int image, Random random, float[] to) {
    int area = to.length;
    int base = image * area;
    Arrays.fill(to, 0);
    Truth.Concept concept = concepts.get(unit);
    long answering = 0;
    boolean silent = experiment.spoilt == Spoilt.PARTIAL && random.nextDouble() >= experiment.level;
    if (!silent) {
      for (int p = concept.pixels().nextSetBit(base);
          p >= 0 && p < base + area;
          p = concept.pixels().nextSetBit(p + 1)) {
        to[p - base] = experiment.spoilt == Spoilt.FLAT ? 1 : 1 + random.nextFloat();
        answering++;
      }
    }
    switch (experiment.spoilt) {
      case NOISE -> {
        for (int p = 0; p < area; p++) {
          to[p] += (float) (experiment.level * random.nextGaussian());
        }
      }
      case BLUR -> {
        blur(to, truth.side(), (int) experiment.level);
        blur(to, truth.side(), (int) experiment.level);
      }
      case MIXED -> {
        Truth.Concept other = second(unit);
        for (int p = other.pixels().nextSetBit(base);
            p >= 0 && p < base + area;
            p = other.pixels().nextSetBit(p + 1)) {
          float value = (float) (experiment.level * (1 + random.nextFloat()));
          to[p - base] = Math.max(to[p - base], value);
        }
      }
      default -> {}
    }
    return answering;
  }

  /** Mean over a square of 2 · radius + 1 pixels a side, cut at the border. */
  static void blur(float[] map, int side, int radius) {
    float[] from = new float[side];
    for (int pass = 0; pass < 2; pass++) {
      int step = pass == 0 ? 1 : side;
      int line = pass == 0 ? side : 1;
      for (int k = 0; k < side; k++) {
        for (int i = 0; i < side; i++) {
          from[i] = map[k * line + i * step];
        }
        for (int i = 0; i < side; i++) {
          float sum = 0;
          int n = 0;
          for (int j = Math.max(0, i - radius); j <= Math.min(side - 1, i + radius); j++) {
            sum += from[j];
            n++;
          }
          map[k * line + i * step] = sum / n;
        }
      }
    }
  }

  private static void shrink(float[] full, int side, float[] low, int cells) {
    int block = side / cells;
    for (int y = 0; y < cells; y++) {
      for (int x = 0; x < cells; x++) {
        float sum = 0;
        for (int k = 0; k < block * block; k++) {
          sum += full[(y * block + k / block) * side + x * block + k % block];
        }
        low[y * cells + x] = sum / (block * block);
      }
    }
  }

  /** The IoU of the planted concept that follows from counting, or NaN. */
  private double predict(Experiment experiment, Truth.Concept concept, long answering) {
    double kept = Math.floor(QUANTILE * truth.pixels());
    double size = concept.count();
    return switch (experiment.spoilt) {
      // The mask is the top of what answers; all of it when that is less than the quantile.
      case NOT, PARTIAL -> Math.min(kept, (double) answering) / size;
      // More than q of all values share the maximum: nothing is above the threshold.
      case FLAT -> size > kept ? 0 : 1;
      case NOISE ->
          Expected.noisy(
              size / truth.pixels(), experiment.level, truth.imagesHolding(concept.category()));
      default -> Double.NaN;
    };
  }
}
