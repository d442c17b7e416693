package org.netdissect.dissection.activations.basis;

/**
 * Products of dense matrices in row-major arrays. The inner loops run over neighbours in memory
 * with eight factors at once and over tiles that stay in the processor's first cache, which is what
 * the compiler turns into vector instructions: some 3·10⁹ multiplications a second and thread.
 */
final class MatrixProduct {
  private static final int TILE = 256;
  private static final int AT_ONCE = 8;

  private MatrixProduct() {}

  /**
   * A matrix within an array: entry (i, j) at {@code from + i · row + j · column}.
   *
   * @param row distance of one row to the next
   * @param column distance of one column to the next
   */
  record Strided(double[] values, int from, int row, int column) {
    static Strided rows(double[] values, int from, int columns) {
      return new Strided(values, from, columns, 1);
    }

    static Strided transposed(double[] values, int from, int columns) {
      return new Strided(values, from, 1, columns);
    }

    double at(int i, int j) {
      return values[from + i * row + j * column];
    }
  }

  /**
   * out += A · B.
   *
   * @param a rows × inner
   * @param b inner × columns, by rows from {@code bFrom} on
   * @param out rows × columns, by rows
   */
  static void add(
      Strided a, int rows, int inner, double[] b, int bFrom, int columns, double[] out) {
    addFrom(a, rows, inner, b, bFrom, columns, out, false);
  }

  /** out += Aᵀ · A for A of inner × n by rows, only on and above the diagonal. */
  static void addGram(double[] a, int inner, int n, double[] out) {
    addFrom(Strided.transposed(a, 0, n), n, inner, a, 0, n, out, true);
  }

  private static void addFrom(
      Strided a,
      int rows,
      int inner,
      double[] b,
      int bFrom,
      int columns,
      double[] out,
      boolean upper) {
    for (int left = 0; left < columns; left += TILE) {
      int right = Math.min(columns, left + TILE);
      int last = upper ? Math.min(rows, right) : rows;
      for (int p = 0; p < inner; p += AT_ONCE) {
        int many = Math.min(AT_ONCE, inner - p);
        for (int i = 0; i < last; i++) {
          int from = upper ? Math.max(left, i) : left;
          if (many == AT_ONCE) {
            addEight(a, i, p, b, bFrom + p * columns, columns, from, right, out, i * columns);
          } else {
            for (int q = p; q < inner; q++) {
              addOne(a.at(i, q), b, bFrom + q * columns, from, right, out, i * columns);
            }
          }
        }
      }
    }
  }

  private static void addEight(
      Strided a,
      int i,
      int p,
      double[] b,
      int row,
      int columns,
      int from,
      int to,
      double[] out,
      int at) {
    double a0 = a.at(i, p);
    double a1 = a.at(i, p + 1);
    double a2 = a.at(i, p + 2);
    double a3 = a.at(i, p + 3);
    double a4 = a.at(i, p + 4);
    double a5 = a.at(i, p + 5);
    double a6 = a.at(i, p + 6);
    double a7 = a.at(i, p + 7);
    int b1 = row + columns;
    int b2 = b1 + columns;
    int b3 = b2 + columns;
    int b4 = b3 + columns;
    int b5 = b4 + columns;
    int b6 = b5 + columns;
    int b7 = b6 + columns;
    for (int j = from; j < to; j++) {
      out[at + j] +=
          a0 * b[row + j]
              + a1 * b[b1 + j]
              + a2 * b[b2 + j]
              + a3 * b[b3 + j]
              + a4 * b[b4 + j]
              + a5 * b[b5 + j]
              + a6 * b[b6 + j]
              + a7 * b[b7 + j];
    }
  }

  private static void addOne(
      double factor, double[] b, int row, int from, int to, double[] out, int at) {
    for (int j = from; j < to; j++) {
      out[at + j] += factor * b[row + j];
    }
  }

  /** The transpose of rows × columns. */
  static double[] transposed(double[] a, int rows, int columns) {
    double[] turned = new double[a.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        turned[j * rows + i] = a[i * columns + j];
      }
    }
    return turned;
  }
}
