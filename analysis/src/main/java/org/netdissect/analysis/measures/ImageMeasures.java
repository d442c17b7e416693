package org.netdissect.analysis.measures;

import java.util.Arrays;
import org.netdissect.analysis.ConceptTruths;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.dissection.scoring.ConceptTotals;

/**
 * Whether images with a concept have larger peak activations than others, in the manner of INVERT
 * (Bykov, Kopf, Nakajima, Kloft, Höhne, "Labeling Neural Representations with Inverse Recognition",
 * 2023). Only images annotated for the concept's category take part: of others nobody knows. One
 * pass over the images in the order of their peaks serves all concepts. One thread at a time.
 */
final class ImageMeasures {
  private final LabelledResult data;
  private final ConceptTruths truths;
  private final ConceptTotals totals;
  private final int least;

  /** By category: images annotated for it. */
  private final long[] annotated;

  /** By concept: images with it. */
  private final int[] with;

  final double[] auc;
  final double[] auprc;
  final double[] pointBiserial;
  final double[] rankCorrelation;

  /** By concept: twice the sum of the ranks of its images among those annotated, ties shared. */
  private final long[] ranks;

  /** By concept: the sum of the peaks of its images, less the mean of those annotated. */
  private final double[] sums;

  /** By concept: sum over its images of the precision down to them. */
  private final double[] precisions;

  /** By concept: its images so far. */
  private final int[] found;

  /** By concept: its images within the present tie. */
  private final int[] tied;

  private final int[] touched;

  /**
   * Takes what does not depend on the unit.
   *
   * @param least images that must have a concept, and as many that must not
   */
  ImageMeasures(LabelledResult data, ConceptTruths truths, int least) {
    this.data = data;
    this.truths = truths;
    this.least = least;
    totals = data.totals();
    annotated = new long[totals.categories().size()];
    for (int i = data.read().nextSetBit(0); i >= 0; i = data.read().nextSetBit(i + 1)) {
      for (int c = 0; c < annotated.length; c++) {
        annotated[c] += totals.imageCategories(i) >> c & 1;
      }
    }
    int numbers = totals.numbers();
    with = new int[numbers];
    for (int number = 1; number < numbers; number++) {
      with[number] = totals.imagesWith(number);
    }
    auc = new double[numbers];
    auprc = new double[numbers];
    pointBiserial = new double[numbers];
    rankCorrelation = new double[numbers];
    ranks = new long[numbers];
    sums = new double[numbers];
    precisions = new double[numbers];
    found = new int[numbers];
    tied = new int[numbers];
    touched = new int[numbers];
  }

  /** Whether enough images have a concept, and enough do not. */
  boolean isCommon(int number) {
    return with[number] >= least && annotated[totals.primary(number)] - with[number] >= least;
  }

  /**
   * Measures one unit; the arrays by concept then hold what came, NaN where it is not defined.
   *
   * @param peaks by image
   * @param exact whether all of them are known; otherwise those that are not tie at the bottom, and
   *     there is no correlation of values
   */
  void measure(float[] peaks, boolean exact) {
    clear();
    int[] falling = falling(peaks);
    double[] mean = new double[annotated.length];
    double[] spread = new double[annotated.length];
    moments(falling, peaks, mean, spread);
    double[] rankSpread = pass(falling, peaks, mean);
    for (int number = 1; number < auc.length; number++) {
      if (isCommon(number)) {
        int c = totals.primary(number);
        conclude(number, annotated[c], exact ? spread[c] : Double.NaN, rankSpread[c]);
      }
    }
  }

  private void clear() {
    for (double[] of : new double[][] {auc, auprc, pointBiserial, rankCorrelation}) {
      Arrays.fill(of, Double.NaN);
    }
    Arrays.fill(ranks, 0);
    Arrays.fill(sums, 0);
    Arrays.fill(precisions, 0);
    Arrays.fill(found, 0);
  }

  /** The images read, by falling peak. */
  private int[] falling(float[] peaks) {
    long[] keys = new long[data.read().cardinality()];
    int n = 0;
    for (int i = data.read().nextSetBit(0); i >= 0; i = data.read().nextSetBit(i + 1)) {
      // Zero has one sign, so that equal numbers have equal keys.
      int bits = Float.floatToIntBits(peaks[i] + 0f);
      int ordered = bits ^ (bits >> 31 & 0x7fffffff);
      keys[n++] = (long) ~ordered << 32 | i;
    }
    Arrays.sort(keys);
    return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
  }

  /** Mean and sum of squared deviations of the peaks of each category's images. */
  private void moments(int[] images, float[] peaks, double[] mean, double[] spread) {
    for (int image : images) {
      for (int c = 0; c < mean.length; c++) {
        mean[c] += (totals.imageCategories(image) >> c & 1) * (double) peaks[image];
      }
    }
    for (int c = 0; c < mean.length; c++) {
      mean[c] /= Math.max(1, annotated[c]);
    }
    for (int image : images) {
      for (int c = 0; c < mean.length; c++) {
        double off = peaks[image] - mean[c];
        spread[c] += (totals.imageCategories(image) >> c & 1) * off * off;
      }
    }
  }

  /**
   * Goes from the largest peak to the smallest, equal ones together.
   *
   * @return by category, the sum of squared deviations of the ranks
   */
  private double[] pass(int[] falling, float[] peaks, double[] mean) {
    int categories = annotated.length;
    long[] above = new long[categories];
    long[] here = new long[categories];
    double[] rankSpread = new double[categories];
    for (int from = 0; from < falling.length; ) {
      int to = from;
      int count = 0;
      Arrays.fill(here, 0);
      while (to < falling.length && peaks[falling[to]] == peaks[falling[from]]) {
        int image = falling[to++];
        for (int c = 0; c < categories; c++) {
          here[c] += totals.imageCategories(image) >> c & 1;
        }
        for (int number : truths.numbers(image)) {
          if (tied[number]++ == 0) {
            touched[count++] = number;
          }
        }
      }
      for (int c = 0; c < categories; c++) {
        // Ranks count from the smallest: those of this tie lie between the ones not yet met.
        double rank = annotated[c] - above[c] - (here[c] - 1) / 2.0;
        double off = rank - (annotated[c] + 1) / 2.0;
        rankSpread[c] += here[c] * off * off;
      }
      for (int t = 0; t < count; t++) {
        int number = touched[t];
        int c = totals.primary(number);
        ranks[number] += tied[number] * (2 * (annotated[c] - above[c]) - here[c] + 1);
        sums[number] += tied[number] * (peaks[falling[from]] - mean[c]);
        found[number] += tied[number];
        precisions[number] += tied[number] * ((double) found[number] / (above[c] + here[c]));
        tied[number] = 0;
      }
      for (int c = 0; c < categories; c++) {
        above[c] += here[c];
      }
      from = to;
    }
    return rankSpread;
  }

  private void conclude(int number, long all, double spread, double rankSpread) {
    long n = with[number];
    long others = all - n;
    auc[number] = (ranks[number] - n * (n + 1.0)) / (2.0 * n * others);
    auprc[number] = precisions[number] / n;
    double presence = Math.sqrt((double) n * others / all);
    if (spread > 0) {
      pointBiserial[number] = sums[number] / (presence * Math.sqrt(spread));
    }
    if (rankSpread > 0) {
      double off = ranks[number] / 2.0 - n * (all + 1) / 2.0;
      rankCorrelation[number] = off / (presence * Math.sqrt(rankSpread));
    }
  }
}
