package org.netdissect.analysis.formulas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.base.Npy;
import org.netdissect.base.Progress;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.MadeUpData;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.RangeScore;
import org.netdissect.results.RangeTable;

/** Ranges of activation against masks that are laid pixel by pixel from whole maps. */
class RangesTest {
  private static final int UNITS = 6;

  /** Zero everywhere. */
  private static final int DEAD = 3;

  /** A few whole numbers. */
  private static final int COARSE = 4;

  /** Mostly below zero. */
  private static final int LOW = 5;

  private static final int HEIGHT = 4;
  private static final int WIDTH = 5;
  private static final int CELLS = HEIGHT * WIDTH;
  private static final ReceptiveField FIELD = ReceptiveField.square(-3, 9, 6);
  private static final int INPUT = 32;

  @TempDir Path folder;

  private record Case(MadeUpData data, float[] maps, LabelledResult labelled)
      implements AutoCloseable {
    LayerDissection layer() {
      return labelled.dissection().layers().get(0);
    }

    @Override
    public void close() {
      labelled.close();
    }
  }

  private Case make(long seed, Convention convention, String keep) throws IOException {
    Random random = new Random(seed);
    int images = 20 + random.nextInt(20);
    float[] maps = new float[images * UNITS * CELLS];
    for (int i = 0; i < maps.length; i++) {
      double value = random.nextGaussian();
      maps[i] =
          (float)
              switch (i / CELLS % UNITS) {
                case DEAD -> 0;
                case COARSE -> Math.max(0, random.nextInt(9) - 4);
                case LOW -> value - 1.2;
                case 0 -> value;
                default -> Math.max(0, value);
              };
    }
    MadeUpData data = new MadeUpData(seed, images, INPUT, INPUT, folder);
    Path file = Npy.write(folder.resolve("m" + seed + ".npy"), maps, images, UNITS, HEIGHT, WIDTH);
    Dissector.Builder builder =
        Dissector.builder()
            .setRecorded(
                new RecordedActivations(
                    List.of(new RecordedActivations.Maps("layer", file, FIELD)),
                    data.rows.stream().map(ImageRow::name).toList(),
                    new InputSize(INPUT, INPUT)))
            .setData(data)
            .setOut(folder.resolve("out-" + seed + convention + keep))
            .optQuantile(Quantile.of("0.02"))
            .optConvention(convention)
            .optCache(folder.resolve("cache"));
    if (keep != null) {
      builder.optKeepQuantile(Quantile.of(keep));
    }
    Dissection result = builder.build().run();
    return new Case(
        data,
        maps,
        LabelledResult.open(
            result,
            data,
            AtlasOptions.defaults().withCache(folder.resolve("cache")),
            Progress.NONE));
  }

  @ParameterizedTest
  @EnumSource(Convention.class)
  void masksOfRangesAreThoseOfEveryPixel(Convention convention) throws IOException {
    for (long seed = 500; seed < 506; seed++) {
      try (Case made = make(seed, convention, "0.3")) {
        FormulaSearch search = FormulaSearch.in(made.labelled());
        ConceptIndex concepts = new ConceptIndex(made.labelled(), List.of());
        FormulaOptions options = FormulaOptions.defaults().withWorkers(2);
        for (RangeOptions.By by : RangeOptions.By.values()) {
          RangeOptions ranges = new RangeOptions(1 + (int) (seed % 5), by, seed);
          RangeTable table =
              RangeSearch.write(search, made.layer(), null, ranges, options, Progress.NONE);
          check(made, convention, ranges, table, concepts, "seed " + seed + ", " + by + ": ");
        }
      }
    }
  }

  private static void check(
      Case made,
      Convention convention,
      RangeOptions ranges,
      RangeTable table,
      ConceptIndex concepts,
      String what)
      throws IOException {
    for (int unit = 0; unit < UNITS; unit++) {
      int number = unit;
      List<RangeScore> own = table.scores().stream().filter(s -> s.unit() == number).toList();
      float[] values = values(made, unit);
      float floor = floor(values, convention, 0.3);
      long above = count(values, floor, Float.POSITIVE_INFINITY);
      assertEquals(above == 0, own.isEmpty(), what + unit);
      assertEquals(above, own.stream().mapToLong(RangeScore::activations).sum(), what + unit);
      assertTrue(own.size() <= ranges.ranges(), what + unit);
      for (int r = 0; r < own.size(); r++) {
        RangeScore score = own.get(r);
        assertEquals(r + 1, score.range());
        assertEquals(r == 0 ? floor : own.get(r - 1).upTo(), score.above(), what + score);
        assertEquals(r == own.size() - 1, Float.isInfinite(score.upTo()), what + score);
        assertEquals(count(values, score.above(), score.upTo()), score.activations(), what + score);
        assertTrue(score.activations() > 0, what + score);
        assertTrue(score.best().iou() >= score.conceptIou(), what + score);
        Formula formula =
            score.best().formula().isEmpty()
                ? null
                : FormulaParser.parse(concepts, score.best().formula());
        assertArrayEquals(
            new long[] {score.best().intersect(), score.best().pixels(), score.best().mask()},
            slow(made, convention, score, formula, concepts),
            what + score);
      }
      if (ranges.by() == RangeOptions.By.QUANTILES && unit < DEAD) {
        // All values differ: ranges of as many activations as can be.
        long least = own.stream().mapToLong(RangeScore::activations).min().orElse(0);
        long most = own.stream().mapToLong(RangeScore::activations).max().orElse(0);
        assertEquals(ranges.ranges(), own.size(), what + unit);
        assertTrue(most - least <= 1, what + unit);
      }
    }
  }

