package org.netdissect.analysis.trust;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.ConceptTruths;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.UnitTallies;
import org.netdissect.dissection.scoring.ConceptTotals;
import org.netdissect.results.LabelScore;

/**
 * Scores labels on images that they were not chosen on: the label is the best concept on one part
 * of the images, and is looked at on the others. Safe for concurrent reading.
 */
final class HeldOut {
  private final LabelledResult data;
  private final ConceptTruths truths;
  private final ConceptTotals totals;
  private final BitSet chosenOn;
  private final long[] truthThere;
  private final long[] truthHere;

  /**
   * Parts the images.
   *
   * @param split the split that labels are chosen on; null takes a random half
   */
  HeldOut(LabelledResult data, ConceptTruths truths, @Nullable String split, long seed) {
    this.data = data;
    this.truths = truths;
    totals = data.totals();
    chosenOn = new BitSet();
    truthThere = new long[totals.numbers()];
    truthHere = new long[totals.numbers()];
    for (int i = data.read().nextSetBit(0); i >= 0; i = data.read().nextSetBit(i + 1)) {
      boolean in =
          split == null
              ? new SplittableRandom(Shuffle.mix(seed + 1, i)).nextBoolean()
              : split.equals(data.images().atlasImage(i).split());
      chosenOn.set(i, in);
      long[] truth = in ? truthThere : truthHere;
      for (int n = 0; n < truths.numbers(i).length; n++) {
        truth[truths.numbers(i)[n]] += truths.pixels(i)[n];
      }
    }
  }

  /** Images that labels are chosen on. */
  int chosenOn() {
    return chosenOn.cardinality();
  }

  /** Images that they are looked at on. */
  int lookedAtOn() {
    return data.read().cardinality() - chosenOn();
  }

  /**
   * What came of a label on the images that it was not chosen on.
   *
   * @param number of the concept; 0 if the unit meets none where labels are chosen
   * @param iou there
   * @param rank of that IoU among all concepts there, from 1
   * @param auc the chance that an image with the concept has a larger peak activation than one
   *     without; ties count half. Images without a mask tie: of them it is known only that they
   *     stay at or below the threshold
   * @param p one-sided p of it (Mann and Whitney, normal approximation with ties); NaN where one of
   *     both kinds of image is missing
   */
  record Outcome(int number, double iou, int rank, double auc, double p) {}

  /**
   * Looks at one unit.
   *
   * @param peaks of its activation by image; at or below the threshold for those without a mask
   * @param category the label is the best of this one; −1: of all
   */
  Outcome of(UnitTallies unit, float[] peaks, int category) {
    long[] there = new long[totals.numbers()];
    long[] here = new long[totals.numbers()];
    long[] activationThere = new long[totals.categories().size()];
    long[] activationHere = new long[totals.categories().size()];
    for (int at = 0; at < unit.images; at++) {
      boolean in = chosenOn.get(unit.image[at]);
      long[] activation = in ? activationThere : activationHere;
      for (int c = 0; c < activation.length; c++) {
        if ((unit.categories[at] >> c & 1) != 0) {
          activation[c] += unit.pixels[at];
        }
      }
      for (int e = unit.start[at]; e < unit.start[at + 1]; e++) {
        (in ? there : here)[unit.number[e]] += unit.with[e];
      }
    }
    int best = best(there, activationThere, category);
    if (best == 0) {
      return new Outcome(0, 0, 0, Double.NaN, Double.NaN);
    }
    double iou = iou(best, here, activationHere, truthHere);
    int rank = 1;
    for (int number = 1; number < here.length; number++) {
      if (here[number] > 0 && (category < 0 || totals.primary(number) == category)) {
        rank += iou(number, here, activationHere, truthHere) > iou ? 1 : 0;
      }
    }
    double[] auc = auc(peaks, best);
    return new Outcome(best, iou, rank, auc[0], auc[1]);
  }

  private double iou(int number, long[] with, long[] activation, long[] truth) {
    return LabelScore.iou(with[number], activation[totals.primary(number)], truth[number]);
  }

  private int best(long[] with, long[] activation, int category) {
    int best = 0;
    double bestIou = 0;
    for (int number = 1; number < with.length; number++) {
      int c = totals.primary(number);
      if (with[number] == 0 || (category >= 0 && c != category)) {
        continue;
      }
      double iou = iou(number, with, activation, truthThere);
      if (iou > bestIou || (best > 0 && iou == bestIou && c > totals.primary(best))) {
        best = number;
        bestIou = iou;
      }
    }
    return best;
  }

  private double[] auc(float[] peaks, int number) {
    BitSet others = (BitSet) data.read().clone();
    others.andNot(chosenOn);
    int n = others.cardinality();
    float[] with = new float[n];
    float[] without = new float[n];
    int k = 0;
    int m = 0;
    for (int i = others.nextSetBit(0); i >= 0; i = others.nextSetBit(i + 1)) {
      if (truths.holds(i, number)) {
        with[k++] = peaks[i];
      } else {
        without[m++] = peaks[i];
      }
    }
    return MannWhitney.auc(Arrays.copyOf(with, k), Arrays.copyOf(without, m));
  }
}
