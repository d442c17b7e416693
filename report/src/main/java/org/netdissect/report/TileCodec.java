package org.netdissect.report;

import java.io.ByteArrayOutputStream;
import java.util.Base64;

/**
 * A trimmed activation map as text for the page: enough to draw the mask, nothing else.
 *
 * <p>Layout before base64: one byte, the bits of a value (8 or 16); LEB128 the number of runs; each
 * run as its distance from the end of the run before and its length in cells, row-major; then per
 * cell the signed value (v − T) · M / max|v − T|, little-endian, with M = 127 or 32,767. A value is
 * above 0 exactly where the activation is above T, so the mask is right at every cell; between
 * cells its edge is off by less than 1/M of the values' range. Sixteen bits are used while the tile
 * stays within {@value #AIM} characters.
 */
final class TileCodec {
  /** Characters a tile should not exceed. */
  static final int AIM = 300;

  private TileCodec() {}

  /**
   * Encodes.
   *
   * @param cells how many cells are held
   * @param index y·width + x of each, ascending
   * @param value activation of each
   * @param threshold T of the unit
   */
  static String encode(int cells, int[] index, float[] value, float threshold) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64 + 2 * cells);
    int runs = 0;
    for (int c = 0; c < cells; c++) {
      runs += c == 0 || index[c] != index[c - 1] + 1 ? 1 : 0;
    }
    boolean wide = (1 + 1 + 2 * runs + 2 * cells) * 4 / 3 <= AIM;
    out.write(wide ? 16 : 8);
    varint(out, runs);
    int end = 0;
    for (int c = 0; c < cells; ) {
      int from = c;
      while (c < cells && index[c] == index[from] + c - from) {
        c++;
      }
      varint(out, index[from] - end);
      varint(out, c - from);
      end = index[from] + c - from;
    }
    double largest = 0;
    for (int c = 0; c < cells; c++) {
      largest = Math.max(largest, Math.abs((double) value[c] - threshold));
    }
    int most = wide ? Short.MAX_VALUE : Byte.MAX_VALUE;
    for (int c = 0; c < cells; c++) {
      double above = (double) value[c] - threshold;
      int rounded = largest == 0 ? 0 : (int) Math.rint(above / largest * most);
      int q = above > 0 ? Math.max(1, rounded) : Math.min(0, rounded);
      out.write(q);
      if (wide) {
        out.write(q >> 8);
      }
    }
    return Base64.getEncoder().encodeToString(out.toByteArray());
  }

  static void varint(ByteArrayOutputStream out, int value) {
    int left = value;
    while (left > 0x7f) {
      out.write((left & 0x7f) | 0x80);
      left >>>= 7;
    }
    out.write(left);
  }
}
