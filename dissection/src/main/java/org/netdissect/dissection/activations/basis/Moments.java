package org.netdissect.dissection.activations.basis;

import org.netdissect.dissection.activations.MapsPass;

/** Counts, sums and products of the channels over all cells, in double. */
final class Moments {
  /** Variances below this share of the mean's square are rounding. */
  private static final double ROUNDING = 1e-13;

  private final int channels;
  private final double[] sum;

  /** On and above the diagonal. */
  private final double[] products;

  private long cells;

  Moments(int channels) {
    this.channels = channels;
    sum = new double[channels];
    products = new double[channels * channels];
  }

  /** Those of one block. */
  static Moments of(MapsPass.Block block, int channels, int places) {
    Moments moments = new Moments(channels);
    double[] vectors = new double[places * channels];
    for (int i = 0; i < block.images().length; i++) {
      for (int u = 0; u < channels; u++) {
        int from = (i * channels + u) * places;
        double sum = 0;
        for (int p = 0; p < places; p++) {
          double value = block.maps()[0][from + p];
          vectors[p * channels + u] = value;
          sum += value;
        }
        moments.sum[u] += sum;
      }
      MatrixProduct.addGram(vectors, places, channels, moments.products);
    }
    moments.cells = (long) block.images().length * places;
    return moments;
  }

  void add(Moments other) {
    cells += other.cells;
    for (int u = 0; u < channels; u++) {
      sum[u] += other.sum[u];
    }
    for (int a = 0; a < products.length; a++) {
      products[a] += other.products[a];
    }
  }

  long cells() {
    return cells;
  }

  double[] mean() {
    double[] mean = new double[channels];
    for (int u = 0; u < channels; u++) {
      mean[u] = sum[u] / cells;
    }
    return mean;
  }

  /**
   * Covariances, divided by the number of cells less one; 0 for channels that are everywhere the
   * same but for rounding.
   */
  double[][] covariance() {
    double[] mean = mean();
    boolean[] same = new boolean[channels];
    for (int u = 0; u < channels; u++) {
      double square = cells * mean[u] * mean[u];
      same[u] = products[u * channels + u] - square <= ROUNDING * square;
    }
    double[][] covariance = new double[channels][channels];
    for (int i = 0; i < channels; i++) {
      for (int j = i; j < channels; j++) {
        double value =
            same[i] || same[j]
                ? 0
                : (products[i * channels + j] - cells * mean[i] * mean[j]) / Math.max(1, cells - 1);
        covariance[i][j] = value;
        covariance[j][i] = value;
      }
    }
    return covariance;
  }
}
