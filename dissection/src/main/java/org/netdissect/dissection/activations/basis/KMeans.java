package org.netdissect.dissection.activations.basis;

import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.netdissect.dissection.activations.basis.MatrixProduct.Strided;

/**
 * Centres of clusters: Lloyd's algorithm from greedy k-means++ (Arthur and Vassilvitskii, 2007),
 * the best of a few starts. A cluster that runs empty moves to the cell farthest from its centre.
 *
 * @param centres k × channels, by rows
 * @param inertia sum of squared distances of the cells to their centres
 * @param rounds of the best start
 */
record KMeans(double[] centres, double inertia, int rounds) {
  private static final int STARTS = 3;
  private static final int MOST_ROUNDS = 300;

  /** Ends where centres move less than this share of the channels' mean variance. */
  private static final double STILL = 1e-4;

  static KMeans of(Cells cells, int k, long seed, int workers) throws IOException {
    double[] mean = cells.mean();
    // About the mean, distances lose least to rounding.
    Cells centred = cells.shifted(mean, 1);
    SplittableRandom random = new SplittableRandom(seed);
    KMeans best = new Search(centred, k, workers).from(random.split());
    for (int start = 1; start < STARTS; start++) {
      KMeans next = new Search(centred, k, workers).from(random.split());
      best = next.inertia() < best.inertia() ? next : best;
    }
    for (int a = 0; a < best.centres().length; a++) {
      best.centres()[a] += mean[a % mean.length];
    }
    return best;
  }

  private static final class Search {
    private final Cells cells;
    private final int n;
    private final int k;
    private final int workers;
    private final double[] lengths;

    /** By cell, its nearest centre and the squared distance to it. */
    private final int[] label;

    private final double[] distance;

    Search(Cells cells, int k, int workers) {
      this.cells = cells;
      this.n = cells.channels();
      this.k = k;
      this.workers = workers;
      lengths = new double[cells.count()];
      label = new int[cells.count()];
      distance = new double[cells.count()];
      for (int i = 0; i < lengths.length; i++) {
        lengths[i] = squared(cells.values(), i * n);
      }
    }

    private double squared(double[] values, int from) {
      double sum = 0;
      for (int j = from; j < from + n; j++) {
        sum += values[j] * values[j];
      }
      return sum;
    }

    KMeans from(SplittableRandom random) throws IOException {
      double[] centres = spread(random);
      double still = STILL * cells.meanSquare() / n;
      for (int round = 1; ; round++) {
        assign(centres);
        double moved = move(centres);
        if (moved <= still || round == MOST_ROUNDS) {
          assign(centres);
          return new KMeans(centres, sum(distance), round);
        }
      }
    }

    /** Squared distances of a block of cells to centres: cells × centres. */
    private double[] distances(double[] turned, double[] squares, int from, int to) {
      int many = squares.length;
      double[] products = new double[(to - from) * many];
      MatrixProduct.add(
          Strided.rows(cells.values(), from * n, n), to - from, n, turned, 0, many, products);
      for (int i = from; i < to; i++) {
        for (int c = 0; c < many; c++) {
          int at = (i - from) * many + c;
          products[at] = Math.max(0, lengths[i] - 2 * products[at] + squares[c]);
        }
      }
      return products;
    }

    private double[] squares(double[] centres) {
      double[] squares = new double[centres.length / n];
      for (int c = 0; c < squares.length; c++) {
        squares[c] = squared(centres, c * n);
      }
      return squares;
    }

    /** Finds each cell's nearest centre. */
    private void assign(double[] centres) throws IOException {
      double[] turned = MatrixProduct.transposed(centres, k, n);
      double[] squares = squares(centres);
      cells.each(
          workers,
          (from, to) -> {
            double[] distances = distances(turned, squares, from, to);
            for (int i = from; i < to; i++) {
              int row = (i - from) * k;
              int best = 0;
              for (int c = 1; c < k; c++) {
                best = distances[row + c] < distances[row + best] ? c : best;
              }
              label[i] = best;
              distance[i] = distances[row + best];
            }
          });
    }

    /** Moves the centres to their cells' means; gives the sum of squares of the way. */
    private double move(double[] centres) {
      double[] sums = new double[k * n];
      int[] counts = new int[k];
      for (int i = 0; i < label.length; i++) {
        counts[label[i]]++;
        for (int j = 0; j < n; j++) {
          sums[label[i] * n + j] += cells.values()[i * n + j];
        }
      }
      double way = 0;
      for (int c = 0; c < k; c++) {
        int cell = counts[c] == 0 ? farthest() : -1;
        for (int j = 0; j < n; j++) {
          double next = cell >= 0 ? cells.values()[cell * n + j] : sums[c * n + j] / counts[c];
          double step = next - centres[c * n + j];
          way += step * step;
          centres[c * n + j] = next;
        }
      }
      return way;
    }

    /** The cell farthest from its centre, which is then no more so. */
    private int farthest() {
      int farthest = 0;
      for (int i = 1; i < distance.length; i++) {
        farthest = distance[i] > distance[farthest] ? i : farthest;
      }
      distance[farthest] = 0;
      return farthest;
    }

    /** The first centres: each of some cells drawn by their distance, the one that helps most. */
    private double[] spread(SplittableRandom random) throws IOException {
      double[] centres = new double[k * n];
      int trials = 2 + (int) Math.log(k);
      double[] nearest = new double[cells.count()];
      Arrays.fill(nearest, Double.POSITIVE_INFINITY);
      for (int c = 0; c < k; c++) {
        int[] tried = new int[c == 0 ? 1 : trials];
        for (int t = 0; t < tried.length; t++) {
          tried[t] = c == 0 ? random.nextInt(cells.count()) : drawn(nearest, random);
        }
        double[][] with = nearestWith(nearest, tried);
        int best = 0;
        for (int t = 1; t < tried.length; t++) {
          best = sum(with[t]) < sum(with[best]) ? t : best;
        }
        nearest = with[best];
        System.arraycopy(cells.values(), tried[best] * n, centres, c * n, n);
      }
      return centres;
    }

    private static double sum(double[] values) {
      return Arrays.stream(values).sum();
    }

    private int drawn(double[] weights, SplittableRandom random) {
      double left = random.nextDouble() * sum(weights);
      for (int i = 0; i < weights.length; i++) {
        left -= weights[i];
        if (left < 0) {
          return i;
        }
      }
      return random.nextInt(weights.length);
    }

    /** Squared distances to the nearest centre if a tried cell became one, for each tried. */
    private double[][] nearestWith(double[] nearest, int[] tried) throws IOException {
      double[] rows = new double[tried.length * n];
      for (int t = 0; t < tried.length; t++) {
        System.arraycopy(cells.values(), tried[t] * n, rows, t * n, n);
      }
      double[] turned = MatrixProduct.transposed(rows, tried.length, n);
      double[] squares = squares(rows);
      double[][] with = new double[tried.length][nearest.length];
      cells.each(
          workers,
          (from, to) -> {
            double[] distances = distances(turned, squares, from, to);
            for (int i = from; i < to; i++) {
              for (int t = 0; t < tried.length; t++) {
                with[t][i] = Math.min(nearest[i], distances[(i - from) * tried.length + t]);
              }
            }
          });
      return with;
    }
  }
}
