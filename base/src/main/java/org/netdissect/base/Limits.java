package org.netdissect.base;

/**
 * What is beyond any honest data set. Everything read from outside is checked against these before
 * memory is taken for it.
 */
public final class Limits {
  /** Largest concept number. */
  public static final int CONCEPT_NUMBER = 1_000_000;

  /** One bit of a long each. */
  public static final int CATEGORIES = 64;

  public static final int IMAGES = 10_000_000;
  public static final int PHOTO_PIXELS = 100_000_000;
  public static final int SIDE = 65_535;

  /** Pixels of a mask: 4096 × 4096. */
  public static final int MASK_PIXELS = 1 << 24;

  /** Masks or whole-image labels in one cell of index.csv. */
  public static final int PARTS_OF_A_CELL = 1_000;

  public static final long FILE_BYTES = 1L << 29;

  private Limits() {}
}
