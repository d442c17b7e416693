package org.netdissect.analysis.trust;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.netdissect.analysis.ConceptTruths;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.UnitTallies;
import org.netdissect.dissection.scoring.ConceptTotals;
import org.netdissect.results.LabelScore;

/**
 * Whether labels survive resampling of the images: the bootstrap with Poisson weights of mean 1,
 * the same for all units, drawn once from the seed. Every image counts as often as its weight says,
 * with its mask, its labels and its part of A. Safe for concurrent use; what a unit needs lies in
 * {@link Unit}.
 */
final class Stability {
  private static final int LARGEST_WEIGHT = 20;

  private final ConceptTotals totals;
  private final int resamples;

  /** By image and resample. */
  private final byte[][] weights;

  /** G by concept number and resample. */
  private final long[][] truth;

  Stability(LabelledResult data, ConceptTruths truths, int resamples, long seed) {
    this.totals = data.totals();
    this.resamples = resamples;
    weights = new byte[data.images().size()][];
    truth = new long[totals.numbers()][];
    double[] below = poisson();
    for (int i = data.read().nextSetBit(0); i >= 0; i = data.read().nextSetBit(i + 1)) {
      SplittableRandom random = new SplittableRandom(Shuffle.mix(~seed, i));
      weights[i] = new byte[resamples];
      for (int b = 0; b < resamples; b++) {
        double u = random.nextDouble();
        while (u >= below[weights[i][b]] && weights[i][b] < LARGEST_WEIGHT) {
          weights[i][b]++;
        }
      }
      for (int n = 0; n < truths.numbers(i).length; n++) {
        int number = truths.numbers(i)[n];
        if (truth[number] == null) {
          truth[number] = new long[resamples];
        }
        add(truth[number], weights[i], truths.pixels(i)[n]);
      }
    }
  }

  /** The distribution function of the Poisson distribution of mean 1. */
  private static double[] poisson() {
    double[] below = new double[LARGEST_WEIGHT + 1];
    double share = Math.exp(-1);
    double sum = 0;
    for (int k = 0; k <= LARGEST_WEIGHT; k++) {
      sum += share;
      below[k] = sum;
      share /= k + 1;
    }
    return below;
  }

  private static void add(long[] sums, byte[] weights, long pixels) {
    for (int b = 0; b < sums.length; b++) {
      sums[b] += weights[b] * pixels;
    }
  }

  /**
   * What resampling says of a label.
   *
   * @param low the 2.5th percentile of its IoU
   * @param high the 97.5th
   * @param wins share of resamples in which it is the best
   * @param labels the fewest concepts of which one is the best in 95 % of the resamples, the most
   *     frequent first
   */
  record Verdict(double low, double high, double wins, int[] labels) {}

  /** Resamples one unit after another; one thread at a time. */
  final class Unit {
    private final long[][] intersection = new long[totals.numbers()][];
    private final long[][] activation = new long[totals.categories().size()][resamples];
    private final int[] met = new int[totals.numbers()];
    private int metCount;

    /** Takes a unit's hits. */
    void take(UnitTallies unit) {
      for (int i = 0; i < metCount; i++) {
        Arrays.fill(intersection[met[i]], 0);
      }
      boolean[] seen = new boolean[totals.numbers()];
      metCount = 0;
      for (long[] sums : activation) {
        Arrays.fill(sums, 0);
      }
      for (int at = 0; at < unit.images; at++) {
        byte[] weight = weights[unit.image[at]];
        for (int c = 0; c < activation.length; c++) {
          if ((unit.categories[at] >> c & 1) != 0) {
            add(activation[c], weight, unit.pixels[at]);
          }
        }
        for (int e = unit.start[at]; e < unit.start[at + 1]; e++) {
          int number = unit.number[e];
          if (!seen[number]) {
            seen[number] = true;
            met[metCount++] = number;
            if (intersection[number] == null) {
              intersection[number] = new long[resamples];
            }
          }
          add(intersection[number], weight, unit.with[e]);
        }
      }
      Arrays.sort(met, 0, metCount);
    }

    private double iou(int number, int b) {
      return LabelScore.iou(
          intersection[number][b], activation[totals.primary(number)][b], truth[number][b]);
    }

    /**
     * The verdict on a label.
     *
     * @param label its concept number
     * @param category it competes with the concepts of this one only; −1: with all
     */
    Verdict verdict(int label, int category) {
      double[] ious = new double[resamples];
      int[] wins = new int[totals.numbers()];
      for (int b = 0; b < resamples; b++) {
        ious[b] = intersection[label] == null ? 0 : iou(label, b);
        int best = best(b, category);
        if (best > 0) {
          wins[best]++;
        }
      }
      Arrays.sort(ious);
      int[] labels =
          IntStream.range(1, wins.length)
              .filter(n -> wins[n] > 0)
              .boxed()
              .sorted((x, y) -> wins[x] != wins[y] ? wins[y] - wins[x] : x - y)
              .mapToInt(n -> n)
              .toArray();
      int needed = 0;
      for (int sum = 0; needed < labels.length && sum < 0.95 * resamples; needed++) {
        sum += wins[labels[needed]];
      }
      return new Verdict(
          percentile(ious, 0.025),
          percentile(ious, 0.975),
          (double) wins[label] / resamples,
          Arrays.copyOf(labels, needed));
    }

    /** The best concept of a resample: ties to the lowest number, and to the later category. */
    private int best(int b, int category) {
      int best = 0;
      double bestIou = 0;
      for (int i = 0; i < metCount; i++) {
        int number = met[i];
        int c = totals.primary(number);
        if (category >= 0 && c != category) {
          continue;
        }
        double iou = iou(number, b);
        if (iou > bestIou || (best > 0 && iou == bestIou && c > totals.primary(best))) {
          best = number;
          bestIou = iou;
        }
      }
      return best;
    }
  }

  private static double percentile(double[] sorted, double share) {
    return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  }
}
