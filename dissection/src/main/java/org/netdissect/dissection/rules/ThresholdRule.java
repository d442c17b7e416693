package org.netdissect.dissection.rules;

import org.jspecify.annotations.Nullable;

/**
 * Where a unit's threshold stands, and how far below it maps are kept.
 *
 * @param convention rules of scoring
 * @param quantile share of a unit's activations above its threshold
 * @param keep share of a unit's activations that kept maps reach down to, above the quantile; null
 *     to keep no more than masks need
 */
public record ThresholdRule(Convention convention, Quantile quantile, @Nullable Quantile keep) {
  /**
   * A rule.
   *
   * @throws IllegalArgumentException if less is to be kept than masks need
   */
  public ThresholdRule {
    if (keep != null && keep.compareTo(quantile) <= 0) {
      throw new IllegalArgumentException(
          "the share of activations to keep, "
              + keep
              + ", must be larger than that of masks, "
              + quantile);
    }
  }

  /** A rule that keeps what masks need. */
  public static ThresholdRule of(Convention convention, Quantile quantile) {
    return new ThresholdRule(convention, quantile, null);
  }

  /** The largest share of activations that anything asks for. */
  public Quantile reach() {
    return keep == null ? quantile : keep;
  }
}