  /** Values of a unit on the images read, ascending. */
  private static float[] values(Case made, int unit) {
    List<String> read = made.labelled().dissection().images();
    List<Float> values = new ArrayList<>();
    for (ImageRow row : made.data().rows) {
      if (read.contains(row.name())) {
        for (int c = 0; c < CELLS; c++) {
          values.add(made.maps()[(row.row() * UNITS + unit) * CELLS + c] + 0f);
        }
      }
    }
    float[] sorted = new float[values.size()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = values.get(i);
    }
    Arrays.sort(sorted);
    return sorted;
  }

  /** The threshold that a quantile has. */
  private static float floor(float[] sorted, Convention convention, double quantile) {
    int n = sorted.length;
    if (convention == Convention.EXACT) {
      return sorted[n - 1 - (int) (n * Math.round(quantile * 1000) / 1000)];
    }
    double position = (1 - Math.round(1000 * quantile) / 999.0) * (n - 1);
    int below = (int) position;
    double low = sorted[below];
    return (float) (low + (sorted[Math.min(n - 1, below + 1)] - low) * (position - below));
  }

  private static long count(float[] values, float above, float upTo) {
    long count = 0;
    for (float value : values) {
      count += value > above && value <= upTo && value != 0 ? 1 : 0;
    }
    return count;
  }

  /** Intersection, formula and mask of a range, pixel by pixel. */
  private static long[] slow(
      Case made, Convention convention, RangeScore score, Formula formula, ConceptIndex concepts)
      throws IOException {
    long[] counts = new long[3];
    List<String> read = made.labelled().dissection().images();
    for (ImageRow row : made.data().rows) {
      if (!read.contains(row.name())) {
        continue;
      }
      AnnotatedImage labels = made.data().annotate(row);
      int at = (row.row() * UNITS + score.unit()) * CELLS;
      float[] map = Arrays.copyOfRange(made.maps(), at, at + CELLS);
      for (int y = 0; y < labels.maskHeight(); y++) {
        for (int x = 0; x < labels.maskWidth(); x++) {
          float value =
              bilinear(
                  map,
                  position(convention, FIELD.y(), HEIGHT, labels.maskHeight(), y),
                  position(convention, FIELD.x(), WIDTH, labels.maskWidth(), x));
          boolean lit = value > score.above() && value <= score.upTo();
          boolean holds =
              formula != null
                  && FormulaRulesTest.holds(formula, concepts, labels, y * labels.maskWidth() + x);
          counts[0] += lit && holds ? 1 : 0;
          counts[1] += holds ? 1 : 0;
          counts[2] += lit ? 1 : 0;
        }
      }
    }
    return counts;
  }

  /** Where a mask pixel lies among the activations. */
  private static double position(
      Convention convention, ReceptiveField.Axis axis, int cells, int mask, int pixel) {
    if (convention == Convention.EXACT) {
      double centre = axis.offset() + (axis.size() - 1) / 2;
      return ((pixel + 0.5) * INPUT / mask - 0.5 - centre) / axis.step();
    }
    if (convention == Convention.LITE) {
      return (pixel + 0.5) * cells / mask - 0.5;
    }
    double r = Math.rint((double) INPUT / mask);
    double centre = Math.floor(axis.size() / 2) + axis.offset();
    double step = Math.floor(axis.step() / r);
    return step == 0 ? (pixel * r - centre) / axis.step() : (pixel - Math.floor(centre / r)) / step;
  }

  private static float bilinear(float[] map, double y, double x) {
    double cy = Math.max(0, Math.min(HEIGHT - 1, y));
    double cx = Math.max(0, Math.min(WIDTH - 1, x));
    int y0 = (int) cy;
    int x0 = (int) cx;
    int y1 = Math.min(HEIGHT - 1, y0 + 1);
    int x1 = Math.min(WIDTH - 1, x0 + 1);
    double top = mix(map[y0 * WIDTH + x0], map[y0 * WIDTH + x1], cx - x0);
    double bottom = mix(map[y1 * WIDTH + x0], map[y1 * WIDTH + x1], cx - x0);
    return (float) mix(top, bottom, cy - y0);
  }

  private static double mix(double from, double to, double fraction) {
    return from + (to - from) * fraction;
  }

