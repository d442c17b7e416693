package org.netdissect.analysis.rating;

/**
 * The interval of a share at 95 % (Wilson 1927): where the true share may lie so that what was
 * counted is no surprise. Right also for small counts and near 0 and 1.
 *
 * @param low lower end
 * @param high upper end
 */
record Wilson(double low, double high) {
  /** The 97.5th percentile of the normal distribution. */
  private static final double Z = 1.959963984540054;

  /** Of {@code count} among {@code of}, which is above 0. */
  static Wilson of(int count, int of) {
    double share = (double) count / of;
    double z2 = Z * Z;
    double middle = share + z2 / (2 * of);
    double half = Z * Math.sqrt(share * (1 - share) / of + z2 / (4.0 * of * of));
    double scale = 1 + z2 / of;
    // At the ends the formula gives 0 and 1 but for rounding.
    return new Wilson(
        count == 0 ? 0 : (middle - half) / scale, count == of ? 1 : (middle + half) / scale);
  }
}
