package org.netdissect.analysis.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.netdissect.analysis.ConceptTruths;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.MadeUpImages;
import org.netdissect.analysis.UnitTallies;
import org.netdissect.base.Npy;
import org.netdissect.base.Progress;
import org.netdissect.base.files.Bytes;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.scoring.MapsKept;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.TrustScore;
import org.netdissect.results.TrustScore.Verdict;
import org.netdissect.results.TrustTable;
import org.netdissect.results.UnitScore;

/** Chance levels, stability and the held-out check, against slow and obvious versions. */
class TrustTest {
  @TempDir Path folder;

  /** Noise that knows nothing of the labels. */
  private static float noise(int image, int unit, int y, int x, Random random) {
    return (float) Math.max(0, random.nextGaussian());
  }

  private static LayerDissection layer(LabelledResult data) {
    return data.dissection().layers().get(0);
  }

  @ParameterizedTest
  @EnumSource(
      value = Convention.class,
      names = {"EXACT", "LITE"})
  void masksLeftInPlaceScoreAsTheResultSays(Convention convention) throws IOException {
    MadeUpImages patches = new MadeUpImages(3, 60, 14, true, 9, folder);
    try (LabelledResult data = patches.dissect(convention, 12, 4, TrustTest::noise, "out")) {
      int[] units = IntStream.range(0, 12).toArray();
      LayerMasks masks = LayerMasks.of(data, layer(data), units, 2, Progress.NONE);
      boolean[] all = new boolean[12];
      Arrays.fill(all, true);
      double[][] best = new double[12][3];
      new MaskShifter(data, masks)
          .score(IntStream.range(0, data.images().size()).toArray(), all, best);
      for (UnitScore unit : layer(data).units()) {
        assertArrayEquals(
            unit.byCategory().stream().mapToDouble(LabelScore::iou).toArray(),
            best[unit.unit()],
            0,
            "unit " + unit.unit());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Convention.class,
      names = {"EXACT", "LITE"})
  void movedMasksScoreAsPixelByPixel(Convention convention) throws IOException {
    MadeUpImages patches = new MadeUpImages(8, 40, 14, true, 9, folder);
    try (LabelledResult data = patches.dissect(convention, 6, 9, TrustTest::noise, "out")) {
      int[] units = IntStream.range(0, 6).toArray();
      LayerMasks masks = LayerMasks.of(data, layer(data), units, 1, Progress.NONE);
      boolean[] all = new boolean[6];
      Arrays.fill(all, true);
      Shuffle shuffle = new Shuffle(data, 5);
      MaskShifter shifter = new MaskShifter(data, masks);
      for (int r = 0; r < 5; r++) {
        int[] masksOf = shuffle.permutation(r);
        double[][] best = new double[6][3];
        shifter.score(masksOf, all, best);
        double[][] slow = slowly(data, patches, masks, masksOf, convention);
        for (int u = 0; u < 6; u++) {
          assertArrayEquals(slow[u], best[u], 0, "permutation " + r + ", unit " + u);
        }
      }
    }
  }

  /** Counts every pixel of every moved mask against every concept. */
  private static double[][] slowly(
      LabelledResult data,
      MadeUpImages patches,
      LayerMasks masks,
      int[] masksOf,
      Convention convention) {
    int units = masks.units().length;
    double[][] best = new double[units][3];
    for (int unit = 0; unit < units; unit++) {
      boolean[] only = new boolean[units];
      only[unit] = true;
      for (int number = 1; number <= 9; number++) {
        int concept = number;
        int category = number % 3;
        long[] sums = new long[3];
        for (int image = 0; image < masksOf.length; image++) {
          if (masksOf[image] < 0) {
            continue;
          }
          int row = patches.rows.indexOf(row(patches, data.images().name(image)));
          int pixels = patches.labels.get(row).maskHeight() * patches.labels.get(row).maskWidth();
          boolean[] mask = new boolean[pixels];
          masks.visit(
              masksOf[image],
              only,
              (place, runs) -> {
                int p = 0;
                while (runs.hasRemaining()) {
                  p += (int) Bytes.getVarint(runs);
                  int end = p + (int) Bytes.getVarint(runs);
                  Arrays.fill(mask, p, end, true);
                  p = end;
                }
              });
          boolean holds = false;
          boolean touches = false;
          long lit = 0;
          for (int p = 0; p < pixels; p++) {
            lit += mask[p] ? 1 : 0;
            sums[0] +=
                mask[p] && patches.bears(row, p, concept)
                    ? times(patches, row, p, concept, convention)
                    : 0;
            sums[1] +=
                patches.bears(row, p, concept) ? times(patches, row, p, concept, convention) : 0;
            for (int other = 1; other <= 9; other++) {
              if (other % 3 == category && patches.bears(row, p, other)) {
                holds = true;
                touches |= mask[p];
              }
            }
          }
          if (convention.activationTouches() ? touches : holds) {
            sums[2] += lit;
          }
        }
        best[unit][category] =
            Math.max(best[unit][category], LabelScore.iou(sums[0], sums[2], sums[1]));
      }
    }
    return best;
  }

  /** How often a pixel counts for a concept it bears. */
  private static int times(
      MadeUpImages patches, int row, int pixel, int number, Convention convention) {
    if (!convention.countsPerChannel()) {
      return 1;
    }
    long maps =
        patches.labels.get(row).maps().stream()
            .filter(map -> map.labels()[pixel] == number)
            .count();
    long whole =
        patches.labels.get(row).wholeLabels().stream()
            .filter(label -> label.number() == number)
            .count();
    return (int) (maps + whole);
  }

  private static ImageRow row(MadeUpImages patches, String name) {
    return patches.rows.stream().filter(r -> r.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void permutationsKeepTheSizeOfMasksAndReachEveryImage() throws IOException {
    MadeUpImages patches = new MadeUpImages(1, 30, 10, true, 9, folder);
    try (LabelledResult data = patches.dissect(Convention.EXACT, 2, 1, TrustTest::noise, "out")) {
      Shuffle shuffle = new Shuffle(data, 1);
      int[][] met = new int[data.images().size()][data.images().size()];
      for (int r = 0; r < 3_000; r++) {
        int[] permutation = shuffle.permutation(r);
        assertArrayEquals(
            IntStream.range(0, permutation.length).toArray(),
            Arrays.stream(permutation).sorted().toArray());
        for (int i = 0; i < permutation.length; i++) {
          met[i][permutation[i]]++;
        }
      }
      for (int i = 0; i < met.length; i++) {
        for (int j = 0; j < met.length; j++) {
          boolean same =
              data.images().atlasImage(i).maskHeight() == data.images().atlasImage(j).maskHeight();
          int expected = same ? 3_000 / (int) groupSize(data, i) : 0;
          assertTrue(
              Math.abs(met[i][j] - expected) <= 6 * Math.sqrt(expected + 1e-9),
              i + " met " + j + " " + met[i][j] + " times, expected " + expected);
        }
      }
    }
  }

  private static long groupSize(LabelledResult data, int image) {
    return IntStream.range(0, data.images().size())
        .filter(
            k ->
                data.images().atlasImage(k).maskHeight()
                    == data.images().atlasImage(image).maskHeight())
        .count();
  }

  @Test
  void noiseHasUniformPAndDoesNotPass() throws IOException {
    MadeUpImages patches = new MadeUpImages(21, 80, 12, false, 12, folder);
    int units = 240;
    try (LabelledResult data =
        patches.dissect(Convention.EXACT, units, 22, TrustTest::noise, "out")) {
      Shuffle shuffle = new Shuffle(data, 23);
      ChanceLevel chance =
          ChanceLevel.fixed(data, layer(data), shuffle, 199, null, 2, Progress.NONE);
      double[] p = chance.p(0);
      // Kolmogorov and Smirnov; critical value at 0.1 %, and the grid of 1/200.
      double distance = distanceFromUniform(p);
      assertTrue(distance < 1.95 / Math.sqrt(units) + 1 / 200.0, "distance " + distance);
      double[] q = BenjaminiHochberg.adjust(p);
      assertTrue(Arrays.stream(q).filter(x -> x <= 0.05).count() <= 12, "noise passes");
      ChanceLevel sequential =
          ChanceLevel.sequential(data, layer(data), shuffle, 0.05, 1_999, null, 2, Progress.NONE);
      double[] sequentialQ = BenjaminiHochberg.adjust(sequential.p(0));
      assertTrue(Arrays.stream(sequentialQ).filter(x -> x <= 0.05).count() <= 12, "noise passes");
      assertTrue(distanceFromUniform(sequential.p(0)) < 1.95 / Math.sqrt(units) + 0.05);
      for (int u = 0; u < units; u++) {
        if (sequential.permutations(u) < 1_999) {
          assertTrue(sequential.exceedances(0, u) >= ChanceLevel.ENOUGH, "unit " + u);
        }
      }
    }
  }

  private static double distanceFromUniform(double[] p) {
    double[] sorted = p.clone();
    Arrays.sort(sorted);
    double distance = 0;
    for (int i = 0; i < sorted.length; i++) {
      distance = Math.max(distance, (i + 1.0) / sorted.length - sorted[i]);
      distance = Math.max(distance, sorted[i] - (double) i / sorted.length - 1.0 / 200);
    }
    return distance;
  }

  /** Fires where concept 4 is, and elsewhere as noise. */
  private static MadeUpImages.Activity planted(MadeUpImages patches) {
    return (image, unit, y, x, random) -> {
      int row = Math.min(11, y * 12 / MadeUpImages.CELLS);
      int column = Math.min(11, x * 12 / MadeUpImages.CELLS);
      boolean there = patches.bears(image, row * 12 + column, 4);
      return unit < 10 && there
          ? 5 + random.nextFloat()
          : (float) Math.max(0, random.nextGaussian());
    };
  }

  @Test
  void labelsAreHeldAgainstUntrainedNetworks() throws IOException {
    MadeUpImages patches = new MadeUpImages(31, 80, 12, false, 12, folder);
    MadeUpImages.Activity noise =
        (image, unit, y, x, random) -> (float) Math.max(0, random.nextGaussian());
    try (LabelledResult data = patches.dissect(Convention.EXACT, 24, 32, planted(patches), "out");
        LabelledResult one = patches.dissect(Convention.EXACT, 24, 33, noise, "one");
        LabelledResult two = patches.dissect(Convention.EXACT, 24, 34, noise, "two");
        LabelledResult less = patches.dissect(Convention.EXACT, 23, 34, noise, "less");
        LabelledResult lite = patches.dissect(Convention.LITE, 24, 34, noise, "lite")) {
      TrustOptions options = new TrustOptions(19, 1_999, 20, 0.05, 7, null, 2);
      List<Dissection> untrained = List.of(one.dissection(), two.dissection());
      TrustTable table = Trust.write(data, options, untrained, Progress.NONE).get(0);
      List<UnitScore> all =
          Stream.concat(layer(one).units().stream(), layer(two).units().stream()).toList();
      for (TrustScore score : table.scores()) {
        List<LabelScore> others =
            all.stream()
                .flatMap(unit -> unit.byCategory().stream())
                .filter(label -> label.category().equals(score.category()))
                .toList();
        long label = others.stream().filter(o -> o.label().equals(score.label())).count();
        long iou = others.stream().filter(o -> o.iou() >= score.iou() - 1e-15).count();
        long both =
            others.stream()
                .filter(o -> o.label().equals(score.label()) && o.iou() >= score.iou() - 1e-15)
                .count();
        assertEquals(48, others.size());
        assertEquals(label / 48.0, score.untrainedLabel());
        assertEquals(iou / 48.0, score.untrainedIou());
        assertEquals(both / 48.0, score.untrained());
        assertTrue(score.unit() >= 10 || !score.best() || score.untrained() == 0);
      }
      assertEquals(48, table.info().untrained().units());
      assertEquals(
          all.stream().filter(unit -> unit.label().iou() > 0.04).count(),
          table.info().untrained().detectors());
      TrustTable again = TrustTable.read(data.dissection(), layer(data));
      assertEquals(table.info(), again.info());
      assertEquals(TrustTable.csv(table.scores()), TrustTable.csv(again.scores()));

      refused(data, less, "of 24 units: is it of the same architecture?");
      refused(data, lite, "is of other rules");
      Path apart = Files.createDirectories(folder.resolve("others"));
      MadeUpImages others = new MadeUpImages(32, 70, 12, false, 12, apart);
      try (LabelledResult other = others.dissect(Convention.EXACT, 24, 1, noise, "other")) {
        refused(data, other, "is of other images");
      }
    }
  }

  private static void refused(LabelledResult data, LabelledResult other, String why) {
    TrustOptions options = new TrustOptions(19, 1_999, 20, 0.05, 7, null, 2);
    DissectionException failure =
        assertThrows(
            DissectionException.class,
            () -> Trust.write(data, options, List.of(other.dissection()), Progress.NONE));
    assertTrue(failure.getMessage().contains(why), failure.getMessage());
  }

  @Test
  void plantedUnitsPassAndTheTableSaysSo() throws IOException {
    MadeUpImages patches = new MadeUpImages(31, 80, 12, false, 12, folder);
    try (LabelledResult data = patches.dissect(Convention.EXACT, 60, 32, planted(patches), "out")) {
      TrustOptions options = new TrustOptions(0, 1_999, 100, 0.05, 7, null, 2);
      TrustTable table = Trust.write(data, options, Progress.NONE).get(0);
      for (TrustScore score : table.scores()) {
        if (score.unit() < 10 && score.best()) {
          assertEquals("concept4", score.label());
          assertEquals(Verdict.BEYOND_CHANCE, score.verdict(), "unit " + score.unit());
          assertTrue(score.wins() > 0.95 && score.iouLow() <= score.iou());
          assertTrue(score.iou() <= score.iouHigh());
          assertEquals("concept4", score.labels());
          assertEquals("concept4", score.heldOutLabel());
          assertEquals(1, score.heldOutRank());
          assertTrue(score.heldOutAuc() > 0.5 && score.heldOutP() < 0.05);
        }
      }
      long noise =
          table.scores().stream()
              .filter(s -> s.best() && s.unit() >= 10 && s.verdict() == Verdict.BEYOND_CHANCE)
              .count();
      assertTrue(noise <= 5, noise + " units of noise pass");

      byte[] csv = Files.readAllBytes(layer(data).folder().resolve("trust.csv"));
      byte[] json = Files.readAllBytes(layer(data).folder().resolve("trust.json"));
      TrustTable again = TrustTable.read(data.dissection(), layer(data));
      assertEquals(table.info(), again.info());
      assertEquals(TrustTable.csv(table.scores()), TrustTable.csv(again.scores()));
      Trust.write(data, new TrustOptions(0, 1_999, 100, 0.05, 7, null, 1), Progress.NONE);
      assertArrayEquals(csv, Files.readAllBytes(layer(data).folder().resolve("trust.csv")));
      assertArrayEquals(json, Files.readAllBytes(layer(data).folder().resolve("trust.json")));
      Files.write(layer(data).folder().resolve("trust.csv"), new byte[csv.length]);
      assertThrows(IOException.class, () -> TrustTable.read(data.dissection(), layer(data)));
    }
  }

  /** Stops like a kill after so many permutations. */
  private static final class Stopping implements Progress {
    private final AtomicInteger left;

    Stopping(int permutations) {
      left = new AtomicInteger(permutations);
    }

    @Override
    public void warn(String message) {}

    @Override
    public Phase phase(String name, long total, String unit) {
      return new Phase() {
        @Override
        public void advance(long n) {
          if (name.startsWith("chance")) {
            if (left.addAndGet((int) -n) < 0) {
              throw new IllegalStateException("stopped");
            }
          }
        }

        @Override
        public void done() {}

        @Override
        public void close() {}
      };
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 40, 130, 260})
  void aKilledTestGoesOnAndGivesTheSameBytes(int permutations) throws IOException {
    MadeUpImages patches = new MadeUpImages(35, 60, 12, false, 12, folder);
    try (LabelledResult data = patches.dissect(Convention.EXACT, 40, 36, planted(patches), "out")) {
      TrustOptions options = new TrustOptions(0, 399, 50, 0.05, 7, null, 2);
      Path csv = layer(data).folder().resolve("trust.csv");
      Path json = layer(data).folder().resolve("trust.json");
      Path journal = layer(data).folder().resolve("trust.journal");
      Trust.write(data, options, Progress.NONE);
      byte[] table = Files.readAllBytes(csv);
      byte[] info = Files.readAllBytes(json);
      assertFalse(Files.exists(journal));
      Files.delete(csv);
      Files.delete(json);

      assertThrows(
          IllegalStateException.class,
          () -> Trust.write(data, options, new Stopping(permutations)));
      assertNull(TrustTable.read(data.dissection(), layer(data)), "half a test is none");
      byte[] left = Files.readAllBytes(journal);
      // Its last record is torn, as a kill within writing leaves it.
      Files.write(journal, Arrays.copyOf(left, left.length - 3));
      Trust.write(data, options.withWorkers(1), Progress.NONE);
      assertArrayEquals(table, Files.readAllBytes(csv));
      assertArrayEquals(info, Files.readAllBytes(json));
      assertFalse(Files.exists(journal));

      // What a test with another seed left does not count, nor does what is no journal.
      Files.write(journal, left);
      Trust.write(data, new TrustOptions(0, 399, 50, 0.05, 8, null, 2), Progress.NONE);
      byte[] other = Files.readAllBytes(csv);
      Files.write(journal, new byte[5_000]);
      Trust.write(data, new TrustOptions(0, 399, 50, 0.05, 8, null, 2), Progress.NONE);
      assertArrayEquals(other, Files.readAllBytes(csv));
      // Damage within is dropped with all that follows.
      byte[] damaged = left.clone();
      damaged[left.length / 2] ^= 1;
      Files.write(journal, damaged);
      Trust.write(data, options, Progress.NONE);
      assertArrayEquals(table, Files.readAllBytes(csv));
    }
  }

  @Test
  void oneTestAtATime() throws IOException {
    Path file = folder.resolve("trust.journal");
    try (PermutationJournal journal = PermutationJournal.open(file, "a", 3)) {
      assertThrows(DissectionException.class, () -> PermutationJournal.open(file, "a", 3));
      journal.add(5, new int[] {1, 4}, new double[][] {{1, 2, 3}, {4, 5, 6}});
    }
    try (PermutationJournal journal = PermutationJournal.open(file, "a", 3)) {
      assertNull(journal.left(4, new int[] {1, 4}));
      assertArrayEquals(new double[] {4, 5, 6}, journal.left(5, new int[] {1, 4})[1]);
      assertNull(journal.left(5, new int[] {1, 4}));
    }
    try (PermutationJournal journal = PermutationJournal.open(file, "a", 3)) {
      assertNull(journal.left(5, new int[] {1, 3}), "other units took part");
    }
    try (PermutationJournal journal = PermutationJournal.open(file, "b", 3)) {
      assertNull(journal.left(5, new int[] {1, 4}), "another test");
    }
  }

  @Test
  void mapsOfTopImagesAloneAreRefused() throws IOException {
    MadeUpImages images = new MadeUpImages(62, 120, 12, false, 9, folder);
    try (LabelledResult data =
        images.dissect(Convention.EXACT, 3, 63, TrustTest::noise, "shown", MapsKept.SHOWN, false)) {
      DissectionException refused =
          assertThrows(
              DissectionException.class,
              () -> Trust.write(data, TrustOptions.defaults(), Progress.NONE));
      assertTrue(refused.getMessage().contains("--maps shown"), refused.getMessage());
    }
  }

  @Test
  void resamplingIsWeightedCounting() throws IOException {
    MadeUpImages patches = new MadeUpImages(41, 50, 12, true, 9, folder);
    try (LabelledResult data = patches.dissect(Convention.LITE, 8, 42, TrustTest::noise, "out")) {
      ConceptTruths truths = new ConceptTruths(data);
      long[] truth = new long[data.totals().numbers()];
      for (int i = 0; i < data.images().size(); i++) {
        for (int n = 0; n < truths.numbers(i).length; n++) {
          truth[truths.numbers(i)[n]] += truths.pixels(i)[n];
        }
      }
      for (int number = 1; number < truth.length; number++) {
        assertEquals(data.totals().truth(number), truth[number], "concept " + number);
      }
      Stability stability = new Stability(data, truths, 400, 1);
      Stability.Unit resampled = stability.new Unit();
      UnitTallies tallies = new UnitTallies(data);
      try (var hits = layer(data).hits()) {
        for (UnitScore unit : layer(data).units()) {
          tallies.read(data, hits, unit.unit());
          resampled.take(tallies);
          for (int c = 0; c < 3; c++) {
            LabelScore label = unit.byCategory().get(c);
            if (label.iou() > 0) {
              int number = Integer.parseInt(label.label().substring("concept".length()));
              Stability.Verdict verdict = resampled.verdict(number, c);
              assertTrue(verdict.low() <= label.iou() && label.iou() <= verdict.high());
              assertTrue(verdict.labels().length >= 1 && verdict.wins() > 0);
            }
          }
        }
      }
    }
  }

  @Test
  void ranksAreThoseOfCountingPairs() {
    Random random = new Random(51);
    for (int round = 0; round < 200; round++) {
      float[] first = new float[1 + random.nextInt(12)];
      float[] second = new float[1 + random.nextInt(12)];
      for (int i = 0; i < first.length; i++) {
        first[i] = random.nextInt(6);
      }
      for (int j = 0; j < second.length; j++) {
        second[j] = random.nextInt(6);
      }
      double pairs = 0;
      for (float a : first) {
        for (float b : second) {
          pairs += a > b ? 1 : a == b ? 0.5 : 0;
        }
      }
      assertEquals(
          pairs / (first.length * second.length),
          MannWhitney.auc(first.clone(), second.clone())[0],
          1e-12,
          "round " + round);
    }
    // U = 15, variance 5·4/12·(10 − 24/72), so z = (15 − 10 − 0.5) / 4.0139.
    double[] known = MannWhitney.auc(new float[] {3, 4, 4, 6, 9}, new float[] {1, 2, 4, 5});
    assertEquals(15.0 / 20, known[0], 1e-12);
    assertEquals(0.1311197, known[1], 1e-6);
    assertEquals(0.0013498980316301, Normal.above(3), 1e-12);
    assertEquals(0.158655253931457, Normal.above(1), 1e-12);
    assertEquals(7.61985302416e-24, Normal.above(10), 1e-31);
  }

  @Test
  void adjustedPFollowTheDefinition() {
    double[] q = BenjaminiHochberg.adjust(new double[] {0.01, 0.04, 0.03, 0.5});
    assertArrayEquals(new double[] {0.04, 0.04 * 4 / 3, 0.04 * 4 / 3, 0.5}, q, 1e-15);
  }

  @Test
  void resultsWithoutMapsAreRefused() throws IOException {
    MadeUpImages patches = new MadeUpImages(61, 20, 12, false, 9, folder);
    float[] maps = new float[20 * MadeUpImages.CELLS * MadeUpImages.CELLS];
    Arrays.fill(maps, 1);
    maps[5] = 2;
    Path file =
        Npy.write(folder.resolve("m.npy"), maps, 20, 1, MadeUpImages.CELLS, MadeUpImages.CELLS);
    Dissection result =
        Dissector.builder()
            .setRecorded(
                new RecordedActivations(
                    List.of(new RecordedActivations.Maps("maps", file, ReceptiveField.UNKNOWN)),
                    patches.rows.stream().map(ImageRow::name).toList(),
                    new InputSize(32, 32)))
            .setData(patches)
            .setOut(folder.resolve("none"))
            .optMaps(MapsKept.NONE)
            .optCache(folder.resolve("cache"))
            .build()
            .run();
    try (LabelledResult data =
        LabelledResult.open(
            result,
            patches,
            AtlasOptions.defaults().withCache(folder.resolve("cache")),
            Progress.NONE)) {
      DissectionException refused =
          assertThrows(
              DissectionException.class,
              () -> Trust.write(data, TrustOptions.defaults(), Progress.NONE));
      assertTrue(refused.getMessage().contains("--maps none"), refused.getMessage());
    }
  }
}
