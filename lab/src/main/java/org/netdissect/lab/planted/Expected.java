package org.netdissect.lab.planted;

/** What arithmetic says of planted units with noise. */
final class Expected {
  private Expected() {}

  /**
   * IoU of a unit that answers 1 + u + noise inside a concept of share p, noise outside, where a
   * share s of all images counts for the concept's category.
   */
  static double noisy(double p, double deviation, double s) {
    double low = -10 * deviation;
    double high = 2 + 10 * deviation;
    for (int i = 0; i < 60; i++) {
      double mid = (low + high) / 2;
      if (p * above(mid, deviation) + (1 - p) * tail(mid / deviation) > Selftest.QUANTILE) {
        low = mid;
      } else {
        high = mid;
      }
    }
    double hits = p * above(low, deviation);
    double rest = s * (1 - p) * tail(low / deviation);
    return hits / (p + rest);
  }

  /** Probability that 1 + u + noise exceeds t. */
  private static double above(double t, double deviation) {
    double sum = 0;
    for (int i = 0; i < 200; i++) {
      sum += tail((t - 1 - (i + 0.5) / 200) / deviation);
    }
    return sum / 200;
  }

  /** Probability that a normal variable exceeds z (Numerical Recipes' erfc, error below 1.2e-7). */
  static double tail(double z) {
    double x = Math.abs(z) / Math.sqrt(2);
    double t = 1 / (1 + 0.5 * x);
    double[] c = {
      0.17087277,
      -0.82215223,
      1.48851587,
      -1.13520398,
      0.27886807,
      -0.18628806,
      0.09678418,
      0.37409196,
      1.00002368,
      -1.26551223
    };
    double poly = 0;
    for (double v : c) {
      poly = poly * t + v;
    }
    double erfc = t * Math.exp(-x * x + poly);
    return z >= 0 ? erfc / 2 : 1 - erfc / 2;
  }
}
