package org.netdissect.dissection.activations.basis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RotationTest {
  private static double[][] product(double[][] a, double[][] b) {
    int n = a.length;
    double[][] product = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < n; k++) {
        for (int j = 0; j < n; j++) {
          product[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return product;
  }

  private static double[][] transposed(double[][] a) {
    double[][] t = new double[a.length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  private static double[][] identity(int n) {
    double[][] identity = new double[n][n];
    for (int i = 0; i < n; i++) {
      identity[i][i] = 1;
    }
    return identity;
  }

  private static void assertClose(double[][] expected, double[][] found, String what) {
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < expected.length; j++) {
        assertEquals(expected[i][j], found[i][j], 1e-12, what + " at " + i + ", " + j);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 7, 96, 255, 512})
  void powersAddUpAndKeepLengths(int n) {
    for (long seed = 1; seed <= (n < 10 ? 20 : n < 300 ? 2 : 1); seed++) {
      double[][] q = Rotation.draw(n, seed);
      String what = "n = " + n + ", seed " + seed;
      assertClose(identity(n), product(q, transposed(q)), what + ": QQᵀ");
      assertEquals(1, Rotation.determinantSign(q), what);
      Rotation rotation = Rotation.of(q);
      assertClose(q, rotation.power(1), what + ": Q¹");
      assertClose(identity(n), rotation.power(0), what + ": Q⁰");
      double[][] sum = rotation.power(0.7);
      assertClose(sum, product(rotation.power(0.3), rotation.power(0.4)), what + ": sum");
      assertClose(identity(n), product(sum, transposed(sum)), what + ": orthogonal");
      assertEquals(1, Rotation.determinantSign(sum), what);
    }
  }

  @Test
  void halfTurnsAreSplit() {
    double[][] q = {{-1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, -1, 0}, {0, 0, 0, 1}};
    Rotation rotation = Rotation.of(q);
    assertClose(q, rotation.power(1), "Q¹");
    assertClose(q, product(rotation.power(0.5), rotation.power(0.5)), "two halves");
  }

  /** Entries of a uniform rotation have mean 0 and variance 1/n, and no sign is preferred. */
  @Test
  void manyAreUniform() {
    int n = 5;
    int draws = 4_000;
    double[][] sum = new double[n][n];
    double[][] squares = new double[n][n];
    double trace = 0;
    double traceSquared = 0;
    for (long seed = 0; seed < draws; seed++) {
      double[][] q = Rotation.draw(n, 1_000_000 + seed);
      double own = 0;
      for (int i = 0; i < n; i++) {
        own += q[i][i];
        for (int j = 0; j < n; j++) {
          sum[i][j] += q[i][j];
          squares[i][j] += q[i][j] * q[i][j];
        }
      }
      trace += own;
      traceSquared += own * own;
    }
    double error = 5 / Math.sqrt(draws);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        assertTrue(Math.abs(sum[i][j] / draws) < error * Math.sqrt(1.0 / n), "mean " + i + j);
        assertTrue(Math.abs(squares[i][j] / draws - 1.0 / n) < error * 0.3, "variance " + i + j);
      }
    }
    // For SO(n), n above 2, the trace has mean 0 and variance 1.
    assertTrue(Math.abs(trace / draws) < error, "trace " + trace / draws);
    assertTrue(Math.abs(traceSquared / draws - 1) < 2 * error, "its square");
  }

  /**
   * Moments of many large rotations against those of the uniform distribution (Diaconis and
   * Shahshahani, "On the eigenvalues of random matrices", 1994): entries of mean 0, E q² = 1/n and
   * E q⁴ = 3/(n(n + 2)); traces of Q, Q² and Q³ of mean 0, 1, 0 and variance 1, 2, 3. Each
   * statistic must lie within five of its standard errors, the largest of n² within seven.
   */
  @ParameterizedTest
  @CsvSource({"96, 400", "255, 100"})
  void manyLargeOnesHaveTheMomentsOfUniformOnes(int n, int draws) {
    double[][] sum = new double[n][n];
    double[][] squares = new double[n][n];
    double fourth = 0;
    double total = 0;
    double[] traces = new double[3];
    double[] traceSquares = new double[3];
    for (int d = 0; d < draws; d++) {
      double[][] q = Rotation.draw(n, 77_000 + d);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          double square = q[i][j] * q[i][j];
          sum[i][j] += q[i][j];
          squares[i][j] += square;
          fourth += square * square;
          total += q[i][j];
        }
      }
      double[][] power = q;
      for (int p = 0; p < 3; p++) {
        double trace = 0;
        for (int i = 0; i < n; i++) {
          trace += power[i][i];
        }
        traces[p] += trace / draws;
        traceSquares[p] += (trace - expectedTrace(p)) * (trace - expectedTrace(p)) / draws;
        power = p < 2 ? product(power, q) : power;
      }
    }
    String what = "n = " + n + ", " + draws + " draws from seed 77000: ";
    double error = 1 / Math.sqrt(draws);
    double spread = Math.sqrt(3.0 / (n * (n + 2.0)) - 1.0 / n / n);
    double mostMean = 0;
    double mostSquare = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        mostMean = Math.max(mostMean, Math.abs(sum[i][j] / draws) * Math.sqrt(n) / error);
        mostSquare =
            Math.max(mostSquare, Math.abs(squares[i][j] / draws - 1.0 / n) / spread / error);
      }
    }
    assertTrue(mostMean < 7, what + "mean of an entry " + mostMean);
    assertTrue(mostSquare < 7, what + "square of an entry " + mostSquare);
    // The sum of all entries is n times an entry of a rotated Q.
    assertTrue(Math.abs(total / draws / Math.sqrt(n)) < 5 * error, what + "sum " + total);
    // Var q⁴ is 96/n⁴ for large n, and entries are nearly independent.
    assertEquals(
        3.0 / (n * (n + 2.0)),
        fourth / draws / n / n,
        5 * Math.sqrt(96) / n / n / n * error,
        what + "fourth moment");
    for (int p = 0; p < 3; p++) {
      double variance = p + 1;
      assertEquals(
          expectedTrace(p), traces[p], 5 * Math.sqrt(variance) * error, what + "trace " + p);
      // A square of a normal number has a variance of twice its square.
      assertEquals(
          variance, traceSquares[p], 5 * Math.sqrt(2) * variance * error, what + "its square " + p);
    }
  }

  private static double expectedTrace(int power) {
    return power == 1 ? 1 : 0;
  }
}
