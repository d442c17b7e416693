package org.netdissect.results;

/**
 * How well a unit and a concept agree by several measures: a row of {@code measures.csv}. Of pixels
 * in images annotated for the concept's category, I are of both, A of the mask, G of the concept,
 * and P all. Of these images' peak activations, those with the concept are compared with the
 * others. NaN stands for what is not defined or not known.
 *
 * @param unit number, from 0
 * @param number of the concept
 * @param label of the concept
 * @param category of the concept
 * @param iou I / (A + G − I)
 * @param precision I / A
 * @param recall I / G
 * @param f1 2 I / (A + G), Dice's coefficient too
 * @param lift how many times as often the concept is there where the unit fires: I P / (A G)
 * @param mcc Matthews' correlation, the correlation of the two masks: (I P − A G) / √(A G (P − A)
 *     (P − G))
 * @param auc chance that an image with the concept has a larger peak than one without, ties half
 * @param auprc average precision of images in falling order of their peaks, equal peaks taken
 *     together
 * @param pointBiserial correlation of peaks with the presence of the concept
 * @param rankCorrelation of their ranks (Spearman)
 * @param bestBy which measures find no better concept of the unit, by their words, separated by ";
 *     "
 */
public record MeasureScore(
    int unit,
    int number,
    String label,
    String category,
    double iou,
    double precision,
    double recall,
    double f1,
    double lift,
    double mcc,
    double auc,
    double auprc,
    double pointBiserial,
    double rankCorrelation,
    String bestBy) {

  /** Whether it is the unit's best by a measure. */
  public boolean isBestBy(Measure measure) {
    return ("; " + bestBy + "; ").contains("; " + measure.word() + "; ");
  }
}
