package org.netdissect.lab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.netdissect.lab.study.Finding.Level;
import org.netdissect.lab.study.Finding.Verdict;

class FindingTest {
  private static Level level(double x, Double... values) {
    return new Level(Double.toString(x), x, List.of(values));
  }

  private static Verdict trend(boolean rises, Level... levels) {
    return Finding.of(new Question.Expectation.Trend(rises), List.of(levels)).verdict();
  }

  @Test
  void aClearTrendHoldsAndItsOppositeDoesNot() {
    Level[] rising = {level(1, 1.0, 2.0), level(2, 4.0, 5.0), level(3, 7.0, 9.0)};
    assertEquals(Verdict.HOLDS, trend(true, rising));
    assertEquals(Verdict.DOES_NOT_HOLD, trend(false, rising));
    assertEquals(Verdict.CANNOT_BE_TOLD, trend(true, level(1, 1.0, 9.0), level(2, 2.0, 8.0)));
  }

  @Test
  void withoutRepeatsNothingIsToldUntilThereAreFiveValues() {
    assertEquals(Verdict.CANNOT_BE_TOLD, trend(true, level(1, 1.0), level(2, 2.0), level(3, 3.0)));
    assertEquals(
        Verdict.HOLDS,
        trend(true, level(1, 1.0), level(2, 2.0), level(3, 3.0), level(4, 4.0), level(5, 6.0)));
    assertEquals(Verdict.CANNOT_BE_TOLD, trend(true, level(1, 5.0, 5.0), level(2, 5.0, 5.0)));
  }

  @Test
  void anOrderIsJudgedPairByPair() {
    List<Level> levels =
        List.of(
            new Level("a", null, List.of(10.0, 11.0, 12.0)),
            new Level("b", null, List.of(5.0, 6.0, 7.0)),
            new Level("c", null, List.of(5.5, 6.5, 6.0)));
    assertEquals(Verdict.HOLDS, order(levels, "a", "b"));
    assertEquals(Verdict.DOES_NOT_HOLD, order(levels, "b", "a"));
    assertEquals(Verdict.CANNOT_BE_TOLD, order(levels, "a", "b", "c"));
    assertEquals(Verdict.DOES_NOT_HOLD, order(levels, "b", "c", "a"));
    assertEquals(Verdict.CANNOT_BE_TOLD, order(levels, "a", "z"));
  }

  private static Verdict order(List<Level> levels, String... values) {
    return Finding.of(new Question.Expectation.Order(List.of(values)), levels).verdict();
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
    int holds = 0;
    for (int study = 0; study < 200; study++) {
      List<Level> levels = new ArrayList<>();
      for (int x = 0; x < 4; x++) {
        levels.add(
            level(
                x,
                random.nextGaussian(),
                random.nextGaussian(),
                random.nextGaussian(),
                random.nextGaussian(),
                random.nextGaussian()));
      }
      holds +=
          Finding.of(new Question.Expectation.Trend(true), levels).verdict() == Verdict.HOLDS
              ? 1
              : 0;
    }
    assertTrue(holds <= 24, holds + " of 200 studies of noise \"hold\"; seed " + seed);
  }
}
