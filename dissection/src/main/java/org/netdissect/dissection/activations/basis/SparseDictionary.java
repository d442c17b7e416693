package org.netdissect.dissection.activations.basis;

import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.netdissect.base.Progress;
import org.netdissect.base.threads.Workers;
import org.netdissect.dissection.activations.basis.MatrixProduct.Strided;

/**
 * A sparse dictionary of directions: an autoencoder that keeps at each cell the k largest of its
 * latents (Makhzani and Frey, 2013; Gao et al., 2024). The input is centred by its mean and scaled
 * to a mean squared length of the number of channels; the decoder's rows have unit length; Adam,
 * with moments of a latent moved only when it is active. After each epoch of the first two thirds
 * latents that were never active start anew at the cells that come out worst (Bricken et al.,
 * 2023).
 *
 * <p>Cost: latents × channels multiplications a cell and epoch.
 */
final class SparseDictionary {
  private static final int EPOCHS = 24;
  private static final int BATCH = 256;
  private static final double RATE = 1e-3;
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  /** One cell in so many is not trained on, but measured. */
  private static final int HELD_OUT = 10;

  private final Cells cells;
  private final double[] mean;
  private final double unit;
  private final int n;
  private final int m;
  private final int k;
  private final int workers;
  private final double[] encoder;
  private final double[] bias;
  private final double[] decoder;
  private final Adam adam;
  private final SplittableRandom random;

  /** The encoder by columns, as it was at the beginning of a batch. */
  private double[] turned = {};

  /**
   * How well it does on cells that it was not trained on.
   *
   * @param explained share of the variance
   * @param meanActive latents above zero at a cell
   * @param dead latents that are zero at every cell of the sample, trained on or not
   */
  record Quality(double explained, double meanActive, int dead) {}

  /** Moments of every weight. */
  private static final class Adam {
    final double[] first;
    final double[] second;
    final int[] steps;

    Adam(int weights, int latents) {
      first = new double[weights];
      second = new double[weights];
      steps = new int[latents];
    }
  }

  /** What became of a batch: per cell its active latents, largest first, and what is left of it. */
  private static final class Pass {
    final int[] latents;
    final double[] values;
    final double[] rest;

    Pass(int cells, int k, int n) {
      latents = new int[cells * k];
      values = new double[cells * k];
      rest = new double[cells * n];
    }
  }

  private SparseDictionary(Cells raw, int latents, int k, long seed, int workers) {
    mean = raw.mean();
    double square = raw.shifted(mean, 1).meanSquare();
    n = raw.channels();
    unit = square > 0 ? Math.sqrt(square / n) : 1;
    cells = raw.shifted(mean, unit);
    m = latents;
    this.k = k;
    this.workers = workers;
    random = new SplittableRandom(seed);
    encoder = new double[m * n];
    decoder = new double[m * n];
    bias = new double[m];
    // Encoder and decoder of a latent beside each other, then its bias.
    adam = new Adam(m * (2 * n + 1), m);
    for (int latent = 0; latent < m; latent++) {
      begin(latent, trained(random.nextInt(trainedCount())));
    }
  }

  /**
   * Trains one.
   *
   * @param k latents kept at a cell
   */
  static SparseDictionary train(
      Cells cells, int latents, int k, long seed, int workers, Progress progress)
      throws IOException {
    SparseDictionary dictionary = new SparseDictionary(cells, latents, k, seed, workers);
    try (Progress.Phase phase = progress.phase("training", EPOCHS, "epochs")) {
      for (int epoch = 0; epoch < EPOCHS; epoch++) {
        dictionary.epoch(epoch);
        phase.advance(1);
      }
      phase.done();
    }
    return dictionary;
  }

  private int trainedCount() {
    return cells.count() - cells.count() / HELD_OUT;
  }

  /** The place of a cell that is trained on; of each ten the last is held out. */
  private static int trained(int number) {
    return number + number / (HELD_OUT - 1);
  }

  /** A latent that looks for what a cell is like, or in a random direction. */
  private void begin(int latent, int cell) {
    double[] row = Arrays.copyOfRange(cells.values(), cell * n, (cell + 1) * n);
    double length = Math.sqrt(dot(row, 0, row, 0));
    for (int j = 0; j < n; j++) {
      row[j] = length > 0 ? row[j] / length : 2 * random.nextDouble() - 1;
    }
    System.arraycopy(row, 0, decoder, latent * n, n);
    System.arraycopy(row, 0, encoder, latent * n, n);
    bias[latent] = 0;
    int from = latent * (2 * n + 1);
    Arrays.fill(adam.first, from, from + 2 * n + 1, 0);
    Arrays.fill(adam.second, from, from + 2 * n + 1, 0);
    adam.steps[latent] = 0;
  }

