package org.netdissect.results;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How sparsely the units of a layer answer over all places of all images: the medians over those
 * units whose values are not all equal. Where units are no sparser than other directions of their
 * space, a rotation has little to destroy.
 *
 * @param zeros share of a unit's values that are zero, 0 to 1
 * @param kurtosis fourth central moment over the squared variance, 3 for a Gaussian (Field 1994
 *     takes it as the measure of a sparse code); exact to one per cent, since it is computed from
 *     the bins
 */
public record Sparsity(double zeros, double kurtosis) {

  /**
   * Measures a layer.
   *
   * @return null where the result has no histograms or all units are constant
   * @throws DissectionException if the histograms are damaged
   */
  public static @Nullable Sparsity of(LayerDissection layer) throws IOException {
    if (!layer.hasHistograms()) {
      return null;
    }
    int units = layer.layer().units();
    Moments[] all = new Moments[units];
    try (ActivationHistograms histograms = layer.histograms()) {
      for (int unit = 0; unit < units; unit++) {
        all[unit] = Moments.of(histograms, unit);
      }
    }
    Moments[] varying =
        Arrays.stream(all).filter(moments -> moments.variance > 0).toArray(Moments[]::new);
    return varying.length == 0
        ? null
        : new Sparsity(
            median(Arrays.stream(varying).mapToDouble(Moments::zeros).toArray()),
            median(Arrays.stream(varying).mapToDouble(Moments::kurtosis).toArray()));
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    int half = values.length / 2;
    return values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  }

  private record Moments(double zeros, double variance, double kurtosis) {
    static Moments of(ActivationHistograms histograms, int unit) throws IOException {
      double[] sums = new double[3];
      histograms.read(
          unit,
          (from, to, count) -> {
            double value = middle(from, to);
            sums[0] += count;
            sums[1] += count * value;
            sums[2] += value == 0 ? count : 0;
          });
      double mean = sums[1] / sums[0];
      double[] powers = new double[2];
      histograms.read(
          unit,
          (from, to, count) -> {
            double squared = Math.pow(middle(from, to) - mean, 2);
            powers[0] += count * squared;
            powers[1] += count * squared * squared;
          });
      double variance = powers[0] / sums[0];
      return new Moments(sums[2] / sums[0], variance, powers[1] / sums[0] / (variance * variance));
    }

    private static double middle(float from, float to) {
      return ((double) from + to) / 2;
    }
  }
}
