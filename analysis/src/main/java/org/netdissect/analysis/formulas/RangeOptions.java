package org.netdissect.analysis.formulas;

import java.util.Locale;

/**
 * How a unit's activations are divided into ranges.
 *
 * @param ranges how many, 1 to 20; a unit whose activations take fewer values has fewer
 * @param by what the ranges have in common
 * @param seed of {@link By#KMEANS}
 */
public record RangeOptions(int ranges, By by, long seed) {
  private static final int MOST = 20;

  /** What ranges have in common. */
  public enum By {
    /** The same number of activations each (Makinwa 2022). */
    QUANTILES,

    /** The least spread within each: k-means in one dimension (La Rosa and others, 2023). */
    KMEANS;

    /**
     * Reads {@code quantiles} or {@code kmeans}.
     *
     * @throws IllegalArgumentException for any other word
     */
    public static By of(String word) {
      for (By by : values()) {
        if (by.word().equals(word)) {
          return by;
        }
      }
      throw new IllegalArgumentException("ranges are by quantiles or kmeans, not by " + word);
    }

    /** As typed and as written into results. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException if there are too few or too many ranges
   */
  public RangeOptions {
    if (ranges < 1 || ranges > MOST) {
      throw new IllegalArgumentException("ranges must be 1 to " + MOST + ": " + ranges);
    }
  }

  /** Ranges that hold the same number of activations. */
  public static RangeOptions quantiles(int ranges) {
    return new RangeOptions(ranges, By.QUANTILES, 1);
  }
}
