package org.netdissect.report.page;

import java.io.ByteArrayOutputStream;
import java.util.Base64;

/**
 * A trimmed activation map as text for the page: enough to draw the mask, nothing else.
 *
 * <p>Layout before base64: one byte, the bits of a value (16, 8 or 4); LEB128 the cell with the
 * largest value; LEB128 the number of runs; each run as its distance from the end of the run before
 * and its length in cells, row-major; then per cell the signed value (v − T) · M / max|v − T|, with
 * M = 32,767, 127 or 7, in little-endian order, the lower half of a byte first. A value is above 0
 * exactly where the activation is above T, so the mask is right at every cell and its edge never
 * leaves the cells that it runs between; there it is off by less than 1/M of the values' range. The
 * most bits are taken with which the tile stays within {@value #AIM} characters: a map of few,
 * large cells is drawn most exactly.
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
    int peak = 0;
    double largest = 0;
    for (int c = 0; c < cells; c++) {
      peak = value[c] > value[peak] ? c : peak;
      largest = Math.max(largest, Math.abs((double) value[c] - threshold));
    }
    int bits = 16;
    while (bits > 4 && (4 + 2 * runs + cells * bits / 8) * 4 / 3 > AIM) {
      bits /= 2;
    }
    out.write(bits);
    varint(out, cells == 0 ? 0 : index[peak]);
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
    int most = (1 << (bits - 1)) - 1;
    int held = 0;
    for (int c = 0; c < cells; c++) {
      double above = (double) value[c] - threshold;
      int rounded = largest == 0 ? 0 : (int) Math.rint(above / largest * most);
      int q = above > 0 ? Math.max(1, rounded) : Math.min(0, rounded);
      if (bits == 4) {
        held |= (q & 0xf) << (c % 2 == 0 ? 0 : 4);
        if (c % 2 == 1 || c == cells - 1) {
          out.write(held);
          held = 0;
        }
        continue;
      }
      out.write(q);
      if (bits == 16) {
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
