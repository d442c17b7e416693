package org.netdissect.analysis.trust;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Correction for many tests: the false discovery rate (Benjamini and Hochberg, "Controlling the
 * false discovery rate", 1995).
 */
final class BenjaminiHochberg {
  private BenjaminiHochberg() {}

  /**
   * Adjusted p-values: the smallest rate at which each test would still be called a discovery.
   *
   * @return q in the order of p
   */
  static double[] adjust(double[] p) {
    Integer[] order = IntStream.range(0, p.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> p[i]));
    double[] q = new double[p.length];
    double least = 1;
    for (int rank = p.length; rank >= 1; rank--) {
      int test = order[rank - 1];
      least = Math.min(least, p[test] * p.length / rank);
      q[test] = least;
    }
    return q;
  }
}
