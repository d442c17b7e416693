package org.netdissect.dissection.activations.basis;

import java.io.IOException;
import org.netdissect.base.threads.Workers;

/**
 * Vectors of channels at some cells of a layer's maps.
 *
 * @param values count × channels, by rows
 */
record Cells(double[] values, int count, int channels) {
  /** Rows that are worked on at once. */
  private static final int BLOCK = 256;

  /** What is done with the cells {@code from} to {@code to} − 1. */
  interface Part {
    void of(int from, int to);
  }

  /** Does something with each block of cells, on any thread and in no order. */
  void each(int workers, Part part) throws IOException {
    Workers.run(
        workers,
        (count + BLOCK - 1) / BLOCK,
        "cells",
        () -> block -> part.of(block * BLOCK, Math.min(count, (block + 1) * BLOCK)));
  }

  double[] mean() {
    double[] mean = new double[channels];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < channels; j++) {
        mean[j] += values[i * channels + j];
      }
    }
    for (int j = 0; j < channels; j++) {
      mean[j] /= count;
    }
    return mean;
  }

  /** The same cells with another origin and length of unit. */
  Cells shifted(double[] origin, double unit) {
    double[] moved = new double[values.length];
    for (int a = 0; a < moved.length; a++) {
      moved[a] = (values[a] - origin[a % channels]) / unit;
    }
    return new Cells(moved, count, channels);
  }

  /** Mean of the squared lengths. */
  double meanSquare() {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return sum / count;
  }
}
