package org.netdissect.lab.train;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a network's values are compared with: the kind of loss, and the measure on validation images
 * with what a network that has learnt nothing would reach.
 */
sealed interface Goal {
  /** Name of the measure, for tables and people. */
  String measure();

  /** A fresh count of the measure. */
  Meter meter();

  /** One of several classes; targets hold its number. */
  record Classes(int classes) implements Goal {
    @Override
    public String measure() {
      return "accuracy";
    }

    @Override
    public Meter meter() {
      return new ClassMeter(List.of(classes));
    }
  }

  /** Several classes, each on its own; targets hold 0 and 1. */
  record Labels(int classes) implements Goal {
    @Override
    public String measure() {
      return "balanced accuracy";
    }

    @Override
    public Meter meter() {
      return new LabelMeter(classes);
    }
  }

  /**
   * A class of every cell of one or more grids; the network gives a grid of class values each.
   * Targets hold one grid after the other.
   *
   * @param bins number of classes of each grid
   * @param cells of a grid
   */
  record Cells(List<Integer> bins, int cells) implements Goal {
    @Override
    public String measure() {
      return "accuracy of cells";
    }

    @Override
    public Meter meter() {
      return new ClassMeter(bins);
    }
  }

  /** Values to come close to, by the mean squared difference. */
  record Values(int values) implements Goal {
    @Override
    public String measure() {
      return "explained variance";
    }

    @Override
    public Meter meter() {
      return new ValueMeter();
    }
  }

  /**
   * Rows 2i and 2i + 1 belong together; the loss is NT-Xent (Chen et al. 2020).
   *
   * @param width values of a row
   * @param temperature by which similarities are divided
   */
  record Pairs(int width, double temperature) implements Goal {
    @Override
    public String measure() {
      return "accuracy of pairs";
    }

    @Override
    public Meter meter() {
      return new PairMeter(width, temperature);
    }
  }

  /** Counts the measure over batches of validation images. */
  abstract class Meter {
    double loss;
    long samples;

    /**
     * Takes a batch.
     *
     * @param outputs the network's, in order
     * @param targets of the batch
     * @param count samples in it
     */
    abstract void add(List<float[]> outputs, float[] targets, int count);

    /** The measure, 1 at best. */
    abstract double value();

    /** What always giving the same answer, the best such one, would reach. */
    abstract double chance();

    double meanLoss() {
      return loss / samples;
    }
  }

  /** Share of rows or cells whose largest value is the right class. */
  final class ClassMeter extends Meter {
    private final List<Integer> bins;
    private final List<Map<Integer, Long>> seen;
    private final long[] right;
    private final long[] all;

    ClassMeter(List<Integer> bins) {
      this.bins = bins;
      this.seen =
          bins.stream().map(b -> (Map<Integer, Long>) new HashMap<Integer, Long>()).toList();
      this.right = new long[bins.size()];
      this.all = new long[bins.size()];
    }

    @Override
    void add(List<float[]> outputs, float[] targets, int count) {
      int cells = targets.length / count / bins.size();
      for (int head = 0; head < bins.size(); head++) {
        int k = bins.get(head);
        float[] row = new float[k];
        for (int i = 0; i < count; i++) {
          for (int cell = 0; cell < cells; cell++) {
            for (int c = 0; c < k; c++) {
              row[c] = outputs.get(head)[(i * k + c) * cells + cell];
            }
            add(head, row, (int) targets[(i * bins.size() + head) * cells + cell], cells);
          }
        }
      }
      samples += count;
    }

    private void add(int head, float[] row, int truth, int cells) {
      int best = 0;
      for (int c = 1; c < row.length; c++) {
        best = row[c] > row[best] ? c : best;
      }
      all[head]++;
      right[head] += best == truth ? 1 : 0;
      seen.get(head).merge(truth, 1L, Long::sum);
      loss += (logSum(row, row[best]) - (row[truth] - row[best])) / cells;
    }

    @Override
    double value() {
      double sum = 0;
      for (int head = 0; head < right.length; head++) {
        sum += (double) right[head] / all[head];
      }
      return sum / right.length;
    }

