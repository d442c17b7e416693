package org.netdissect.lab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.netdissect.lab.study.Finding.Level;
import org.netdissect.lab.study.Finding.Repeats;
import org.netdissect.lab.study.Finding.Verdict;

class FindingTest {
  private static Level level(double x, Double... values) {
    return level(Double.toString(x), x, values);
  }

  /** Every value of a network of its own. */
  private static Level level(String label, Double x, Double... values) {
    List<String> repeats = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      repeats.add("seed " + i);
    }
    return new Level(label, x, List.of(values), repeats);
  }

  private static Level level(double x, List<String> repeats, Double... values) {
    return new Level(Double.toString(x), x, List.of(values), repeats);
  }

  private static Verdict trend(boolean rises, Level... levels) {
    return trend(rises, Repeats.BETWEEN, levels);
  }

  private static Verdict trend(boolean rises, Repeats repeats, Level... levels) {
    return Finding.of(new Question.Expectation.Trend(rises), List.of(levels), repeats).verdict();
  }

  @Test
  void aClearTrendHoldsAndItsOppositeDoesNot() {
    Level[] rising = {level(1, 1.0, 2.0), level(2, 4.0, 5.0), level(3, 7.0, 9.0)};
    assertEquals(Verdict.HOLDS, trend(true, rising));
    assertEquals(Verdict.DOES_NOT_HOLD, trend(false, rising));
    assertEquals(Verdict.CANNOT_BE_TOLD, trend(true, level(1, 1.0, 9.0), level(2, 2.0, 8.0)));
  }

  @Test
  void oneNetworkAtAValueTellsNothing() {
    assertEquals(Verdict.CANNOT_BE_TOLD, trend(true, level(1, 1.0), level(2, 2.0), level(3, 3.0)));
    assertEquals(Verdict.CANNOT_BE_TOLD, trend(true, level(1, 5.0, 5.0), level(2, 5.0, 5.0)));
    // Repeats elsewhere say nothing of the one.
    assertEquals(
        Verdict.CANNOT_BE_TOLD, trend(true, level(1, 1.0, 1.1), level(2, 2.0), level(3, 3.0, 3.1)));
    // However many values: ten checkpoints of one training are one training.
    Level[] ten = IntStream.range(0, 10).mapToObj(i -> level(i, 1.0 * i)).toArray(Level[]::new);
    assertEquals(Verdict.CANNOT_BE_TOLD, trend(true, Repeats.WITHIN, ten));
    assertEquals(Verdict.CANNOT_BE_TOLD, trend(true, Repeats.BETWEEN, ten));
  }

  /** Rotations of one network, or networks of one seed, are drawn as one. */
  @Test
  void whatIsNotIndependentCountsOnce() {
    List<String> same = List.of("seed 1", "seed 1", "seed 1");
    for (Repeats repeats : List.of(Repeats.WITHIN, Repeats.BETWEEN)) {
      assertEquals(
          Verdict.CANNOT_BE_TOLD,
          trend(true, repeats, level(0, same, 1.0, 2.0, 3.0), level(1, same, 7.0, 8.0, 9.0)));
    }
    List<String> two = List.of("seed 1", "seed 2", "seed 2");
    Level low = level(0, two, 1.0, 4.0, 6.0);
    assertEquals(List.of(1.0, 5.0), low.averaged().values());
    assertEquals(Verdict.HOLDS, trend(true, Repeats.BETWEEN, low, level(1, two, 7.0, 8.0, 9.0)));
  }

  /** Networks that differ among themselves more than each changes: seen when drawn together. */
  @Test
  void valuesOfTheSameNetworksAreDrawnTogether() {
    List<Level> levels =
        List.of(level("a", null, 11.0, 21.0, 31.0), level("b", null, 10.0, 20.0, 30.0));
    Question.Expectation order = new Question.Expectation.Order(List.of("a", "b"));
    assertEquals(Verdict.HOLDS, Finding.of(order, levels, Repeats.WITHIN).verdict());
    assertEquals(Verdict.CANNOT_BE_TOLD, Finding.of(order, levels, Repeats.BETWEEN).verdict());
  }

  @Test
  void measuredFactorsAreJudgedByConditions() {
    List<Level> levels = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      levels.add(level(0.1 * i, List.of("kind " + i / 3), 1.0 * i));
    }
    Level[] four = levels.toArray(Level[]::new);
    assertEquals(Verdict.CANNOT_BE_TOLD, trend(true, Repeats.CONDITIONS, four));
    for (int i = 12; i < 15; i++) {
      levels.add(level(0.1 * i, List.of("kind " + i / 3), 1.0 * i));
    }
    assertEquals(Verdict.HOLDS, trend(true, Repeats.CONDITIONS, levels.toArray(Level[]::new)));
  }

  @Test
  void anOrderIsJudgedPairByPair() {
    List<Level> levels =
        List.of(
            level("a", null, 10.0, 11.0, 12.0),
            level("b", null, 5.0, 6.0, 7.0),
            level("c", null, 5.5, 6.5, 6.0));
    assertEquals(Verdict.HOLDS, order(levels, "a", "b"));
    assertEquals(Verdict.DOES_NOT_HOLD, order(levels, "b", "a"));
    assertEquals(Verdict.CANNOT_BE_TOLD, order(levels, "a", "b", "c"));
    assertEquals(Verdict.DOES_NOT_HOLD, order(levels, "b", "c", "a"));
    assertEquals(Verdict.CANNOT_BE_TOLD, order(levels, "a", "z"));
  }

  private static Verdict order(List<Level> levels, String... values) {
    return Finding.of(new Question.Expectation.Order(List.of(values)), levels, Repeats.BETWEEN)
        .verdict();
  }

  @Test
  void rankCorrelationIsSpearmans() {
    // With ties: ranks 1.5 1.5 3 4 against 1 2 3.5 3.5; by hand 4 / sqrt(4.5 · 4.5).
    List<Level> levels = List.of(level(1, 1.0, 2.0), level(2, 3.0), level(3, 3.0));
    assertEquals(4 / 4.5, Finding.correlation(levels), 1e-12);
  }

  /** What holds by chance alone must be rare: noise of no trend is said to rise in few studies. */
  @Test
  void noiseIsSeldomATrend() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int networks : new int[] {3, 5}) {
      int holds = 0;
      for (int study = 0; study < 200; study++) {
        List<Level> levels = new ArrayList<>();
        for (int x = 0; x < 4; x++) {
          levels.add(level(x, random.doubles(networks, 0, 1).boxed().toArray(Double[]::new)));
        }
        holds += trend(true, levels.toArray(Level[]::new)) == Verdict.HOLDS ? 1 : 0;
      }
      assertTrue(
          holds <= (networks == 3 ? 40 : 24),
          holds + " of 200 studies of noise \"hold\" with " + networks + " seeds; seed " + seed);
    }
  }
}
