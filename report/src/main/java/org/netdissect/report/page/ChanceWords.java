package org.netdissect.report.page;

import java.util.IntSummaryStatistics;
import java.util.Locale;
import org.netdissect.base.Numbers;
import org.netdissect.results.TrustInfo;

/** What chance does with the best IoU of a unit, in a sentence each. */
public final class ChanceWords {
  /** Share of units from which a threshold says little. */
  private static final double MUCH = 0.05;

  private ChanceWords() {}

  /** What a unit's best IoU becomes by chance. */
  public static String level(TrustInfo info, int images) {
    TrustInfo.Chance all = info.ofAll();
    return String.format(
        Locale.ROOT,
        "by chance a unit's best IoU on these %d photographs stays below %.4f in 95 %% and below"
            + " %.4f in 99 %% of cases",
        images,
        all.p95(),
        all.p99());
  }

  /**
   * What the IoU of detectors is worth here.
   *
   * @param units of the layer
   * @param iou of the result, which the null's detectors were counted at
   */
  public static String threshold(TrustInfo info, int units, double iou) {
    IntSummaryStatistics passing =
        info.nullDetectors().stream().mapToInt(n -> n).summaryStatistics();
    double share = info.meanNullDetectors() / units;
    String at = Numbers.general(iou, 6);
    if (passing.getMax() <= 0) {
      return at
          + " is far above the chance level: with labels of other images no unit passes it, in "
          + passing.getCount()
          + " permutations";
    }
    return String.format(
        Locale.ROOT,
        "%s is about the %s %% chance level%s: with labels of other images %d to %d of %d units pass"
            + " it (mean %.1f)",
        at,
        Numbers.general(100 * share, share < 0.095 ? 1 : 2),
        share > MUCH ? ", so that passing it says little" : "",
        passing.getMin(),
        passing.getMax(),
        units,
        passing.getAverage());
  }
}
