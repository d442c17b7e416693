package org.netdissect.analysis.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** p-values of real units against a slow program of its own, under all three conventions. */
class SlowChanceTest {
  private static final int PERMUTATIONS = 199;
  private static final long SEED = 411;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Convention.class)
  void pIsThatOfASlowProgram(Convention convention) throws IOException {
    SlowChance slow = new SlowChance(convention);
    try (LabelledResult data =
        new TinyOracle(folder).dissect("out", TinyOracle.maps(), TinyOracle.UNITS, convention)) {
      Shuffle shuffle = new Shuffle(data, SEED);
      double[] p =
          ChanceLevel.fixed(
                  data,
                  data.dissection().layers().get(0),
                  shuffle,
                  PERMUTATIONS,
                  null,
                  2,
                  Progress.NONE)
              .p(0);
      double[] same = p(slow, permutations(data, shuffle));
      double[] other = p(slow, permutations(new Random(SEED)));
      for (int u = 0; u < TinyOracle.UNITS; u++) {
        String about = convention + ", seed " + SEED + ", unit " + u;
        assertEquals(same[u], p[u], about + ": the same permutations");
        // Monte-Carlo error of two independent sets of permutations.
        double error = Math.sqrt(2 * other[u] * (1 - other[u]) / PERMUTATIONS);
        assertTrue(
            Math.abs(p[u] - other[u]) <= 4 * error + 2.0 / (PERMUTATIONS + 1),
            about + ": " + p[u] + " and " + other[u]);
      }
    }
  }

  private static double[] p(SlowChance slow, List<int[]> permutations) {
    int[] inPlace = IntStream.range(0, TinyOracle.IMAGES).toArray();
    double[] p = new double[TinyOracle.UNITS];
    for (int u = 0; u < p.length; u++) {
      double observed = slow.best(u, inPlace);
      int asGood = 0;
      for (int[] masksOf : permutations) {
        asGood += slow.best(u, masksOf) >= observed ? 1 : 0;
      }
      p[u] = (1.0 + asGood) / (permutations.size() + 1.0);
    }
    return p;
  }

  /** Those of the product, by the places of the images in the list instead of their numbers. */
  private static List<int[]> permutations(LabelledResult data, Shuffle shuffle) throws IOException {
    List<String> names = TinyOracle.names();
    List<int[]> all = new ArrayList<>();
    for (int r = 0; r < PERMUTATIONS; r++) {
      int[] permutation = shuffle.permutation(r);
      int[] masksOf = new int[names.size()];
      for (int i = 0; i < permutation.length; i++) {
        masksOf[names.indexOf(data.images().name(i))] =
            names.indexOf(data.images().name(permutation[i]));
      }
      all.add(masksOf);
    }
    return all;
  }

  private static List<int[]> permutations(Random random) {
    List<int[]> all = new ArrayList<>();
    List<Integer> order = new ArrayList<>(IntStream.range(0, TinyOracle.IMAGES).boxed().toList());
    for (int r = 0; r < PERMUTATIONS; r++) {
      Collections.shuffle(order, random);
      all.add(order.stream().mapToInt(i -> i).toArray());
    }
    return all;
  }
}
