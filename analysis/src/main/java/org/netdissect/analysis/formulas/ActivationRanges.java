package org.netdissect.analysis.formulas;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Divides the activations of a unit into ranges, each above the end of the one before and up to its
 * own.
 */
final class ActivationRanges {
  /** Beginnings of k-means of which the best outcome is taken. */
  private static final int STARTS = 4;

  private static final int MOST_ROUNDS = 100;

  private ActivationRanges() {}

  /**
   * The ends of all ranges but the last, which has none.
   *
   * @param values ascending; the ranges hold them all, and each at least one
   * @param unit draws of its own
   * @return ascending, each below the largest value
   */
  static float[] ends(float[] values, RangeOptions options, int unit) {
    if (values.length == 0) {
      return new float[0];
    }
    int[] starts =
        options.by() == RangeOptions.By.QUANTILES
            ? equalCounts(values.length, options.ranges())
            : new KMeans(values).starts(options.ranges(), options.seed() * 1_000_003 + unit);
    float[] ends = new float[starts.length];
    int count = 0;
    for (int start : starts) {
      float end =
          options.by() == RangeOptions.By.QUANTILES ? values[start - 1] : gap(values, start);
      // Equal values stay together.
      if (end < values[values.length - 1] && (count == 0 || end > ends[count - 1])) {
        ends[count++] = end;
      }
    }
    return Arrays.copyOf(ends, count);
  }

  /** Where ranges of the same number of values begin, but for the first. */
  private static int[] equalCounts(int values, int ranges) {
    int[] starts = new int[ranges - 1];
    int count = 0;
    for (int r = 1; r < ranges; r++) {
      int start = (int) ((long) values * r / ranges);
      if (start > 0) {
        starts[count++] = start;
      }
    }
    return Arrays.copyOf(starts, count);
  }

  /** The middle between a value and the one before, to which side of it floats round or not. */
  private static float gap(float[] values, int start) {
    float before = values[start - 1];
    float after = values[start];
    if (before == after) {
      return before;
    }
    float middle = (float) (((double) before + after) / 2);
    return Math.max(before, Math.min(middle, Math.nextDown(after)));
  }

  /** Lloyd's rounds on sorted values, where a cluster is a run of them. */
  private static final class KMeans {
    private final float[] values;

    /** Sums of the values, and of their squares, before each place. */
    private final double[] sum;

    private final double[] squares;

    KMeans(float[] values) {
      this.values = values;
      sum = new double[values.length + 1];
      squares = new double[values.length + 1];
      for (int i = 0; i < values.length; i++) {
        sum[i + 1] = sum[i] + values[i];
        squares[i + 1] = squares[i] + (double) values[i] * values[i];
      }
    }

    /** Where the clusters begin, but for the first. */
    int[] starts(int clusters, long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      int[] best = new int[0];
      double least = Double.POSITIVE_INFINITY;
      for (int s = 0; s < STARTS; s++) {
        int[] starts = settle(spread(clusters, random));
        double cost = cost(starts);
        if (cost < least) {
          least = cost;
          best = starts;
        }
      }
      return best;
    }

    /** First centres, each drawn by its squared distance from those before (k-means++). */
    private double[] spread(int clusters, SplittableRandom random) {
      double[] centres = new double[clusters];
      double[] distance = new double[values.length];
      Arrays.fill(distance, Double.POSITIVE_INFINITY);
      centres[0] = values[random.nextInt(values.length)];
      int count = 1;
      while (count < clusters) {
        double all = 0;
        for (int i = 0; i < values.length; i++) {
          double away = values[i] - centres[count - 1];
          distance[i] = Math.min(distance[i], away * away);
          all += distance[i];
        }
        if (all == 0) {
          // There are no more values than centres.
          break;
        }
        double left = random.nextDouble() * all;
        int drawn = 0;
        while (drawn < values.length - 1 && (left -= distance[drawn]) >= 0) {
          drawn++;
        }
        centres[count++] = values[drawn];
      }
      double[] drawn = Arrays.copyOf(centres, count);
      Arrays.sort(drawn);
      return drawn;
    }

    private int[] settle(double[] centres) {
      int[] starts = nearest(centres);
      for (int round = 0; round < MOST_ROUNDS; round++) {
        for (int c = 0; c < centres.length; c++) {
          int from = c == 0 ? 0 : starts[c - 1];
          int to = c == starts.length ? values.length : starts[c];
          // A cluster that lost its values keeps its place, and may find others.
          centres[c] = from == to ? centres[c] : (sum[to] - sum[from]) / (to - from);
        }
        int[] next = nearest(centres);
        if (Arrays.equals(next, starts)) {
          break;
        }
        starts = next;
      }
      int last = values.length;
      return Arrays.stream(starts).filter(start -> start > 0 && start < last).distinct().toArray();
    }

    /** Where the values begin that are nearer to a centre than to the one before. */
    private int[] nearest(double[] centres) {
      int[] starts = new int[centres.length - 1];
      for (int c = 0; c < starts.length; c++) {
        starts[c] = above(values, (centres[c] + centres[c + 1]) / 2);
      }
      return starts;
    }

    /** Squared distances from the clusters' means, summed. */
    private double cost(int[] starts) {
      double cost = 0;
      for (int c = 0; c <= starts.length; c++) {
        int from = c == 0 ? 0 : starts[c - 1];
        int to = c == starts.length ? values.length : starts[c];
        double own = sum[to] - sum[from];
        cost += squares[to] - squares[from] - own * own / (to - from);
      }
      return cost;
    }
  }

  /** The first place of ascending values that is above a limit. */
  static int above(float[] values, double limit) {
    int from = 0;
    int to = values.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (values[middle] > limit) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }
}
