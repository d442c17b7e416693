package org.netdissect.analysis.formulas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sums of concepts: planted weights are found again, and correlations are the plain ones. */
class LinearTest {
  private static final int CONCEPTS = 40;
  private static final int IMAGES = 1_500;

  /** Images that hold some concepts, and an activation made of three of them. */
  private record Planted(int[][] held, double[][] share, double[] activation) {
    static Planted of(long seed, int[] terms, double[] weights, double noise) {
      Random random = new Random(seed);
      int[][] held = new int[IMAGES][];
      double[][] share = new double[IMAGES][];
      double[] activation = new double[IMAGES];
      for (int i = 0; i < IMAGES; i++) {
        BitSet met = new BitSet();
        for (int k = 0; k < 6; k++) {
          met.set(random.nextInt(CONCEPTS));
        }
        held[i] = met.stream().toArray();
        share[i] = new double[held[i].length];
        for (int k = 0; k < held[i].length; k++) {
          share[i][k] = random.nextDouble();
          for (int t = 0; t < terms.length; t++) {
            activation[i] += terms[t] == held[i][k] ? weights[t] * share[i][k] : 0;
          }
        }
        activation[i] += noise * random.nextGaussian();
      }
      return new Planted(held, share, activation);
    }

    /** Each image holds two concepts, mostly planted ones, that share it between them. */
    static Planted exclusive(long seed, int[] terms, double[] weights) {
      Random random = new Random(seed);
      int[][] held = new int[IMAGES][];
      double[][] share = new double[IMAGES][];
      double[] activation = new double[IMAGES];
      for (int i = 0; i < IMAGES; i++) {
        int t = random.nextInt(terms.length);
        int other = (terms[t] + 1 + random.nextInt(CONCEPTS - 1)) % CONCEPTS;
        double part = 0.5 + 0.5 * random.nextDouble();
        held[i] = new int[] {terms[t], other};
        share[i] = new double[] {part, 1 - part};
        for (int k = 0; k < 2; k++) {
          for (int p = 0; p < terms.length; p++) {
            activation[i] += terms[p] == held[i][k] ? weights[p] * share[i][k] : 0;
          }
        }
      }
      return new Planted(held, share, activation);
    }

    Moments moments(int part) {
      Moments moments = new Moments(CONCEPTS);
      for (int i = part; i < IMAGES; i += 3) {
        moments.add(held[i], share[i]);
      }
      return moments;
    }

    Moments.Target target(Moments moments, int part) {
      Moments.Target target = new Moments.Target(moments);
      for (int i = part; i < IMAGES; i += 3) {
        target.add(activation[i], held[i], share[i]);
      }
      return target;
    }
  }

  @Test
  void plantedWeightsAreFoundAgain() {
    int[] terms = {3, 17, 30};
    double[] weights = {1, 0.6, 0.3};
    for (long seed = 1; seed <= 20; seed++) {
      Planted planted = Planted.of(seed, terms, weights, 0.02);
      Moments train = planted.moments(0);
      SparseFit.Sum sum =
          new SparseFit(train, CONCEPTS, LinearOptions.withSeed(1))
              .fit(planted.target(train, 0), planted.target(planted.moments(1), 1));
      int[] sorted = sum.terms().clone();
      Arrays.sort(sorted);
      assertArrayEquals(terms, sorted, "seed " + seed);
      for (int i = 0; i < terms.length; i++) {
        for (int t = 0; t < terms.length; t++) {
          if (sum.terms()[i] == terms[t]) {
            assertEquals(weights[t], sum.weights()[i], 0.03, "seed " + seed);
          }
        }
      }
      double r = planted.target(planted.moments(2), 2).correlation(sum.terms(), sum.weights());
      assertTrue(r > 0.98, "seed " + seed + ": " + r);
    }
  }

  /** Concepts that keep each other out of the image: alone, the weaker two say nothing. */
  @Test
  void termsThatBringNothingAtFirstAreFoundLater() {
    int[] terms = {4, 5, 6};
    double[] weights = {1, 0.7, 0.5};
    for (long seed = 1; seed <= 20; seed++) {
      Planted planted = Planted.exclusive(seed, terms, weights);
      Moments train = planted.moments(0);
      Moments.Target trained = planted.target(train, 0);
      assertTrue(trained.covariance(6) < 0, "seed " + seed);
      SparseFit.Sum sum =
          new SparseFit(train, CONCEPTS, LinearOptions.withSeed(1))
              .fit(trained, planted.target(planted.moments(1), 1));
      assertArrayEquals(terms, sum.terms(), "seed " + seed);
      assertArrayEquals(weights, sum.weights(), 1e-4, "seed " + seed);
    }
  }

  @Test
  void noiseAloneHasNoSumOrALittleOne() {
    for (long seed = 1; seed <= 20; seed++) {
      Planted planted = Planted.of(seed, new int[0], new double[0], 1);
      Moments train = planted.moments(0);
      SparseFit.Sum sum =
          new SparseFit(train, CONCEPTS, LinearOptions.withSeed(1))
              .fit(planted.target(train, 0), planted.target(planted.moments(1), 1));
      double r = planted.target(planted.moments(2), 2).correlation(sum.terms(), sum.weights());
      assertTrue(Double.isNaN(r) || Math.abs(r) < 0.2, "seed " + seed + ": " + r);
    }
  }

  @Test
  void correlationsAreThePlainOnes() {
    Planted planted = Planted.of(5, new int[] {1, 2}, new double[] {1, 1}, 0.3);
    int[] terms = {1, 2, 9};
    double[] weights = {0.5, 2, 0.1};
    double[] x = new double[IMAGES];
    for (int i = 2; i < IMAGES; i += 3) {
      for (int k = 0; k < planted.held()[i].length; k++) {
        for (int t = 0; t < terms.length; t++) {
          x[i] += terms[t] == planted.held()[i][k] ? weights[t] * planted.share()[i][k] : 0;
        }
      }
    }
    double meanX = 0;
    double meanY = 0;
    for (int i = 2; i < IMAGES; i += 3) {
      meanX += x[i] / (IMAGES / 3);
      meanY += planted.activation()[i] / (IMAGES / 3);
    }
    double both = 0;
    double squareX = 0;
    double squareY = 0;
    for (int i = 2; i < IMAGES; i += 3) {
      both += (x[i] - meanX) * (planted.activation()[i] - meanY);
      squareX += (x[i] - meanX) * (x[i] - meanX);
      squareY += (planted.activation()[i] - meanY) * (planted.activation()[i] - meanY);
    }
    assertEquals(
        both / Math.sqrt(squareX * squareY),
        planted.target(planted.moments(2), 2).correlation(terms, weights),
        1e-10);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new LinearOptions(1, 0, 0, 10, 0.02, 10));
    assertThrows(IllegalArgumentException.class, () -> new LinearOptions(1, 0.1, 2, 10, 0.02, 10));
    assertThrows(IllegalArgumentException.class, () -> new LinearOptions(1, 0.1, 0, 0, 0.02, 10));
  }
}
