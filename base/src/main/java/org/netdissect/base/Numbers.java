package org.netdissect.base;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Numbers as text, the same in every locale. */
public final class Numbers {
  private static final int MOST_PLAIN = 9;

  /** Powers of ten, all exact. */
  private static final double[] TENS = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13
  };

  private Numbers() {}

  /**
   * As C's {@code %.<digits>g}: so many significant digits, trailing zeros removed, with an
   * exponent below 1e-4 and from 10^digits on.
   */
  public static String general(double value, int digits) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.toString(value);
    }
    if (value == 0) {
      return "0";
    }
    String plain = plain(value, digits);
    return plain != null ? plain : exact(value, digits);
  }

  /** The same in double arithmetic, many times as fast; null where that cannot be sure. */
  private static @Nullable String plain(double value, int digits) {
    double size = Math.abs(value);
    if (digits < 1 || digits > MOST_PLAIN || !(size >= 1e-4) || size >= TENS[MOST_PLAIN]) {
      return null;
    }
    int exponent = (int) Math.floor(Math.log10(size));
    double scaled = scale(size, digits - 1 - exponent);
    if (scaled < TENS[digits - 1]) {
      scaled = scale(size, digits - 1 - --exponent);
    } else if (scaled >= TENS[digits]) {
      scaled = scale(size, digits - 1 - ++exponent);
    }
    // One rounding of a number below 2^30: it is off by at most 2^-24.
    double whole = Math.floor(scaled);
    double rest = scaled - whole;
    if (Math.abs(rest - 0.5) < 1e-4) {
      return null;
    }
    long rounded = (long) whole + (rest > 0.5 ? 1 : 0);
    if (rounded == (long) TENS[digits]) {
      rounded /= 10;
      exponent++;
    }
    if (exponent < -4 || exponent >= digits) {
      return null;
    }
    String all = Long.toString(rounded);
    int end = digits;
    while (end > Math.max(exponent + 1, 1) && all.charAt(end - 1) == '0') {
      end--;
    }
    String sign = value < 0 ? "-" : "";
    if (exponent < 0) {
      return sign + "0." + "000".substring(0, -exponent - 1) + all.substring(0, end);
    }
    String units = all.substring(0, exponent + 1);
    return end == exponent + 1
        ? sign + units
        : sign + units + "." + all.substring(units.length(), end);
  }

  private static double scale(double size, int tens) {
    return tens >= 0 ? size * TENS[tens] : size / TENS[-tens];
  }

  private static String exact(double value, int digits) {
    BigDecimal rounded =
        new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - rounded.scale() - 1;
    BigDecimal stripped = rounded.stripTrailingZeros();
    if (exponent >= -4 && exponent < digits) {
      return stripped.toPlainString();
    }
    String unscaled = stripped.unscaledValue().abs().toString();
    return (value < 0 ? "-" : "")
        + unscaled.charAt(0)
        + (unscaled.length() > 1 ? "." + unscaled.substring(1) : "")
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }
}
