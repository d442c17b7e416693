package org.netdissect.results;

/**
 * How far a unit's best label of one category can be believed: a row of {@code trust.csv}.
 *
 * @param unit number, from 0
 * @param category whose concepts competed
 * @param label the best of them, as the result has it; blank if the unit meets none
 * @param iou as the result has it
 * @param best whether it is the unit's label, the best of all categories
 * @param p chance of a best IoU over all concepts as high as the unit's, where its masks lie on
 *     other images' labels; the same in all rows of the unit
 * @param q p corrected for the units of the layer (Benjamini and Hochberg)
 * @param exceedances permutations under which the best was as high
 * @param permutations that the unit took part in
 * @param verdict on the unit
 * @param categoryP as p, over the concepts of this category alone
 * @param categoryQ corrected for the units of the layer
 * @param iouLow 2.5th percentile of the IoU where images are resampled; NaN without resampling, as
 *     the next two
 * @param iouHigh 97.5th percentile
 * @param wins share of resamples in which this label is the best of its category
 * @param labels the fewest concepts of the category of which one is the best in 95 % of the
 *     resamples, separated by "; "
 * @param unitWins share of resamples in which this label is the best of all
 * @param heldOutLabel best of the category on the images that labels are chosen on
 * @param heldOutIou its IoU on the other images
 * @param heldOutRank of that among the category's concepts there, from 1; 0 if there is no label
 * @param heldOutAuc chance that an image with the label has a larger peak than one without, there
 * @param heldOutP one-sided p of that
 * @param untrainedLabel share of the layer's units in untrained networks whose best label of the
 *     category is this one; NaN without such networks, as the next two
 * @param untrainedIou share of them whose best IoU of the category is as high
 * @param untrained share of them that have both, this label with an IoU as high
 */
public record TrustScore(
    int unit,
    String category,
    String label,
    double iou,
    boolean best,
    double p,
    double q,
    int exceedances,
    int permutations,
    Verdict verdict,
    double categoryP,
    double categoryQ,
    double iouLow,
    double iouHigh,
    double wins,
    String labels,
    double unitWins,
    String heldOutLabel,
    double heldOutIou,
    int heldOutRank,
    double heldOutAuc,
    double heldOutP,
    double untrainedLabel,
    double untrainedIou,
    double untrained) {

  /** What the chance level says of a unit. */
  public enum Verdict {
    /** Its q is at most the rate of false discoveries asked for. */
    BEYOND_CHANCE("beyond chance"),

    /** Chance does as well too often. */
    WITHIN_CHANCE("within chance"),

    /** No permutation did as well, but there were too few for the correction to pass it. */
    UNRESOLVED("unresolved"),

    /** Its mask is empty or meets no concept. */
    NO_LABEL("no label");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    /** As tables have it. */
    public String words() {
      return words;
    }

    static Verdict of(String words) {
      for (Verdict verdict : values()) {
        if (verdict.words.equals(words)) {
          return verdict;
        }
      }
      throw new IllegalArgumentException("unknown verdict " + words);
    }
  }
}
