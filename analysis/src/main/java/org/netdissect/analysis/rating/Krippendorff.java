package org.netdissect.analysis.rating;

import java.util.List;

/**
 * Krippendorff's alpha for yes and no: 1 − observed over expected disagreement (Krippendorff,
 * Content Analysis, chapter 11). 1 is full agreement, 0 what chance gives. Raters may have left
 * questions open.
 */
final class Krippendorff {
  private Krippendorff() {}

  /**
   * Computes it.
   *
   * @param counts by question how many raters said no and how many yes
   * @return NaN where it is not defined: nothing was answered twice, or all answers are the same
   */
  static double alpha(List<int[]> counts) {
    double disagreements = 0;
    double no = 0;
    double yes = 0;
    for (int[] count : counts) {
      int raters = count[0] + count[1];
      if (raters >= 2) {
        // Ordered pairs of unlike answers, each question's pairs weighing as its raters.
        disagreements += 2.0 * count[0] * count[1] / (raters - 1);
        no += count[0];
        yes += count[1];
      }
    }
    double expected = 2 * no * yes / (no + yes - 1);
    return no == 0 || yes == 0 ? Double.NaN : 1 - disagreements / expected;
  }
}
