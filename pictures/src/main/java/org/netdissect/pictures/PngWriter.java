package org.netdissect.pictures;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Writes 8-bit RGB PNG files without ImageIO: a few times faster for small images, and what is
 * written depends on nothing but the pixels and the deflate of this Java runtime.
 */
public final class PngWriter {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

  private PngWriter() {}

  /** How rows are prepared for deflate. */
  public enum Filter {
    /** As they are: best for label masks, whose rows repeat. */
    NONE,
    /** Differences to the row above: better for photographs. */
    UP
  }

  /**
   * Encodes an image.
   *
   * @param rgb 3 · height · width bytes in rows from the top
   * @param level of deflate, 0 (store) … 9
   */
  public static byte[] encode(byte[] rgb, int height, int width, Filter filter, int level) {
    int row = 3 * width;
    if (height < 1 || width < 1 || rgb.length != (long) height * row) {
      throw new IllegalArgumentException(
          rgb.length + " bytes for " + height + " × " + width + " RGB pixels");
    }
    byte[] raw = new byte[height * (row + 1)];
    for (int y = 0; y < height; y++) {
      int to = y * (row + 1);
      int from = y * row;
      if (filter == Filter.NONE || y == 0) {
        System.arraycopy(rgb, from, raw, to + 1, row);
      } else {
        raw[to] = 2;
        for (int i = 0; i < row; i++) {
          raw[to + 1 + i] = (byte) (rgb[from + i] - rgb[from + i - row]);
        }
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(raw.length / 2 + 64);
    out.writeBytes(SIGNATURE);
    ByteBuffer header = ByteBuffer.allocate(13);
    header.putInt(width).putInt(height).put((byte) 8).put((byte) 2);
    chunk(out, "IHDR", header.array(), 13);
    byte[] packed = new byte[raw.length + raw.length / 1000 + 64];
    chunk(out, "IDAT", packed, deflate(raw, packed, level));
    chunk(out, "IEND", new byte[0], 0);
    return out.toByteArray();
  }

  private static int deflate(byte[] raw, byte[] packed, int level) {
    Deflater deflater = new Deflater(level);
    try {
      deflater.setInput(raw);
      deflater.finish();
      int n = deflater.deflate(packed);
      if (!deflater.finished()) {
        throw new AssertionError("deflate grew its input beyond its own bound");
      }
      return n;
    } finally {
      deflater.end();
    }
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data, int length) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data, 0, length);
    out.writeBytes(ByteBuffer.allocate(4).putInt(length).array());
    out.writeBytes(name);
    out.write(data, 0, length);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
