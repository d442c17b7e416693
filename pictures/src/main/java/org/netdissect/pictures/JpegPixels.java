package org.netdissect.pictures;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * From the planes of a JPEG file to pixels, bit for bit as libjpeg does it: chroma of half the size
 * is interpolated with a triangle filter ("fancy upsampling": 3/4 of the nearer sample and 1/4 of
 * the further one in each direction, rounded up and down in turn), of any other size repeated; then
 * colours are converted with 16 bits of fraction.
 */
final class JpegPixels {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int RED_CR = 91881; // 1.402
  private static final int GREEN_CR = -46802; // 0.71414
  private static final int GREEN_CB = -22554; // 0.34414
  private static final int BLUE_CB = 116130; // 1.772
  private static final int HALF = 1 << 15;

  private JpegPixels() {}

  /** A row of grey as pixels. */
  static void grey(byte[] y, int yAt, byte[] rgb, int at, int width) {
    for (int x = 0; x < width; x++, at += 3) {
      byte sample = y[yAt + x];
      rgb[at] = sample;
      rgb[at + 1] = sample;
      rgb[at + 2] = sample;
    }
  }

  /** A row of three planes as pixels. */
  static void interleave(
      byte[] r, int rAt, byte[] g, int gAt, byte[] b, int bAt, byte[] rgb, int at, int width) {
    for (int x = 0; x < width; x++, at += 3) {
      rgb[at] = r[rAt + x];
      rgb[at + 1] = g[gAt + x];
      rgb[at + 2] = b[bAt + x];
    }
  }

  /**
   * Turns cyan, magenta and yellow into red, green and blue: what is left of white under these and
   * black, as Pillow calculates it. Files of inks hold them inverted, whoever wrote them.
   *
   * @param black a row of the fourth component: 255 for no black
   * @param ink whether 255 means all of an ink in the other three; else none
   * @param rgb the other three, replaced by the pixels
   */
  static void ink(byte[] black, int blackAt, boolean ink, byte[] rgb, int at, int width) {
    int flip = ink ? 0 : 255;
    for (int x = 0, i = at; x < width; x++) {
      int light = black[blackAt + x] & 0xff;
      for (int end = i + 3; i < end; i++) {
        int product = ((rgb[i] & 0xff) ^ flip) * light + 128;
        rgb[i] = (byte) (light - (((product >> 8) + product) >> 8));
      }
    }
  }

  /** Every sample {@code times} times, until the row is full. */
  static void repeat(byte[] in, int inAt, int times, byte[] row, int width) {
    for (int x = 0; x < width; inAt++) {
      byte sample = in[inAt];
      for (int end = Math.min(width, x + times); x < end; x++) {
        row[x] = sample;
      }
    }
  }

  /**
   * A row of an image twice as high.
   *
   * @param near the offset of the nearer row
   * @param far the offset of the further row
   * @param lower whether the result lies below the nearer row's middle
   */
  static void heighten(byte[] in, int near, int far, boolean lower, byte[] row, int width) {
    int bias = lower ? 2 : 1;
    for (int x = 0; x < width; x++) {
      row[x] = (byte) ((3 * (in[near + x] & 0xff) + (in[far + x] & 0xff) + bias) >> 2);
    }
  }

  // What follows works on ints in loops so simple that the compiler makes vector instructions of
  // them. It does so only where all arrays are indexed alike; so rows twice as wide are held as
  // two halves: first all pixels in even columns, then all in odd ones.

  /** The samples of a row. */
  static void ints(byte[] in, int inAt, int[] out, int at, int width) {
    for (int x = 0; x < width; x++) {
      out[at + x] = in[inAt + x] & 0xff;
    }
  }

  /** The samples of a row as two halves of the given size; the row has as many, or one less. */
  static void halves(byte[] in, int inAt, int[] out, int at, int half) {
    int odd = at + half;
    for (int x = 0; x < half; x++) {
      out[at + x] = in[inAt + 2 * x] & 0xff;
      out[odd + x] = in[inAt + 2 * x + 1] & 0xff;
    }
  }

