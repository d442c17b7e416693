package org.netdissect.dissection.activations.basis;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.QRDecomposition;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SchurTransformer;

/**
 * A random rotation of n dimensions and its fractional powers (paper, section 3.2).
 *
 * <p>Q is uniform on SO(n): the QR decomposition of a matrix of independent normal numbers, with
 * R's diagonal made positive (Mezzadri, "How to generate random matrices from the classical compact
 * groups", 2007) and, if the determinant is −1, the first row negated. Q = W·B·Wᵀ with B of plane
 * rotations (the real Schur form); Qᵅ has each plane turned by α times its signed angle in (−π, π].
 * Two eigenvalues −1 are a plane turned by π.
 *
 * <p>Accuracy: QQᵀ = I, Q¹ = Q and Qᵅ·Qᵝ = Qᵅ⁺ᵝ to 1e-12 up to n = 512. Cost: O(n³), 0.8 s for 512.
 */
final class Rotation {
  private final double[][] planes;
  private final List<Plane> turns;

  /** A plane of two columns of W and the angle that it is turned by. */
  private record Plane(int first, int second, double angle) {}

  private Rotation(double[][] planes, List<Plane> turns) {
    this.planes = planes;
    this.turns = turns;
  }

  /** The rotation of a seed. */
  static Rotation ofSeed(int n, long seed) {
    return of(draw(n, seed));
  }

  /** A matrix drawn uniformly from SO(n), by rows. */
  static double[][] draw(int n, long seed) {
    NormalNumbers random = new NormalNumbers(seed);
    double[][] gaussian = new double[n][n];
    for (double[] row : gaussian) {
      for (int j = 0; j < n; j++) {
        row[j] = random.next();
      }
    }
    QRDecomposition qr = new QRDecomposition(new Array2DRowRealMatrix(gaussian, false));
    double[][] q = qr.getQ().getData();
    RealMatrix r = qr.getR();
    // Householder's Q has determinant (−1)ⁿ for n reflections, less those that were not needed;
    // each
    // sign of R taken into Q changes it once more. Counted in the end from the matrix itself.
    for (int j = 0; j < n; j++) {
      if (r.getEntry(j, j) < 0) {
        for (double[] row : q) {
          row[j] = -row[j];
        }
      }
    }
    if (determinantSign(q) < 0) {
      for (int j = 0; j < n; j++) {
        q[0][j] = -q[0][j];
      }
    }
    return q;
  }

  /** The sign of a determinant, by elimination with pivots. */
  static int determinantSign(double[][] matrix) {
    int n = matrix.length;
    double[][] a = new double[n][];
    for (int i = 0; i < n; i++) {
      a[i] = matrix[i].clone();
    }
    int sign = 1;
    for (int k = 0; k < n; k++) {
      int pivot = k;
      for (int i = k + 1; i < n; i++) {
        if (Math.abs(a[i][k]) > Math.abs(a[pivot][k])) {
          pivot = i;
        }
      }
      if (pivot != k) {
        double[] swapped = a[k];
        a[k] = a[pivot];
        a[pivot] = swapped;
        sign = -sign;
      }
      if (a[k][k] < 0) {
        sign = -sign;
      }
      for (int i = k + 1; i < n; i++) {
        double factor = a[i][k] / a[k][k];
        if (factor != 0) {
          for (int j = k + 1; j < n; j++) {
            a[i][j] -= factor * a[k][j];
          }
        }
      }
    }
    return sign;
  }

  /** Takes a rotation apart into planes. */
  static Rotation of(double[][] q) {
    int n = q.length;
    SchurTransformer schur = new SchurTransformer(new Array2DRowRealMatrix(q, true));
    double[][] t = schur.getT().getData();
    double[][] w = schur.getP().getData();
    List<Plane> turns = new ArrayList<>();
    int minus = -1;
    int k = 0;
    while (k < n) {
      boolean block = k + 1 < n && Math.abs(t[k + 1][k]) > 1e-9;
      if (block) {
        turns.add(
            new Plane(k, k + 1, Math.atan2(t[k + 1][k] - t[k][k + 1], t[k][k] + t[k + 1][k + 1])));
        k += 2;
        continue;
      }
      // Eigenvalues −1 come in pairs, since the determinant is +1.
      if (t[k][k] < 0) {
        if (minus < 0) {
          minus = k;
        } else {
          turns.add(new Plane(minus, k, Math.PI));
          minus = -1;
        }
      }
      k++;
    }
    return new Rotation(w, turns);
  }

  /**
   * The rotation to a power.
   *
   * @return Qᵅ by rows
   */
  double[][] power(double alpha) {
    int n = planes.length;
    double[][] turned = new double[n][];
    for (int i = 0; i < n; i++) {
      turned[i] = planes[i].clone();
    }
    // W·B: columns of each plane turned.
    for (Plane plane : turns) {
      double cos = Math.cos(alpha * plane.angle());
      double sin = Math.sin(alpha * plane.angle());
      for (double[] row : turned) {
        double a = row[plane.first()];
        double b = row[plane.second()];
        row[plane.first()] = a * cos + b * sin;
        row[plane.second()] = b * cos - a * sin;
      }
    }
    double[][] power = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int m = 0; m < n; m++) {
          sum += turned[i][m] * planes[j][m];
        }
        power[i][j] = sum;
      }
    }
    return power;
  }
}
