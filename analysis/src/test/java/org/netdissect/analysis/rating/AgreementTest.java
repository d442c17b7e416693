package org.netdissect.analysis.rating;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Intervals and agreement against published examples and slow references. */
class AgreementTest {
  @Test
  void wilsonOfPublishedExamples() {
    // Newcombe 1998, table I: 81/263, 15/148, 0/20, 1/29, method 3.
    check(0.2553, 0.3662, Wilson.of(81, 263));
    check(0.0624, 0.1605, Wilson.of(15, 148));
    check(0.0000, 0.1611, Wilson.of(0, 20));
    check(0.0061, 0.1718, Wilson.of(1, 29));
    assertEquals(1, Wilson.of(20, 20).high());
    assertEquals(0, Wilson.of(0, 20).low());
  }

  private static void check(double low, double high, Wilson got) {
    assertEquals(low, got.low(), 5e-5);
    assertEquals(high, got.high(), 5e-5);
  }

  @Test
  void alphaOfKrippendorffsBinaryExample() {
    // Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", A: alpha = 0.095.
    int[] a = {0, 1, 0, 0, 0, 0, 0, 0, 1, 0};
    int[] b = {1, 1, 1, 0, 0, 1, 0, 0, 0, 0};
    List<int[]> counts = new ArrayList<>();
    for (int i = 0; i < a.length; i++) {
      int yes = a[i] + b[i];
      counts.add(new int[] {2 - yes, yes});
    }
    assertEquals(0.095, Krippendorff.alpha(counts), 5e-4);
  }

  @Test
  void alphaEqualsItsDefinitionByPairs() {
    for (long seed = 1; seed <= 50; seed++) {
      Random random = new Random(seed);
      List<int[]> counts = new ArrayList<>();
      for (int q = 0; q < 30; q++) {
        counts.add(new int[] {random.nextInt(4), random.nextInt(4)});
      }
      assertEquals(byPairs(counts), Krippendorff.alpha(counts), 1e-12, "seed " + seed);
    }
  }

  /** Every answer against every other: within questions, and in all. */
  private static double byPairs(List<int[]> counts) {
    List<int[]> answers = new ArrayList<>(); // question, answer
    for (int q = 0; q < counts.size(); q++) {
      for (int c = 0; c < 2; c++) {
        for (int i = 0; i < counts.get(q)[c] && counts.get(q)[0] + counts.get(q)[1] > 1; i++) {
          answers.add(new int[] {q, c});
        }
      }
    }
    double observed = 0;
    double expected = 0;
    for (int i = 0; i < answers.size(); i++) {
      for (int j = 0; j < answers.size(); j++) {
        if (i != j && answers.get(i)[1] != answers.get(j)[1]) {
          expected += 1.0 / (answers.size() - 1);
          if (answers.get(i)[0] == answers.get(j)[0]) {
            int[] count = counts.get(answers.get(i)[0]);
            observed += 1.0 / (count[0] + count[1] - 1);
          }
        }
      }
    }
    return 1 - observed / expected;
  }

  @Test
  void alphaIsNotDefinedWithoutDisagreementToExpect() {
    assertTrue(Double.isNaN(Krippendorff.alpha(List.of(new int[] {0, 3}, new int[] {0, 2}))));
    assertTrue(Double.isNaN(Krippendorff.alpha(List.of(new int[] {0, 1}, new int[] {1, 0}))));
    assertEquals(1, Krippendorff.alpha(List.of(new int[] {0, 3}, new int[] {3, 0})));
  }
}
