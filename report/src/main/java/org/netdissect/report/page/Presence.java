package org.netdissect.report.page;

/**
 * What the data set says of one concept in each image of a result. That an image lacks a concept
 * can be said only where the concept's category is annotated: where the image holds some concept of
 * it. These are the images whose masks count in the denominator of the concept's IoU.
 */
final class Presence {
  /** The image holds the concept. */
  static final int HOLDS = 1;

  /** The category is annotated in the image, and the concept is not there. */
  static final int ABSENT = 0;

  /** Nothing of the category is annotated in the image: the concept may be there or not. */
  static final int NOT_ANNOTATED = 2;

  /** The unit has no concept, or the data set is not at hand. */
  static final int UNKNOWN = -1;

  private final boolean[] holds;
  private final boolean[] annotated;

  /**
   * By image.
   *
   * @param holds the concept
   * @param annotated whether it holds any concept of the category
   */
  Presence(boolean[] holds, boolean[] annotated) {
    this.holds = holds;
    this.annotated = annotated;
  }

  boolean holds(int image) {
    return holds[image];
  }

  /** One of the constants of this class. */
  int of(int image) {
    return holds[image] ? HOLDS : annotated[image] ? ABSENT : NOT_ANNOTATED;
  }
}
