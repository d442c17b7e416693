package org.netdissect.concepts;

/**
 * From the planes of a JPEG file to pixels, bit for bit as libjpeg does it: chroma of half the size
 * is interpolated with a triangle filter ("fancy upsampling": 3/4 of the nearer sample and 1/4 of
 * the further one in each direction, rounded up and down in turn), of any other size repeated; then
 * colours are converted with 16 bits of fraction.
 */
final class JpegPixels {
  private static final int[] CR_RED = new int[256];
  private static final int[] CR_GREEN = new int[256];
  private static final int[] CB_GREEN = new int[256];
  private static final int[] CB_BLUE = new int[256];

  /** From -256 up to 767, its low ten bits, to the nearest of 0 to 255. */
  private static final byte[] CLAMP = new byte[1024];

  static {
    for (int i = 0; i < 256; i++) {
      int x = i - 128;
      CR_RED[i] = (91881 * x + 32768) >> 16; // 1.402
      CB_BLUE[i] = (116130 * x + 32768) >> 16; // 1.772
      CR_GREEN[i] = -46802 * x; // 0.71414
      CB_GREEN[i] = -22554 * x + 32768; // 0.34414
    }
    for (int i = -256; i < 768; i++) {
      CLAMP[i & 1023] = (byte) Math.max(0, Math.min(255, i));
    }
  }

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

  /** A row of luma and of two chroma planes of its width as pixels. */
  static void convert(
      byte[] y, int yAt, byte[] cb, int cbAt, byte[] cr, int crAt, byte[] rgb, int at, int width) {
    for (int x = 0; x < width; x++, at += 3) {
      int luma = y[yAt + x] & 0xff;
      int blue = cb[cbAt + x] & 0xff;
      int red = cr[crAt + x] & 0xff;
      rgb[at] = CLAMP[(luma + CR_RED[red]) & 1023];
      rgb[at + 1] = CLAMP[(luma + ((CB_GREEN[blue] + CR_GREEN[red]) >> 16)) & 1023];
      rgb[at + 2] = CLAMP[(luma + CB_BLUE[blue]) & 1023];
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
   * Twice as wide.
   *
   * @param width of the input, at least 3; the row needs room for twice as many
   */
  static void widen(byte[] in, int inAt, int width, byte[] row) {
    int before = in[inAt] & 0xff;
    int here = before;
    for (int x = 0; x < width; x++) {
      int after = x + 1 < width ? in[inAt + x + 1] & 0xff : here;
      row[2 * x] = (byte) ((3 * here + before + 1) >> 2);
      row[2 * x + 1] = (byte) ((3 * here + after + 2) >> 2);
      before = here;
      here = after;
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

  /**
   * A row of an image twice as wide and high.
   *
   * @param near the offset of the nearer row
   * @param far the offset of the further row
   * @param width of the input, at least 3; the row needs room for twice as many
   */
  static void enlarge(byte[] in, int near, int far, byte[] row, int width) {
    int here = 3 * (in[near] & 0xff) + (in[far] & 0xff);
    int before = here;
    int last = width - 1;
    for (int x = 0; x < last; x++) {
      int after = 3 * (in[near + x + 1] & 0xff) + (in[far + x + 1] & 0xff);
      row[2 * x] = (byte) ((3 * here + before + 8) >> 4);
      row[2 * x + 1] = (byte) ((3 * here + after + 7) >> 4);
      before = here;
      here = after;
    }
    row[2 * last] = (byte) ((3 * here + before + 8) >> 4);
    row[2 * last + 1] = (byte) ((4 * here + 7) >> 4);
  }
}
