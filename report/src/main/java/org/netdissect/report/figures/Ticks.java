package org.netdissect.report.figures;

import java.util.ArrayList;
import java.util.List;

/** Round numbers for axes: steps of 1, 2 or 5 times a power of ten. */
final class Ticks {
  private static final double SLACK = 1e-9;

  private Ticks() {}

  /** Round numbers from low to high, about so many. */
  static List<Double> round(double low, double high, int about) {
    List<Double> ticks = new ArrayList<>();
    if (!(high > low)) {
      ticks.add(low);
      return ticks;
    }
    double step = step((high - low) / about);
    for (double k = Math.ceil(low / step - SLACK); k * step <= high + step * SLACK; k++) {
      ticks.add(k * step + 0.0); // no negative zero
    }
    return ticks;
  }

  /** Whole numbers from 0 to a count. */
  static List<Double> counts(int most) {
    double step = Math.max(1, step(most / 4.0));
    List<Double> ticks = new ArrayList<>();
    for (double tick = 0; tick <= most; tick += step) {
      ticks.add(tick);
    }
    return ticks;
  }

  private static double step(double raw) {
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * power >= raw * (1 - SLACK)) {
        return factor * power;
      }
    }
    return 10 * power;
  }
}
