package org.netdissect.analysis.trust;

/** The standard normal distribution. */
final class Normal {
  private Normal() {}

  /**
   * The chance of a value above z, to a relative 1e-7 (continued fraction in the tail, series near
   * the middle; Abramowitz and Stegun 26.2.10 and 26.2.14).
   */
  static double above(double z) {
    if (z < 0) {
      return 1 - above(-z);
    }
    double density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    if (z < 3) {
      double term = z;
      double sum = z;
      for (int k = 1; k < 200 && term > 1e-17 * sum; k++) {
        term *= z * z / (2 * k + 1);
        sum += term;
      }
      return 0.5 - density * sum;
    }
    double fraction = z;
    for (int k = 60; k >= 1; k--) {
      fraction = z + k / fraction;
    }
    return density / fraction;
  }
}
