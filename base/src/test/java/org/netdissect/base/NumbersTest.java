package org.netdissect.base;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0, 9, 0",
    "-0.0, 9, 0",
    "1, 9, 1",
    "-1.5, 9, -1.5",
    "1200, 9, 1200",
    "0.0001, 9, 0.0001",
    "0.00012345, 9, 0.00012345",
    "0.000099999, 9, 9.9999e-05",
    "0.00009999999999, 9, 0.0001",
    "999999999.4, 9, 999999999",
    "999999999.6, 9, 1e+09",
    "123456789012, 9, 1.23456789e+11",
    "0.5, 1, 0.5",
    "2.5, 1, 2",
    "3.5, 1, 4",
    "0.125, 2, 0.12",
    "9.96, 2, 10",
    "99.96, 3, 100",
    "9.5, 1, 1e+01",
    "1e-300, 9, 1e-300",
    "1.7976931348623157e308, 17, 1.7976931348623157e+308",
  })
  void writesAsC(double value, int digits, String text) {
    assertEquals(text, Numbers.general(value, digits));
  }

  @Test
  void roundsAsExactArithmeticDoes() {
    long seed = 7;
    Random random = new Random(seed);
    for (int i = 0; i < 400_000; i++) {
      int digits = 1 + random.nextInt(10);
      double value = value(random);
      assertEquals(
          slow(value, digits),
          Numbers.general(value, digits),
          () -> "seed " + seed + ": " + value + " to " + digits);
    }
  }

  /**
   * Floats as the files hold them, numbers near a tie, near powers of ten, shares, and all bits.
   */
  private static double value(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> (float) (random.nextGaussian() * Math.pow(10, random.nextInt(12) - 4));
      case 1 ->
          Math.nextUp((random.nextInt(2_000_000) - 1_000_000) / 2.0 / (1 << random.nextInt(20)));
      case 2 -> near(Math.pow(10, random.nextInt(16) - 5), random);
      case 3 -> random.nextInt(1000) / (double) (1 + random.nextInt(100_000));
      case 4 ->
          near((random.nextInt(1_000_000) + 0.5) * Math.pow(10, random.nextInt(10) - 8), random);
      default -> {
        double any = Double.longBitsToDouble(random.nextLong());
        yield Double.isFinite(any) ? any : 0;
      }
    };
  }

  private static double near(double value, Random random) {
    int steps = random.nextInt(7) - 3;
    double moved = value;
    for (int i = 0; i < Math.abs(steps); i++) {
      moved = steps > 0 ? Math.nextUp(moved) : Math.nextDown(moved);
    }
    return random.nextBoolean() ? moved : -moved;
  }

  private static String slow(double value, int digits) {
    if (value == 0) {
      return "0";
    }
    BigDecimal rounded =
        new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
    int exponent = rounded.precision() - rounded.scale() - 1;
    String all = rounded.unscaledValue().abs().toString().replaceAll("0+$", "");
    String sign = value < 0 ? "-" : "";
    if (exponent >= -4 && exponent < digits) {
      return rounded.stripTrailingZeros().toPlainString();
    }
    return String.format(
        "%s%s%s%se%s%02d",
        sign,
        all.charAt(0),
        all.length() > 1 ? "." : "",
        all.substring(1),
        exponent < 0 ? "-" : "+",
        Math.abs(exponent));
  }
}
