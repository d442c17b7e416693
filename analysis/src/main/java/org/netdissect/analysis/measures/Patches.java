package org.netdissect.analysis.measures;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.UnitTallies;

/**
 * A unit's top patches as directions: of each, the shares of its lit pixels that bear each concept,
 * scaled to unit length.
 *
 * @param shares by patch and concept number
 */
record Patches(double[][] shares) {

  /**
   * The patches of a unit on its top images, strongest first, those left out on which its mask
   * meets no concept.
   *
   * @param top numbers of images
   * @param numbers one more than the largest concept number
   */
  static Patches of(UnitTallies unit, int[] top, int numbers) {
    double[][] shares = new double[top.length][];
    int count = 0;
    for (int image : top) {
      int at = Arrays.binarySearch(unit.image, 0, unit.images, image);
      if (at < 0 || unit.start[at] == unit.start[at + 1]) {
        continue;
      }
      double[] share = new double[numbers];
      for (int e = unit.start[at]; e < unit.start[at + 1]; e++) {
        share[unit.number[e]] = (double) unit.with[e] / unit.pixels[at];
      }
      shares[count++] = scaled(share);
    }
    return new Patches(Arrays.copyOf(shares, count));
  }

  int count() {
    return shares.length;
  }

  /** The mean direction, of unit length; all zero without patches. */
  double[] mean() {
    double[] sum = new double[count() == 0 ? 0 : shares[0].length];
    for (double[] share : shares) {
      add(sum, share);
    }
    return scaled(sum);
  }

  /**
   * Mean cosine of two different patches: (‖mean‖² − 1/m) · m / (m − 1), in the manner of
   * SemanticLens (Dreyer et al. 2025).
   *
   * @return NaN for fewer than two
   */
  double clarity() {
    int m = count();
    if (m < 2) {
      return Double.NaN;
    }
    double[] sum = new double[shares[0].length];
    for (double[] share : shares) {
      add(sum, share);
    }
    return (dot(sum, sum) / ((double) m * m) - 1.0 / m) * m / (m - 1);
  }

  /**
   * Two clusters of patches.
   *
   * @param first mean direction of the larger, of unit length
   * @param second that of the other
   * @param secondShare share of patches in it
   */
  record Pair(double[] first, double[] second, double secondShare) {
    double polysemanticity() {
      return 1 - dot(first, second);
    }

    /** The concept by which the larger cluster stands out from the other. */
    int nameOfFirst() {
      return most(first, second);
    }

    int nameOfSecond() {
      return most(second, first);
    }

    /** The lowest number of equals. */
    private static int most(double[] direction, double[] other) {
      int most = 0;
      for (int number = 1; number < direction.length; number++) {
        double out = direction[number] - other[number];
        most = out > direction[most] - other[most] ? number : most;
      }
      return most == 0 ? largest(direction) : most;
    }
  }

  /**
   * Parts the patches in two by k-means over directions, begun with the two that are farthest from
   * each other, so that nothing is random.
   *
   * @return null for fewer than two patches
   */
  @Nullable Pair pair() {
    int m = count();
    if (m < 2) {
      return null;
    }
    double[][] centre = farthest();
    int[] of = new int[m];
    Arrays.fill(of, -1);
    // Every step brings patches nearer to their centres, so that it ends; the bound is for
    // rounding.
    for (int step = 0; step < 100 && assign(centre, of); step++) {
      double[][] sums = new double[2][shares[0].length];
      for (int p = 0; p < m; p++) {
        add(sums[of[p]], shares[p]);
      }
      centre[0] = scaled(sums[0]);
      centre[1] = scaled(sums[1]);
    }
    int second = Arrays.stream(of).sum();
    boolean swapped = 2 * second > m;
    return new Pair(
        centre[swapped ? 1 : 0],
        centre[swapped ? 0 : 1],
        (double) (swapped ? m - second : second) / m);
  }

  private double[][] farthest() {
    int a = 0;
    int b = 1;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < count(); i++) {
      for (int j = i + 1; j < count(); j++) {
        double cosine = dot(shares[i], shares[j]);
        if (cosine < least) {
          least = cosine;
          a = i;
          b = j;
        }
      }
    }
    return new double[][] {shares[a], shares[b]};
  }

  /** Gives each patch to the nearer centre; neither is left without one. */
  private boolean assign(double[][] centre, int[] of) {
    boolean changed = false;
    int[] next = new int[of.length];
    for (int p = 0; p < of.length; p++) {
      next[p] = dot(shares[p], centre[1]) > dot(shares[p], centre[0]) ? 1 : 0;
    }
    int second = Arrays.stream(next).sum();
    if (second == 0 || second == of.length) {
      // All are alike: the last stands for the other cluster.
      Arrays.fill(next, 0);
      next[of.length - 1] = 1;
    }
    for (int p = 0; p < of.length; p++) {
      changed |= next[p] != of[p];
      of[p] = next[p];
    }
    return changed;
  }

  /** The concept that a direction points to most; the lowest number of equals. */
  private static int largest(double[] direction) {
    int most = 0;
    for (int number = 1; number < direction.length; number++) {
      most = direction[number] > direction[most] ? number : most;
    }
    return most;
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < Math.min(a.length, b.length); i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void add(double[] sum, double[] more) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += more[i];
    }
  }

  private static double[] scaled(double[] vector) {
    double length = Math.sqrt(dot(vector, vector));
    double[] scaled = new double[vector.length];
    for (int i = 0; i < vector.length && length > 0; i++) {
      scaled[i] = vector[i] / length;
    }
    return scaled;
  }
}
