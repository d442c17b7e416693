package org.netdissect.dissection.fit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FitTest {
  /** Outputs over eight classes: so sure of one of them. */
  private static double[] sure(int best, double confidence) {
    double[] p = new double[8];
    for (int c = 0; c < 8; c++) {
      p[c] = c == best ? confidence : (1 - confidence) / 7;
    }
    return p;
  }

  private static List<Set<Integer>> unlabelled(List<double[]> outputs) {
    return Collections.nCopies(outputs.size(), Set.of());
  }

  private static Fit fit(List<double[]> outputs, List<double[]> mirrored) {
    return Fit.of("name", outputs, mirrored, 0, unlabelled(outputs));
  }

  @Test
  void certainAndVariedOutputsTellAll() {
    List<double[]> outputs = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      outputs.add(sure(i % 8, 1));
    }
    Fit fit = fit(outputs, outputs);
    assertEquals(1, fit.agreement(), 1e-12);
    assertEquals(3, fit.information(), 1e-12);
    assertEquals(8, fit.classes());
    assertEquals(1, fit.confidence(), 1e-12);
  }

  @Test
  void theSameOfEverythingTellsNothing() {
    List<double[]> outputs = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      outputs.add(sure(3, 0.9));
    }
    Fit fit = fit(outputs, outputs);
    assertEquals(0, fit.agreement());
    assertEquals(0, fit.information(), 1e-12);
    assertEquals(0, fit.score(64), 1e-12);
  }

  @Test
  void chanceIsNoAgreement() {
    Random random = new Random(3);
    List<double[]> outputs = new ArrayList<>();
    List<double[]> mirrored = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      outputs.add(sure(random.nextInt(8), 0.5));
      mirrored.add(sure(random.nextInt(8), 0.5));
    }
    assertEquals(0, fit(outputs, mirrored).agreement(), 0.03);
  }

  @Test
  void whatIsUnsureSaturatedOrDeadScoresLess() {
    List<double[]> good = new ArrayList<>();
    List<double[]> unsure = new ArrayList<>();
    List<double[]> saturated = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      good.add(sure(i % 8, 0.8));
      unsure.add(sure(i % 8, 0.2));
      saturated.add(sure(i % 8, 1));
    }
    double best = fit(good, good).score(64);
    assertTrue(fit(unsure, unsure).score(64) < best);
    assertTrue(fit(saturated, saturated).score(64) < best);
    assertTrue(Fit.of("dead", good, good, 0.5, unlabelled(good)).score(64) < best);
  }

  @Test
  void findingTheClassesThatLabelsNameCounts() {
    List<double[]> outputs = new ArrayList<>();
    List<Set<Integer>> right = new ArrayList<>();
    List<Set<Integer>> wrong = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      outputs.add(sure(i % 8, 0.9));
      right.add(i % 2 == 0 ? Set.of(i % 8) : Set.of());
      wrong.add(i % 2 == 0 ? Set.of((i + 2) % 8) : Set.of());
    }
    Fit found = Fit.of("found", outputs, outputs, 0, right);
    assertEquals(32, found.labelled());
    assertEquals(32, found.named());
    assertEquals(1, found.naming(), 1e-12);
    Fit missed = Fit.of("missed", outputs, outputs, 0, wrong);
    assertEquals(0, missed.named());
    assertTrue(missed.score(64) < found.score(64) - 0.4);
  }

  @Test
  void outputsBecomeProbabilities() {
    assertArrayEquals(new double[] {0.25, 0.75}, Fit.probabilities(new float[] {0.25f, 0.75f}));
    assertArrayEquals(new double[] {0.5, 0.5}, Fit.probabilities(new float[] {1000, 1000}), 1e-12);
    double[] p = Fit.probabilities(new float[] {-1, 0, 2});
    assertEquals(1, p[0] + p[1] + p[2], 1e-12);
    assertEquals(Math.exp(2), p[2] / p[1], 1e-9);
  }
}