    @Override
    double chance() {
      double sum = 0;
      for (int head = 0; head < right.length; head++) {
        sum += (double) Collections.max(seen.get(head).values()) / all[head];
      }
      return sum / right.length;
    }
  }

  /** Logarithm of the sum of exponentials, less the largest value. */
  private static double logSum(float[] row, float largest) {
    double sum = 0;
    for (float v : row) {
      sum += Math.exp(v - largest);
    }
    return Math.log(sum);
  }

  /**
   * The mean over classes of the mean of the shares of images with and without the class that are
   * told right.
   */
  final class LabelMeter extends Meter {
    private final int classes;
    private final long[] right;
    private final long[] all;

    LabelMeter(int classes) {
      this.classes = classes;
      this.right = new long[2 * classes];
      this.all = new long[2 * classes];
    }

    @Override
    void add(List<float[]> outputs, float[] targets, int count) {
      for (int i = 0; i < count * classes; i++) {
        boolean shown = targets[i] > 0.5;
        float value = outputs.get(0)[i];
        int cell = 2 * (i % classes) + (shown ? 1 : 0);
        all[cell]++;
        right[cell] += (value > 0) == shown ? 1 : 0;
        double z = shown ? -value : value;
        loss += (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))) / classes;
      }
      samples += count;
    }

    @Override
    double value() {
      double sum = 0;
      int cells = 0;
      for (int c = 0; c < all.length; c++) {
        if (all[c] > 0) {
          sum += (double) right[c] / all[c];
          cells++;
        }
      }
      return sum / cells;
    }

    @Override
    double chance() {
      return 0.5;
    }
  }

  /** One less the squared difference from the truth over that from the truth's mean. */
  final class ValueMeter extends Meter {
    private double difference;
    private double sum;
    private double squares;
    private long values;

    @Override
    void add(List<float[]> outputs, float[] targets, int count) {
      for (int i = 0; i < targets.length; i++) {
        double d = outputs.get(0)[i] - targets[i];
        difference += d * d;
        sum += targets[i];
        squares += (double) targets[i] * targets[i];
      }
      values += targets.length;
      loss = difference / values;
      samples = 1;
    }

    @Override
    double value() {
      double variance = squares - sum * sum / values;
      return variance > 0 ? 1 - difference / variance : 0;
    }

    @Override
    double chance() {
      return 0;
    }
  }

  /** Share of rows whose nearest other row of the batch, by cosine, is their partner. */
  final class PairMeter extends Meter {
    private final int width;
    private final double temperature;
    private long rows;
    private long right;
    private double chance;

    PairMeter(int width, double temperature) {
      this.width = width;
      this.temperature = temperature;
    }

    @Override
    void add(List<float[]> outputs, float[] targets, int count) {
      int n = 2 * count;
      double[][] unit = new double[n][];
      for (int i = 0; i < n; i++) {
        unit[i] = unit(outputs.get(0), i * width);
      }
      for (int i = 0; i < n; i++) {
        float[] row = new float[n - 1];
        int partner = (i ^ 1) > i ? (i ^ 1) - 1 : i ^ 1;
        int best = 0;
        for (int j = 0, at = 0; j < n; j++) {
          if (j != i) {
            row[at] = (float) (dot(unit[i], unit[j]) / temperature);
            best = row[at] > row[best] ? at : best;
            at++;
          }
        }
        right += best == partner ? 1 : 0;
        loss += (logSum(row, row[best]) - (row[partner] - row[best])) / 2;
      }
      rows += n;
      chance += n / (n - 1.0);
      samples += count;
    }

    private double[] unit(float[] values, int from) {
      double[] unit = new double[width];
      double norm = 1e-12;
      for (int i = 0; i < width; i++) {
        norm += (double) values[from + i] * values[from + i];
      }
      for (int i = 0; i < width; i++) {
        unit[i] = values[from + i] / Math.sqrt(norm);
      }
      return unit;
    }

    private static double dot(double[] a, double[] b) {
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += a[i] * b[i];
      }
      return sum;
    }

    @Override
    double value() {
      return (double) right / rows;
    }

    @Override
    double chance() {
      return chance / rows;
    }
  }
}
