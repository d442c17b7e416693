package org.netdissect.analysis.trust;

import java.util.Arrays;

/**
 * The rank-sum test of two samples (Mann and Whitney, "On a test of whether one of two random
 * variables is stochastically larger than the other", 1947).
 */
final class MannWhitney {
  private MannWhitney() {}

  /**
   * Compares two samples.
   *
   * @return the chance that a value of the first is above one of the second, ties counting half;
   *     and the one-sided p of the first being larger, by the normal approximation with ties and
   *     continuity corrected. Both NaN if a sample is empty
   */
  static double[] auc(float[] first, float[] second) {
    long n = first.length;
    long m = second.length;
    if (n == 0 || m == 0) {
      return new double[] {Double.NaN, Double.NaN};
    }
    Arrays.sort(first);
    Arrays.sort(second);
    double u = 0;
    double ties = 0;
    int i = 0;
    int j = 0;
    while (i < n) {
      float value = first[i];
      while (j < m && Float.compare(second[j], value) < 0) {
        j++;
      }
      int fromI = i;
      while (i < n && Float.compare(first[i], value) == 0) {
        i++;
      }
      int toJ = j;
      while (toJ < m && Float.compare(second[toJ], value) == 0) {
        toJ++;
      }
      u += (double) (i - fromI) * (j + (toJ - j) / 2.0);
    }
    float[] all = Arrays.copyOf(first, (int) (n + m));
    System.arraycopy(second, 0, all, (int) n, (int) m);
    Arrays.sort(all);
    for (int from = 0; from < all.length; ) {
      int to = from + 1;
      while (to < all.length && Float.compare(all[to], all[from]) == 0) {
        to++;
      }
      double t = to - from;
      ties += t * t * t - t;
      from = to;
    }
    double total = n + m;
    double variance = n * m / 12.0 * (total + 1 - ties / (total * (total - 1)));
    double auc = u / ((double) n * m);
    if (!(variance > 0)) {
      return new double[] {auc, 1};
    }
    double z = (u - n * m / 2.0 - 0.5) / Math.sqrt(variance);
    return new double[] {auc, Normal.above(z)};
  }
}