  private double dot(double[] a, int from, double[] b, int at) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      sum += a[from + j] * b[at + j];
    }
    return sum;
  }

  private void epoch(int epoch) throws IOException {
    int[] order = new int[trainedCount()];
    for (int i = 0; i < order.length; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = trained(i);
    }
    boolean[] active = new boolean[m];
    double[] badness = new double[cells.count()];
    double left = 1 - (double) epoch / EPOCHS;
    double rate = RATE * Math.min(1, 3 * left);
    for (int from = 0; from < order.length; from += BATCH) {
      int[] batch = Arrays.copyOfRange(order, from, Math.min(order.length, from + BATCH));
      turned = MatrixProduct.transposed(encoder, m, n);
      Pass pass = pass(batch);
      learn(batch, pass, rate);
      for (int i = 0; i < batch.length; i++) {
        badness[batch[i]] = dot(pass.rest, i * n, pass.rest, i * n);
        for (int a = i * k; a < (i + 1) * k; a++) {
          active[pass.latents[a]] |= pass.values[a] > 0;
        }
      }
    }
    if (epoch < EPOCHS * 2 / 3) {
      revive(active, badness);
    }
  }

  private void revive(boolean[] active, double[] badness) {
    double[] running = badness.clone();
    Arrays.parallelPrefix(running, Double::sum);
    double total = running[running.length - 1];
    for (int latent = 0; latent < m; latent++) {
      if (!active[latent] && total > 0) {
        int cell = Arrays.binarySearch(running, random.nextDouble() * total);
        begin(latent, Math.min(running.length - 1, cell < 0 ? -cell - 1 : cell));
      }
    }
  }

  /** Sends cells through; parallel over them. */
  private Pass pass(int[] which) throws IOException {
    Pass pass = new Pass(which.length, k, n);
    int step = 32;
    Workers.run(
        workers,
        (which.length + step - 1) / step,
        "dictionary",
        () -> {
          double[] latents = new double[step * m];
          double[] rows = new double[step * n];
          return part -> {
            int from = part * step;
            int to = Math.min(which.length, from + step);
            for (int i = from; i < to; i++) {
              System.arraycopy(cells.values(), which[i] * n, rows, (i - from) * n, n);
              System.arraycopy(bias, 0, latents, (i - from) * m, m);
            }
            MatrixProduct.add(Strided.rows(rows, 0, n), to - from, n, turned, 0, m, latents);
            for (int i = from; i < to; i++) {
              largest(latents, (i - from) * m, pass, i);
              decode(rows, (i - from) * n, pass, i);
            }
          };
        });
    return pass;
  }

  /** The largest latents above zero, ties to the lower number. */
  private void largest(double[] latents, int from, Pass pass, int cell) {
    int first = cell * k;
    int count = 0;
    for (int latent = 0; latent < m; latent++) {
      double value = latents[from + latent];
      if (value <= 0 || (count == k && value <= pass.values[first + k - 1])) {
        continue;
      }
      int at = count == k ? k - 1 : count++;
      while (at > 0 && pass.values[first + at - 1] < value) {
        pass.values[first + at] = pass.values[first + at - 1];
        pass.latents[first + at] = pass.latents[first + at - 1];
        at--;
      }
      pass.values[first + at] = value;
      pass.latents[first + at] = latent;
    }
  }

  private void decode(double[] rows, int from, Pass pass, int cell) {
    System.arraycopy(rows, from, pass.rest, cell * n, n);
    for (int a = cell * k; a < (cell + 1) * k && pass.values[a] > 0; a++) {
      int row = pass.latents[a] * n;
      double value = pass.values[a];
      for (int j = 0; j < n; j++) {
        pass.rest[cell * n + j] -= value * decoder[row + j];
      }
    }
  }

  /** One step of Adam for the latents that are active in the batch; parallel over them. */
  private void learn(int[] batch, Pass pass, double rate) throws IOException {
    int[] uses = new int[m + 1];
    for (int a = 0; a < pass.latents.length; a++) {
      uses[pass.latents[a] + 1] += pass.values[a] > 0 ? 1 : 0;
    }
    Arrays.parallelPrefix(uses, Integer::sum);
    int[] next = uses.clone();
    int[] where = new int[uses[m]];
    for (int a = 0; a < pass.latents.length; a++) {
      if (pass.values[a] > 0) {
        where[next[pass.latents[a]]++] = a;
      }
    }
    int step = 64;
    Workers.run(
        workers,
        (m + step - 1) / step,
        "dictionary",
        () -> {
          double[] gradient = new double[2 * n + 1];
          return part -> {
            for (int latent = part * step; latent < Math.min(m, (part + 1) * step); latent++) {
              if (uses[latent + 1] > uses[latent]) {
                gradient(latent, where, uses[latent], uses[latent + 1], batch, pass, gradient);
                step(latent, gradient, rate);
              }
            }
          };
        });
  }

  private void gradient(
      int latent, int[] where, int from, int to, int[] batch, Pass pass, double[] gradient) {
    Arrays.fill(gradient, 0);
    double each = 2.0 / batch.length;
    for (int use = from; use < to; use++) {
      int cell = where[use] / k;
      double value = pass.values[where[use]];
      // Of the mean squared length of what is left.
      double up = -each * dot(pass.rest, cell * n, decoder, latent * n);
      int input = batch[cell] * n;
      for (int j = 0; j < n; j++) {
        gradient[j] += up * cells.values()[input + j];
        gradient[n + j] -= each * value * pass.rest[cell * n + j];
      }
      gradient[2 * n] += up;
    }
    // The decoder's rows keep their length: what points along them does nothing.
    double along = dot(gradient, n, decoder, latent * n);
    for (int j = 0; j < n; j++) {
      gradient[n + j] -= along * decoder[latent * n + j];
    }
  }

  private void step(int latent, double[] gradient, double rate) {
    int from = latent * (2 * n + 1);
    int steps = ++adam.steps[latent];
    double first = 1 - Math.pow(BETA1, steps);
    double second = 1 - Math.pow(BETA2, steps);
    for (int g = 0; g < gradient.length; g++) {
      adam.first[from + g] = BETA1 * adam.first[from + g] + (1 - BETA1) * gradient[g];
      adam.second[from + g] =
          BETA2 * adam.second[from + g] + (1 - BETA2) * gradient[g] * gradient[g];
      double change =
          rate
              * (adam.first[from + g] / first)
              / (Math.sqrt(adam.second[from + g] / second) + EPSILON);
      if (g < n) {
        encoder[latent * n + g] -= change;
      } else if (g < 2 * n) {
        decoder[latent * n + g - n] -= change;
      } else {
        bias[latent] -= change;
      }
    }
    double length = Math.sqrt(dot(decoder, latent * n, decoder, latent * n));
    for (int j = latent * n; j < (latent + 1) * n; j++) {
      decoder[j] /= length;
    }
  }

  Quality quality() throws IOException {
    turned = MatrixProduct.transposed(encoder, m, n);
    boolean[] alive = new boolean[m];
    double rest = 0;
    double whole = 0;
    long active = 0;
    long looked = 0;
    for (int from = 0; from < cells.count(); from += BATCH) {
      int[] batch = new int[Math.min(cells.count(), from + BATCH) - from];
      Arrays.setAll(batch, i -> i);
      for (int i = 0; i < batch.length; i++) {
        batch[i] += from;
      }
      Pass pass = pass(batch);
      for (int i = 0; i < batch.length; i++) {
        boolean heldOut = batch[i] % HELD_OUT == HELD_OUT - 1;
        for (int a = i * k; a < (i + 1) * k; a++) {
          alive[pass.latents[a]] |= pass.values[a] > 0;
          active += heldOut && pass.values[a] > 0 ? 1 : 0;
        }
        if (heldOut) {
          looked++;
          rest += dot(pass.rest, i * n, pass.rest, i * n);
          whole += dot(cells.values(), batch[i] * n, cells.values(), batch[i] * n);
        }
      }
    }
    int dead = 0;
    for (boolean one : alive) {
      dead += one ? 0 : 1;
    }
    return new Quality(whole > 0 ? 1 - rest / whole : 0, (double) active / looked, dead);
  }

  /** The encoder for channels as they are: rows to multiply with. */
  double[][] rows() {
    double[][] rows = new double[m][n];
    for (int latent = 0; latent < m; latent++) {
      for (int j = 0; j < n; j++) {
        rows[latent][j] = encoder[latent * n + j] / unit;
      }
    }
    return rows;
  }

  /** What is to be added behind {@link #rows}. */
  double[] biases() {
    double[] biases = new double[m];
    double[][] rows = rows();
    for (int latent = 0; latent < m; latent++) {
      biases[latent] = bias[latent] - dot(rows[latent], 0, mean, 0);
    }
    return biases;
  }
}
