package org.netdissect.datasets.shapes;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.netdissect.pictures.Nearest;

/**
 * Shapes of annotations, drawn straight onto the grid of a mask: a mask pixel shows the pixel of
 * the photograph under its centre, and that pixel belongs to a shape when its own centre does.
 */
public final class Shapes {
  private final int photoHeight;
  private final int photoWidth;
  private final int[] rows;
  private final int[] columns;

  /** A grid of masks over a photograph. */
  public Shapes(int photoHeight, int photoWidth, int maskHeight, int maskWidth) {
    this.photoHeight = photoHeight;
    this.photoWidth = photoWidth;
    this.rows = Nearest.indices(photoHeight, maskHeight);
    this.columns = Nearest.indices(photoWidth, maskWidth);
  }

  /**
   * Fills a polygon, by the even-odd rule.
   *
   * @param xy x and y in turns, in pixels of the photograph
   * @param target one flag a mask pixel; set where the polygon is
   */
  public void fill(double[] xy, boolean[] target) {
    int n = xy.length / 2;
    double[] crossings = new double[n];
    for (int r = 0; r < rows.length; r++) {
      double y = rows[r] + 0.5;
      int count = 0;
      for (int i = 0; i < n; i++) {
        int k = i + 1 == n ? 0 : i + 1;
        double y0 = xy[2 * i + 1];
        double y1 = xy[2 * k + 1];
        if ((y0 <= y) != (y1 <= y)) {
          crossings[count++] = xy[2 * i] + (y - y0) * (xy[2 * k] - xy[2 * i]) / (y1 - y0);
        }
      }
      Arrays.sort(crossings, 0, count);
      for (int i = 0; i + 1 < count; i += 2) {
        int c = firstColumn(crossings[i]);
        int base = r * columns.length;
        for (; c < columns.length && columns[c] + 0.5 < crossings[i + 1]; c++) {
          target[base + c] = true;
        }
      }
    }
  }

  /**
   * Fills an upright rectangle, as formats of boxes give it.
   *
   * @param x left edge, in pixels of the photograph
   * @param y upper edge
   */
  public void fillBox(double x, double y, double width, double height, boolean[] target) {
    fill(new double[] {x, y, x + width, y, x + width, y + height, x, y + height}, target);
  }

  /**
   * Sets what a bitmap over a part of the photograph has set.
   *
   * @param left column of the photograph where the bitmap begins
   * @param top row of the photograph where it begins
   * @param bits a bit a pixel, in rows from the top
   */
  public void fillBitmap(int left, int top, int height, int width, BitSet bits, boolean[] target) {
    for (int r = 0; r < rows.length; r++) {
      int y = rows[r] - top;
      if (y < 0 || y >= height) {
        continue;
      }
      for (int c = 0; c < columns.length; c++) {
        int x = columns[c] - left;
        if (x >= 0 && x < width && bits.get(y * width + x)) {
          target[r * columns.length + c] = true;
        }
      }
    }
  }

  /** The first mask column whose photo pixel has its centre at x or right of it. */
  private int firstColumn(double x) {
    int low = 0;
    int high = columns.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (columns[middle] + 0.5 < x) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Fills runs: lengths of nothing and of shape in turns, down the columns of the photograph.
   *
   * @return whether the runs fill the photograph exactly; nothing is set otherwise
   */
  public boolean fill(long[] runs, boolean[] target) {
    long all = (long) photoHeight * photoWidth;
    long sum = 0;
    for (long run : runs) {
      if (run < 0 || run > all - sum) {
        return false;
      }
      sum += run;
    }
    if (sum != all) {
      return false;
    }
    int run = 0;
    long end = runs.length == 0 ? 0 : runs[0];
    long start = 0;
    for (int c = 0; c < columns.length; c++) {
      for (int r = 0; r < rows.length; r++) {
        long at = (long) columns[c] * photoHeight + rows[r];
        // A mask finer than the photograph shows a column twice, so places may go back.
        while (at < start) {
          end = start;
          start -= runs[--run];
        }
        while (at >= end) {
          start = end;
          end += runs[++run];
        }
        if ((run & 1) != 0) {
          target[r * columns.length + c] = true;
        }
      }
    }
    return true;
  }

  /**
   * The lengths in COCO's compressed text: groups of 5 bits with a continuation bit, each from the
   * third on as a difference to the length two before.
   *
   * @return null when the text is no such thing, or has more runs than the photograph has pixels
   */
  public static long @Nullable [] decodeRuns(String text, long pixels) {
    long[] runs = new long[64];
    int n = 0;
    for (int i = 0; i < text.length(); ) {
      long value = 0;
      int shift = 0;
      int c;
      do {
        if (i == text.length() || shift > 55) {
          return null;
        }
        c = text.charAt(i++) - 48;
        if (c < 0 || c > 63) {
          return null;
        }
        value |= (long) (c & 31) << shift;
        shift += 5;
      } while ((c & 32) != 0);
      if ((c & 16) != 0) {
        value |= -1L << shift;
      }
      if (n > 2) {
        value += runs[n - 2];
      }
      if (value < 0 || n > pixels + 1) {
        return null;
      }
      if (n == runs.length) {
        runs = Arrays.copyOf(runs, 2 * n);
      }
      runs[n++] = value;
    }
    return Arrays.copyOf(runs, n);
  }
}
