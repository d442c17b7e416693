package org.netdissect.pictures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.netdissect.pictures.Photographs.Photograph;

class BilinearResizeTest {
  private static Photograph row(int... values) {
    byte[] rgb = new byte[values.length * 3];
    for (int i = 0; i < values.length; i++) {
      rgb[3 * i] = (byte) values[i];
      rgb[3 * i + 1] = (byte) (255 - values[i]);
      rgb[3 * i + 2] = 17;
    }
    return new Photograph(1, values.length, rgb);
  }

  private static int[] reds(Photograph photo) {
    int[] reds = new int[photo.height() * photo.width()];
    for (int i = 0; i < reds.length; i++) {
      reds[i] = photo.rgb()[3 * i] & 0xff;
      assertEquals(17, photo.rgb()[3 * i + 2]);
    }
    return reds;
  }

  @Test
  void knownValues() {
    assertArrayEquals(new int[] {128}, reds(row(0, 255).resized(1, 1)));
    assertArrayEquals(new int[] {0, 64, 191, 255}, reds(row(0, 255).resized(1, 4)));
    // Weights 3, 3 and 1 sevenths of the three pixels in reach.
    assertArrayEquals(new int[] {16, 80}, reds(row(0, 20, 50, 130).resized(1, 2)));
    assertArrayEquals(new int[] {7, 7, 7}, reds(row(7).resized(3, 1)));
    Photograph same = row(1, 2);
    assertSame(same, same.resized(1, 2));
  }

  /** The definition, one pixel and one channel at a time. */
  private static int[][] slow(int[][] image, int toHeight, int toWidth) {
    int[][] rows = new int[image.length][];
    for (int y = 0; y < image.length; y++) {
      rows[y] = slowLine(image[y], toWidth);
    }
    int[][] out = new int[toHeight][toWidth];
    for (int x = 0; x < toWidth; x++) {
      int[] column = new int[image.length];
      for (int y = 0; y < image.length; y++) {
        column[y] = rows[y][x];
      }
      column = slowLine(column, toHeight);
      for (int y = 0; y < toHeight; y++) {
        out[y][x] = column[y];
      }
    }
    return out;
  }

  private static int[] slowLine(int[] line, int to) {
    int[] out = new int[to];
    double scale = (double) line.length / to;
    double reach = Math.max(1, scale);
    for (int i = 0; i < to; i++) {
      double center = (i + 0.5) * scale;
      double[] weights = new double[line.length];
      double sum = 0;
      for (int k = 0; k < line.length; k++) {
        weights[k] = Math.max(0, 1 - Math.abs((k - center + 0.5) * (1.0 / reach)));
        sum += weights[k];
      }
      long total = 1L << 21;
      for (int k = 0; k < line.length; k++) {
        total += line[k] * (long) Math.floor(weights[k] / sum * (1 << 22) + 0.5);
      }
      out[i] = (int) Math.max(0, Math.min(255, total >> 22));
    }
    return out;
  }

  @Test
  void agreesWithTheDefinition() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      int h = 1 + random.nextInt(40);
      int w = 1 + random.nextInt(40);
      int toH = 1 + random.nextInt(40);
      int toW = 1 + random.nextInt(40);
      int[][] image = new int[h][w];
      byte[] rgb = new byte[h * w * 3];
      for (int p = 0; p < h * w; p++) {
        image[p / w][p % w] = random.nextInt(256);
        rgb[3 * p] = (byte) image[p / w][p % w];
        rgb[3 * p + 1] = (byte) image[p / w][p % w];
        rgb[3 * p + 2] = 17;
      }
      int[][] expected = slow(image, toH, toW);
      Photograph resized = new Photograph(h, w, rgb).resized(toH, toW);
      int[] reds = reds(resized);
      for (int p = 0; p < reds.length; p++) {
        assertEquals(expected[p / toW][p % toW], reds[p], "seed " + seed + " round " + round);
        assertEquals(resized.rgb()[3 * p], resized.rgb()[3 * p + 1]);
      }
    }
  }
}