  @Test
  void clustersThatLieApartAreFoundWhateverTheSeed() {
    Random random = new Random(7);
    float[] values = new float[3_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (i % 3 * 10 + 1 + random.nextDouble());
    }
    Arrays.sort(values);
    for (long seed = 0; seed < 20; seed++) {
      RangeOptions options = new RangeOptions(3, RangeOptions.By.KMEANS, seed);
      float[] ends = ActivationRanges.ends(values, options, 5);
      assertEquals(2, ends.length);
      assertTrue(ends[0] > 2 && ends[0] < 11 && ends[1] > 12 && ends[1] < 21, "seed " + seed);
      assertArrayEquals(ends, ActivationRanges.ends(values, options, 5));
    }
  }

  /** The least squared distance of any division into runs, by trying all. */
  @Test
  void clustersOfFewValuesAreTheBestInMostCases() {
    int best = 0;
    for (long seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      float[] values = new float[12];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) Math.abs(random.nextGaussian());
      }
      Arrays.sort(values);
      double least = Double.POSITIVE_INFINITY;
      for (int a = 1; a < 11; a++) {
        for (int b = a + 1; b < 12; b++) {
          least = Math.min(least, cost(values, a, b));
        }
      }
      float[] ends =
          ActivationRanges.ends(values, new RangeOptions(3, RangeOptions.By.KMEANS, seed), 0);
      assertEquals(2, ends.length, "seed " + seed);
      double found =
          cost(
              values,
              ActivationRanges.above(values, ends[0]),
              ActivationRanges.above(values, ends[1]));
      assertTrue(found >= least - 1e-9, "seed " + seed);
      best += found <= least + 1e-9 ? 1 : 0;
    }
    assertTrue(best >= 80, best + " of 100");
  }

  private static double cost(float[] values, int a, int b) {
    return spread(values, 0, a) + spread(values, a, b) + spread(values, b, values.length);
  }

  private static double spread(float[] values, int from, int to) {
    double mean = 0;
    for (int i = from; i < to; i++) {
      mean += values[i] / (to - from);
    }
    double spread = 0;
    for (int i = from; i < to; i++) {
      spread += (values[i] - mean) * (values[i] - mean);
    }
    return spread;
  }

  @Test
  void equalValuesStayInOneRange() {
    float[] values = {1, 1, 1, 1, 2, 2, 3};
    assertArrayEquals(
        new float[] {1, 2}, ActivationRanges.ends(values, RangeOptions.quantiles(5), 0));
    assertArrayEquals(
        new float[0], ActivationRanges.ends(new float[] {4, 4}, RangeOptions.quantiles(3), 0));
    for (int k = 4; k < 8; k++) {
      RangeOptions options = new RangeOptions(k, RangeOptions.By.KMEANS, k);
      assertEquals(2, ActivationRanges.ends(values, options, 0).length);
    }
  }

  @Test
  void goesOnAfterAKillWithTheSameBytesWhateverTheWorkers() throws IOException {
    try (Case made = make(510, Convention.EXACT, "0.2")) {
      FormulaSearch search = FormulaSearch.in(made.labelled());
      RangeOptions ranges = new RangeOptions(3, RangeOptions.By.KMEANS, 4);
      FormulaOptions options = FormulaOptions.defaults().withWorkers(1);
      LayerDissection layer = made.layer();
      Path table = layer.folder().resolve("ranges.csv");
      Path info = layer.folder().resolve("ranges.json");
      RangeTable written = RangeSearch.write(search, layer, null, ranges, options, Progress.NONE);
      String csv = Files.readString(table);
      String json = Files.readString(info);
      RangeTable read = RangeTable.read(made.labelled().dissection(), layer);
      assertEquals(csv, RangeTable.csv(read.scores()));
      assertEquals(written.scores().size(), read.scores().size());
      for (int killed = 0; killed < UNITS; killed++) {
        Progress failing = FormulaRulesTest.failingAfter(killed);
        assertThrows(
            IllegalStateException.class,
            () -> RangeSearch.write(search, layer, null, ranges, options, failing));
        RangeSearch.write(
            search, layer, null, ranges, options.withWorkers(1 + killed % 3), Progress.NONE);
        assertEquals(csv, Files.readString(table), "killed after " + killed);
        assertEquals(json, Files.readString(info));
        assertFalse(Files.exists(layer.folder().resolve("ranges.part")));
      }
    }
  }

  @Test
  void saysWhichOptionKeepsTheMaps() throws IOException {
    try (Case made = make(511, Convention.EXACT, null)) {
      FormulaSearch search = FormulaSearch.in(made.labelled());
      String message =
          assertThrows(
                  DissectionException.class,
                  () ->
                      RangeSearch.write(
                          search,
                          made.layer(),
                          null,
                          RangeOptions.quantiles(3),
                          FormulaOptions.defaults(),
                          Progress.NONE))
              .getMessage();
      assertTrue(message.contains("--keep-quantile"), message);
    }
  }
}
