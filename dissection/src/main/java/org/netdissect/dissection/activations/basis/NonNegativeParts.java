package org.netdissect.dissection.activations.basis;

import java.io.IOException;
import java.util.SplittableRandom;
import org.netdissect.base.threads.Workers;
import org.netdissect.dissection.activations.basis.MatrixProduct.Strided;

/**
 * Non-negative matrix factorisation X ≈ W·H by hierarchical alternating least squares (Cichocki and
 * Phan, 2009), squared error.
 *
 * @param parts k × channels, by rows of unit length; a row of zeros was not needed
 * @param error the norm of X − W·H
 * @param rounds until it hardly fell any more
 */
record NonNegativeParts(double[] parts, double error, int rounds) {
  private static final int MOST_ROUNDS = 300;

  /** Ends when ten rounds lower the error by less than this share. */
  private static final double STILL = 1e-4;

  private static final int LOOKED_AT = 10;

  private static final int AT_ONCE = 16;

  static NonNegativeParts of(Cells cells, int k, long seed, int workers) throws IOException {
    return new Search(cells, k, seed, workers).run();
  }

  private static final class Search {
    private final Cells cells;
    private final int n;
    private final int k;
    private final int workers;
    private final double[] shares;
    private final double[] parts;
    private final double square;

    Search(Cells cells, int k, long seed, int workers) {
      this.cells = cells;
      this.n = cells.channels();
      this.k = k;
      this.workers = workers;
      square = cells.meanSquare() * cells.count();
      double mean = 0;
      for (double value : cells.values()) {
        mean += value / cells.values().length;
      }
      double scale = Math.sqrt(mean / k);
      NormalNumbers random = new NormalNumbers(seed);
      SplittableRandom draws = new SplittableRandom(seed);
      shares = new double[cells.count() * k];
      parts = new double[k * n];
      for (int a = 0; a < shares.length; a++) {
        shares[a] = scale * draws.nextDouble();
      }
      for (int a = 0; a < parts.length; a++) {
        parts[a] = scale * Math.abs(random.next());
      }
    }

    NonNegativeParts run() throws IOException {
      double before = Double.POSITIVE_INFINITY;
      for (int round = 1; ; round++) {
        double error = Math.sqrt(Math.max(0, round()));
        boolean looked = round % LOOKED_AT == 0;
        if (round == MOST_ROUNDS || (looked && before - error < STILL * error)) {
          normalise();
          return new NonNegativeParts(parts, error, round);
        }
        before = looked ? error : before;
      }
    }

    /** Betters the shares, then the parts; gives the squared error. */
    private double round() throws IOException {
      double[] turned = MatrixProduct.transposed(parts, k, n);
      double[] gram = new double[k * k];
      MatrixProduct.add(Strided.rows(parts, 0, n), k, n, turned, 0, k, gram);
      cells.each(workers, (from, to) -> betterShares(turned, gram, from, to));
      double[] withCells = timesShares(cells.values(), n);
      double[] withShares = timesShares(shares, k);
      betterParts(withCells, withShares);
      double error = square;
      for (int j = 0; j < k; j++) {
        for (int u = 0; u < n; u++) {
          error -= 2 * withCells[j * n + u] * parts[j * n + u];
        }
      }
      double[] after = new double[k * k];
      MatrixProduct.add(
          Strided.rows(parts, 0, n), k, n, MatrixProduct.transposed(parts, k, n), 0, k, after);
      for (int a = 0; a < after.length; a++) {
        error += withShares[a] * after[a];
      }
      return error;
    }

    /** Wᵀ times a matrix with a row a cell; parallel over the rows of the outcome. */
    private double[] timesShares(double[] rows, int columns) throws IOException {
      double[] product = new double[k * columns];
      Workers.run(
          workers,
          (k + AT_ONCE - 1) / AT_ONCE,
          "parts",
          () ->
              part -> {
                int from = part * AT_ONCE;
                int many = Math.min(k, from + AT_ONCE) - from;
                double[] own = new double[many * columns];
                Strided turned = Strided.transposed(shares, from, k);
                MatrixProduct.add(turned, many, cells.count(), rows, 0, columns, own);
                System.arraycopy(own, 0, product, from * columns, own.length);
              });
      return product;
    }

    private void betterShares(double[] turned, double[] gram, int from, int to) {
      double[] wanted = new double[(to - from) * k];
      MatrixProduct.add(
          Strided.rows(cells.values(), from * n, n), to - from, n, turned, 0, k, wanted);
      for (int i = from; i < to; i++) {
        for (int j = 0; j < k; j++) {
          double own = gram[j * k + j];
          if (own > 0) {
            double gradient = wanted[(i - from) * k + j];
            for (int l = 0; l < k; l++) {
              gradient -= shares[i * k + l] * gram[j * k + l];
            }
            shares[i * k + j] = Math.max(0, shares[i * k + j] + gradient / own);
          }
        }
      }
    }

    private void betterParts(double[] withCells, double[] withShares) {
      for (int j = 0; j < k; j++) {
        double own = withShares[j * k + j];
        if (own <= 0) {
          continue;
        }
        double[] gradient = new double[n];
        System.arraycopy(withCells, j * n, gradient, 0, n);
        for (int l = 0; l < k; l++) {
          double factor = withShares[j * k + l];
          for (int u = 0; u < n && factor != 0; u++) {
            gradient[u] -= factor * parts[l * n + u];
          }
        }
        for (int u = 0; u < n; u++) {
          parts[j * n + u] = Math.max(0, parts[j * n + u] + gradient[u] / own);
        }
      }
    }

    private void normalise() {
      for (int j = 0; j < k; j++) {
        double length = 0;
        for (int u = 0; u < n; u++) {
          length += parts[j * n + u] * parts[j * n + u];
        }
        for (int u = 0; u < n && length > 0; u++) {
          parts[j * n + u] /= Math.sqrt(length);
        }
      }
    }
  }
}
