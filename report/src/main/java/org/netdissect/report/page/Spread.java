package org.netdissect.report.page;

import java.io.IOException;
import org.netdissect.results.ActivationHistograms;

/**
 * The values of a unit in bins of equal width; exact zeros apart.
 *
 * @param from lower end of the first bin
 * @param to upper end of the last
 */
public record Spread(float from, float to, long zeros, long[] counts) {

  /** Reads a unit's histogram. */
  public static Spread of(ActivationHistograms histograms, int unit, int bins) throws IOException {
    float[] ends = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    long[] zeros = new long[1];
    histograms.read(
        unit,
        (from, to, count) -> {
          ends[0] = Math.min(ends[0], from);
          ends[1] = Math.max(ends[1], to);
          zeros[0] += from == 0 && to == 0 ? count : 0;
        });
    long[] counts = new long[bins];
    double width = ((double) ends[1] - ends[0]) / bins;
    histograms.read(
        unit,
        (from, to, count) -> {
          if ((from != 0 || to != 0) && width > 0) {
            double middle = ((double) from + to) / 2;
            counts[(int) Math.min(bins - 1, (middle - ends[0]) / width)] += count;
          }
        });
    return new Spread(ends[0], ends[1], zeros[0], counts);
  }
}
