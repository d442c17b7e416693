package org.netdissect.dissection.rules;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Objects;

/**
 * The share of all activations of a unit that its mask may hold, kept as the decimal that was typed
 * so that ⌊qN⌋ is exact (0.005 is N·5/1000, not a binary neighbour of it).
 */
public final class Quantile implements Comparable<Quantile> {
  /** The paper's value: P(a &gt; T) = 0.005. */
  public static final Quantile DEFAULT = of("0.005");

  private final BigDecimal value;

  private Quantile(BigDecimal value) {
    this.value = value;
  }

  /**
   * Reads a decimal.
   *
   * @throws IllegalArgumentException if it is no decimal number above 0 and below 1
   */
  public static Quantile of(String decimal) {
    BigDecimal value;
    try {
      value = new BigDecimal(decimal.trim());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("quantile '" + decimal + "' is not a decimal number", e);
    }
    if (value.signum() <= 0
        || value.compareTo(BigDecimal.ONE) >= 0
        || value.scale() > 12
        || value.scale() < 0) {
      throw new IllegalArgumentException(
          "quantile " + decimal + " must lie above 0 and below 1, with at most 12 decimals");
    }
    return new Quantile(value.stripTrailingZeros());
  }

  /** ⌊qN⌋, exact. */
  long floorOf(long values) {
    return value
        .multiply(BigDecimal.valueOf(values))
        .setScale(0, RoundingMode.FLOOR)
        .unscaledValue()
        .longValueExact();
  }

  /** About the number itself. */
  public double share() {
    return value.doubleValue();
  }

  /**
   * The upper-tail probability of the original's table of 1000 quantiles: its entry round(1000q)
   * stands at round(1000q)/999 from the top.
   */
  double paperTail() {
    BigInteger entry =
        value.movePointRight(3).setScale(0, RoundingMode.HALF_EVEN).toBigIntegerExact();
    return entry.doubleValue() / 999.0;
  }

  @Override
  public int compareTo(Quantile other) {
    return value.compareTo(other.value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Quantile that && value.compareTo(that.value) == 0;
  }

  @Override
  public int hashCode() {
    return Objects.hash(value);
  }

  /** The decimal in plain notation. */
  @Override
  public String toString() {
    return value.toPlainString();
  }
}