  /** The other way round: two halves as a row of bytes. */
  static void bytes(int[] in, byte[] out, int half) {
    for (int x = 0; x < half; x++) {
      out[2 * x] = (byte) in[x];
      out[2 * x + 1] = (byte) in[half + x];
    }
  }

  /** Four times the samples of a row twice as wide, unrounded, as two halves. */
  static void widen(byte[] in, int inAt, int width, int[] out) {
    int before = in[inAt] & 0xff;
    int here = before;
    int end = width - 1;
    for (int x = 0; x < end; x++) {
      int after = in[inAt + x + 1] & 0xff;
      out[x] = 3 * here + before;
      out[width + x] = 3 * here + after;
      before = here;
      here = after;
    }
    out[end] = 3 * here + before;
    out[width + end] = 4 * here;
  }

  /** Rounds what {@link #widen} gave; of halves of that width. */
  static void round(int[] widened, int[] row, int width) {
    for (int x = 0; x < width; x++) {
      row[x] = (widened[x] + 1) >> 2;
    }
    for (int x = width; x < 2 * width; x++) {
      row[x] = (widened[x] + 2) >> 2;
    }
  }

  /**
   * A row of an image twice as wide and high from two that were widened, of halves of that width.
   */
  static void between(int[] near, int[] far, int[] row, int width) {
    for (int x = 0; x < width; x++) {
      row[x] = (3 * near[x] + far[x] + 8) >> 4;
    }
    for (int x = width; x < 2 * width; x++) {
      row[x] = (3 * near[x] + far[x] + 7) >> 4;
    }
  }

  /** From luma and chroma to pixels: red in the lowest byte, then green, then blue. */
  static void convert(int[] y, int[] cb, int[] cr, int[] pixels, int count) {
    for (int i = 0; i < count; i++) {
      int red = y[i] + ((RED_CR * cr[i] + (HALF - 128 * RED_CR)) >> 16);
      pixels[i] = (red | ((255 - red) >> 31)) & ~(red >> 31) & 255;
    }
    for (int i = 0; i < count; i++) {
      int green =
          y[i]
              + ((GREEN_CB * cb[i] + GREEN_CR * cr[i] + (HALF - 128 * (GREEN_CB + GREEN_CR)))
                  >> 16);
      pixels[i] |= ((green | ((255 - green) >> 31)) & ~(green >> 31) & 255) << 8;
    }
    for (int i = 0; i < count; i++) {
      int blue = y[i] + ((BLUE_CB * cb[i] + (HALF - 128 * BLUE_CB)) >> 16);
      pixels[i] |= ((blue | ((255 - blue) >> 31)) & ~(blue >> 31) & 255) << 16;
    }
  }

  /** Writes a row of pixels as bytes. */
  static void store(int[] pixels, int from, byte[] rgb, int at, int width) {
    // The fourth byte is 0 and makes way for the next pixel.
    int last = from + width - 1;
    for (int i = from; i < last; i++, at += 3) {
      INT.set(rgb, at, pixels[i]);
    }
    storeOne(pixels[last], rgb, at);
  }

  /** Writes a row of pixels that comes as two halves as bytes. */
  static void storeHalves(int[] pixels, int from, byte[] rgb, int at, int width) {
    int half = (width + 1) / 2;
    int last = half - 1;
    for (int i = 0; i < last; i++, at += 6) {
      LONG.set(rgb, at, pixels[from + i] | ((long) pixels[from + half + i] << 24));
    }
    storeOne(pixels[from + last], rgb, at);
    if (width % 2 == 0) {
      storeOne(pixels[from + half + last], rgb, at + 3);
    }
  }

  private static void storeOne(int pixel, byte[] rgb, int at) {
    rgb[at] = (byte) pixel;
    rgb[at + 1] = (byte) (pixel >> 8);
    rgb[at + 2] = (byte) (pixel >> 16);
  }
}
