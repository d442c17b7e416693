package org.netdissect.concepts;

/**
 * What is beyond any honest data set. Everything read from outside is checked against these before
 * memory is taken for it.
 */
final class Limits {
  /** Largest concept number. */
  static final int CONCEPT_NUMBER = 1_000_000;

  /** One bit of a long each. */
  static final int CATEGORIES = 64;

  static final int IMAGES = 10_000_000;
  static final int PHOTO_PIXELS = 100_000_000;
  static final int SIDE = 65_535;

  /** Pixels of a mask: 4096 × 4096. */
  static final int MASK_PIXELS = 1 << 24;

  /** Masks or whole-image labels in one cell of index.csv. */
  static final int PARTS_OF_A_CELL = 1_000;

  static final long FILE_BYTES = 1L << 29;

  private Limits() {}
}
