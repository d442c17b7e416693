package org.netdissect.results;

/**
 * The best concept of one category for a unit.
 *
 * @param category whose primary concepts were looked at
 * @param number of the best concept in the data set; 0 if the unit meets none of them, and in
 *     imported results, whose tables know concepts by name only
 * @param label name of the best concept; blank if the unit meets none of them
 * @param truth G, pixels of the concept
 * @param activation A, pixels of the unit's mask in the images that count for the category
 * @param intersection I, pixels of both
 * @param iou I / (A + G − I), paper section 2.3; 0 where the denominator is empty
 */
public record LabelScore(
    String category,
    int number,
    String label,
    long truth,
    long activation,
    long intersection,
    double iou) {

  LabelScore withNumber(int of) {
    return new LabelScore(category, of, label, truth, activation, intersection, iou);
  }

  /** I / (A + G − I), or 0 where that is empty. */
  public static double iou(long intersection, long activation, long truth) {
    long union = activation + truth - intersection;
    return union > 0 ? (double) intersection / union : 0;
  }

  /** A label as people read it: without the suffix of scenes and colours, and with spaces. */
  public static String readable(String label) {
    return label.replaceFirst("-[sc]$", "").replace('_', ' ');
  }
}
