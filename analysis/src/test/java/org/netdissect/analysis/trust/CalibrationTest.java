package org.netdissect.analysis.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.base.Progress;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.UnitScore;

/**
 * Whether the chance level is right: on real activations of 60 photographs, where each unit's maps
 * have been moved to other photographs, so that no label can be more than chance, under all three
 * conventions. Noise and planted units are in {@link TrustTest}.
 */
class CalibrationTest {
  private static final int IMAGES = TinyOracle.IMAGES;
  private static final int UNITS = TinyOracle.UNITS;
  private static final int CELLS = TinyOracle.SIDE * TinyOracle.SIDE;
  private static final long SEED = 20261126;

  /** Times that each unit is moved. */
  private static final int MOVES = 8;

  @TempDir Path folder;

  private TinyOracle tiny() {
    return new TinyOracle(folder);
  }

  /** Every unit several times, each time with its maps on photographs drawn for it alone. */
  private static float[] moved(float[] maps, Random random) {
    float[] moved = new float[maps.length * MOVES];
    for (int m = 0; m < MOVES; m++) {
      for (int u = 0; u < UNITS; u++) {
        List<Integer> to = new ArrayList<>(IntStream.range(0, IMAGES).boxed().toList());
        Collections.shuffle(to, random);
        for (int i = 0; i < IMAGES; i++) {
          System.arraycopy(
              maps,
              (i * UNITS + u) * CELLS,
              moved,
              (to.get(i) * UNITS * MOVES + m * UNITS + u) * CELLS,
              CELLS);
        }
      }
    }
    return moved;
  }

  private static LayerDissection layer(LabelledResult data) {
    return data.dissection().layers().get(0);
  }

  @ParameterizedTest
  @EnumSource(Convention.class)
  void masksLeftInPlaceScoreAsTheResultSays(Convention convention) throws IOException {
    try (LabelledResult data = tiny().dissect("in-place", TinyOracle.maps(), UNITS, convention)) {
      int[] units = IntStream.range(0, UNITS).toArray();
      LayerMasks masks = LayerMasks.of(data, layer(data), units, 2, Progress.NONE);
      boolean[] all = new boolean[UNITS];
      Arrays.fill(all, true);
      double[][] best = new double[UNITS][data.totals().categories().size()];
      int[] inPlace = IntStream.range(0, data.images().size()).toArray();
      new MaskShifter(data, masks).score(inPlace, all, best);
      for (UnitScore unit : layer(data).units()) {
        double[] expected = unit.byCategory().stream().mapToDouble(LabelScore::iou).toArray();
        assertArrayEquals(expected, best[unit.unit()], 0, convention + ", unit " + unit.unit());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Convention.class)
  void movedUnitsHaveUniformPAndHardlyOnePasses(Convention convention) throws IOException {
    long seed = SEED + convention.word().length();
    int units = UNITS * MOVES;
    float[] maps = moved(TinyOracle.maps(), new Random(seed));
    try (LabelledResult data = tiny().dissect("moved", maps, units, convention)) {
      Shuffle shuffle = new Shuffle(data, seed);
      ChanceLevel fixed =
          ChanceLevel.fixed(data, layer(data), shuffle, 199, null, 2, Progress.NONE);
      double distance = fromUniform(fixed.p(0), 1 / 200.0);
      ChanceLevel until =
          ChanceLevel.sequential(data, layer(data), shuffle, 0.05, 1_999, null, 2, Progress.NONE);
      long small = Arrays.stream(until.p(0)).filter(p -> p <= 0.05).count();
      long passing = passing(fixed.p(0));
      long passingUntil = passing(until.p(0));
      String about =
          convention
              + ", seed "
              + seed
              + ": distance from uniform "
              + distance
              + "; of "
              + units
              + " moved units pass "
              + passing
              + " with 199 permutations and "
              + passingUntil
              + " with as many as needed; "
              + small
              + " have p <= 0.05";
      System.out.println(about);
      // Kolmogorov and Smirnov at 1 %.
      assertTrue(distance < 1.63 / Math.sqrt(units), about);
      double most = units * (0.05 + 2 * Math.sqrt(0.05 * 0.95 / units));
      assertTrue(passing <= most && passingUntil <= most && small <= most, about);
    }
  }

  private static long passing(double[] p) {
    return Arrays.stream(BenjaminiHochberg.adjust(p)).filter(q -> q <= 0.05).count();
  }

  /**
   * Largest distance of the share of values below from what is uniform.
   *
   * @param grid by which values are larger than continuous ones would be
   */
  private static double fromUniform(double[] values, double grid) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double distance = 0;
    for (int i = 0; i < sorted.length; i++) {
      distance = Math.max(distance, (i + 1.0) / sorted.length - sorted[i]);
      distance = Math.max(distance, sorted[i] - grid - (double) i / sorted.length);
    }
    return distance;
  }

  /** What is said of these units where they are: printed, to be compared with other programs. */
  @ParameterizedTest
  @EnumSource(Convention.class)
  void realUnitsAreTested(Convention convention) throws IOException {
    long seed = SEED + 10 + convention.word().length();
    try (LabelledResult data = tiny().dissect("plain", TinyOracle.maps(), UNITS, convention)) {
      ChanceLevel level =
          ChanceLevel.sequential(
              data, layer(data), new Shuffle(data, seed), 0.05, 1_999, null, 2, Progress.NONE);
      System.out.println(
          convention
              + ", seed "
              + seed
              + ": of 32 real units left in place pass "
              + passing(level.p(0))
              + "; null 95 % "
              + level.nullQuantile(0, 0.95)
              + ", 99 % "
              + level.nullQuantile(0, 0.99));
      assertEquals(UNITS, level.p(0).length);
    }
  }
}
