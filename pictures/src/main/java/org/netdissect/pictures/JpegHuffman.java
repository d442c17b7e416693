package org.netdissect.pictures;

import java.util.Arrays;

/**
 * One Huffman table of a JPEG file (ITU-T T.81, annexes C and F.2.2.3), made ready for decoding.
 *
 * <p>The next {@link #LOOK} bits of the stream index {@link #look}. An entry is an int:
 *
 * <pre>
 *   31..16  the coefficient, when its code and its extra bits all lie within the bits looked at;
 *           else 0
 *   15..12  how many extra bits the coefficient has
 *   11..8   how many zeros stand before it
 *    7..0   how many bits to take: code and extra bits when the coefficient is in the entry, else
 *           the code alone
 * </pre>
 *
 * An entry of 0 says that the code is longer: {@link #longCode} finds it.
 */
final class JpegHuffman {
  static final int LOOK = 10;

  /** A table without any code. */
  static final JpegHuffman NONE = new JpegHuffman();

  final int[] look = new int[1 << LOOK];

  // The table as the file has it. Most files share the same few tables, so the one of the file
  // before is often still the right one.
  private final byte[] counts = new byte[17];
  private final byte[] symbols = new byte[256];
  private int symbolCount = -1;

  private final int[] lastCode = new int[17];
  private final int[] symbolOffset = new int[17];

  /**
   * Takes a table as it stands in a file: 16 counts and as many symbols as they add up to.
   *
   * @return how many bytes it takes, or -1 for one that no decoder should accept
   */
  int set(byte[] file, int at, int end, boolean dc) {
    if (at + 16 > end) {
      return -1;
    }
    int total = 0;
    for (int length = 1; length <= 16; length++) {
      total += file[at + length - 1] & 0xff;
    }
    if (total > 256 || at + 16 + total > end) {
      return -1;
    }
    if (total == symbolCount
        && Arrays.equals(counts, 1, 17, file, at, at + 16)
        && Arrays.equals(symbols, 0, total, file, at + 16, at + 16 + total)) {
      return 16 + total;
    }
    symbolCount = -1;
    System.arraycopy(file, at, counts, 1, 16);
    System.arraycopy(file, at + 16, symbols, 0, total);
    if (!build(total, dc)) {
      return -1;
    }
    symbolCount = total;
    return 16 + total;
  }

  private boolean build(int total, boolean dc) {
    if (dc) {
      for (int i = 0; i < total; i++) {
        if ((symbols[i] & 0xff) > 15) {
          return false;
        }
      }
    }
    Arrays.fill(look, 0);
    int code = 0;
    int next = 0;
    for (int length = 1; length <= 16; length++) {
      int count = counts[length] & 0xff;
      symbolOffset[length] = next - code;
      // A code of nothing but ones is not allowed.
      if (code + count >= 1 << length) {
        return false;
      }
      for (int i = 0; i < count; i++, code++, next++) {
        if (length <= LOOK) {
          enter(code, length, symbols[next] & 0xff);
        }
      }
      lastCode[length] = count == 0 ? -1 : code - 1;
      code <<= 1;
    }
    return true;
  }

  private void enter(int code, int length, int symbol) {
    int size = symbol & 15;
    int plain = (size << 12) | ((symbol >> 4) << 8) | length;
    int free = LOOK - length;
    for (int rest = 0; rest < 1 << free; rest++) {
      int entry = plain;
      if (size > 0 && size <= free) {
        int value = extend(rest >> (free - size), size);
        entry = (value << 16) | (plain & 0xff00) | (length + size);
      }
      look[(code << free) | rest] = entry;
    }
  }

  /** The coefficient that {@code size} extra bits stand for (figure F.12). */
  static int extend(int bits, int size) {
    // Without the top bit it is negative.
    return bits + (((bits >> (size - 1)) - 1) & (1 - (1 << size)));
  }

  /**
   * The entry of a code longer than {@link #LOOK}, never with the coefficient in it; 0 when the
   * bits are no code.
   *
   * @param next16 the next 16 bits of the stream
   */
  int longCode(int next16) {
    for (int length = LOOK + 1; length <= 16; length++) {
      int code = next16 >> (16 - length);
      if (code <= lastCode[length]) {
        int symbol = symbols[code + symbolOffset[length]] & 0xff;
        return ((symbol & 15) << 12) | ((symbol >> 4) << 8) | length;
      }
    }
    return 0;
  }
}
