package org.netdissect.pictures;

import java.util.Arrays;

/**
 * Pillow's BILINEAR resize of 8-bit RGB: a triangle filter, widened by the factor when shrinking;
 * weights normalised in double, then rounded to fixed point with 22 bits; the rows first, then the
 * columns, with 8 bits between; rounded half up and clipped.
 */
final class BilinearResize {
  private static final int BITS = 32 - 8 - 2;
  private static final int HALF = 1 << (BITS - 1);

  private BilinearResize() {}

  static byte[] resize(byte[] rgb, int height, int width, int toHeight, int toWidth) {
    return resize(
        rgb, new Axis(height, toHeight, 0, toHeight), new Axis(width, toWidth, 0, toWidth));
  }

  /** Only the target pixels that both axes ask for. */
  static byte[] resize(byte[] rgb, Axis y, Axis x) {
    byte[] rows = x.isCopy() ? rgb : horizontal(rgb, y.from, x);
    return y.isCopy() ? rows : vertical(rows, x.count, y);
  }

  /**
   * What is asked for along an axis.
   *
   * @param from source pixels
   * @param to target pixels
   * @param first of the target pixels wanted
   * @param count of them
   */
  record Axis(int from, int to, int first, int count) {
    boolean isCopy() {
      return count == from && to == from;
    }
  }

  /** Which source pixels each target pixel is made of, and their weights. */
  private static final class Weights {
    final int[] first;
    final int[] count;
    final int[] fixed;
    final int stride;

    Weights(Axis axis) {
      int from = axis.from;
      int to = axis.count;
      double scale = (double) from / axis.to;
      double filterScale = Math.max(scale, 1.0);
      double support = filterScale;
      stride = (int) Math.ceil(support) * 2 + 1;
      first = new int[to];
      count = new int[to];
      fixed = new int[to * stride];
      double[] w = new double[stride];
      double perPixel = 1.0 / filterScale;
      for (int i = 0; i < to; i++) {
        double center = (axis.first + i + 0.5) * scale;
        int min = Math.max(0, (int) (center - support + 0.5));
        int n = Math.min(from, (int) (center + support + 0.5)) - min;
        double sum = 0;
        for (int k = 0; k < n; k++) {
          double distance = Math.abs((k + min - center + 0.5) * perPixel);
          w[k] = distance < 1.0 ? 1.0 - distance : 0.0;
          sum += w[k];
        }
        for (int k = 0; k < n; k++) {
          double normal = sum != 0.0 ? w[k] / sum : w[k];
          fixed[i * stride + k] = (int) (0.5 + normal * (1 << BITS));
        }
        first[i] = min;
        count[i] = n;
      }
    }
  }

  private static byte[] horizontal(byte[] rgb, int height, Axis axis) {
    Weights weights = new Weights(axis);
    int width = axis.from;
    int toWidth = axis.count;
    byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(height, toWidth), 3)];
    int[] fixed = weights.fixed;
    for (int y = 0, o = 0; y < height; y++) {
      int row = y * width;
      for (int x = 0; x < toWidth; x++, o += 3) {
        int r = HALF;
        int g = HALF;
        int b = HALF;
        int s = (row + weights.first[x]) * 3;
        int k = x * weights.stride;
        for (int end = k + weights.count[x]; k < end; k++, s += 3) {
          int w = fixed[k];
          r += (rgb[s] & 0xff) * w;
          g += (rgb[s + 1] & 0xff) * w;
          b += (rgb[s + 2] & 0xff) * w;
        }
        out[o] = clip(r);
        out[o + 1] = clip(g);
        out[o + 2] = clip(b);
      }
    }
    return out;
  }

  private static byte[] vertical(byte[] rgb, int width, Axis axis) {
    Weights weights = new Weights(axis);
    int toHeight = axis.count;
    int line = width * 3;
    byte[] out = new byte[Math.multiplyExact(toHeight, line)];
    int[] sum = new int[line];
    for (int y = 0; y < toHeight; y++) {
      Arrays.fill(sum, HALF);
      for (int k = 0; k < weights.count[y]; k++) {
        int w = weights.fixed[y * weights.stride + k];
        int s = (weights.first[y] + k) * line;
        for (int x = 0; x < line; x++) {
          sum[x] += (rgb[s + x] & 0xff) * w;
        }
      }
      int o = y * line;
      for (int x = 0; x < line; x++) {
        out[o + x] = clip(sum[x]);
      }
    }
    return out;
  }

  private static byte clip(int sum) {
    int value = sum >> BITS;
    return (byte) (value < 0 ? 0 : Math.min(value, 255));
  }
}
