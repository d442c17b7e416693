package org.netdissect.lab.train;

import org.netdissect.networks.Preprocessing;

/** Turns pixels into the network's input: normalised as PyTorch's models are. */
final class Pixels {
  /** What every network trained here expects; also what {@code netdissect run} assumes. */
  static final Preprocessing PREPROCESSING = Preprocessing.TORCH;

  private static final float[][] TABLE = new float[3][256];

  static {
    for (int c = 0; c < 3; c++) {
      for (int v = 0; v < 256; v++) {
        TABLE[c][v] = (float) PREPROCESSING.value(c, v);
      }
    }
  }

  private Pixels() {}

  /** The whole image, mirrored, then turned by quarter turns. */
  static void whole(byte[] rgb, int side, boolean mirror, int turns, float[] to, int at) {
    int area = side * side;
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int sx = mirror ? side - 1 - x : x;
        int sy = y;
        for (int t = 0; t < turns; t++) {
          int old = sx;
          sx = sy;
          sy = side - 1 - old;
        }
        put(rgb, 3 * (sy * side + sx), to, at + y * side + x, area);
      }
    }
  }

  /** A square of an image, mirrored in itself if wished. */
  static void patch(
      byte[] rgb, int side, int left, int top, int patch, boolean mirror, float[] to, int at) {
    for (int y = 0; y < patch; y++) {
      for (int x = 0; x < patch; x++) {
        int sx = left + (mirror ? patch - 1 - x : x);
        put(rgb, 3 * ((top + y) * side + sx), to, at + y * patch + x, patch * patch);
      }
    }
  }

  /** One pixel's three bytes from a place in rgb to three planes. */
  private static void put(byte[] rgb, int from, float[] to, int place, int area) {
    to[place] = TABLE[0][rgb[from] & 255];
    to[place + area] = TABLE[1][rgb[from + 1] & 255];
    to[place + 2 * area] = TABLE[2][rgb[from + 2] & 255];
  }

  /** A value of 0 … 255, not necessarily whole, as the network expects it. */
  static float normalised(int channel, double value) {
    double black = PREPROCESSING.value(channel, 0);
    return (float) (black + (PREPROCESSING.value(channel, 255) - black) * value / 255);
  }
}
