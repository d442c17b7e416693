package org.netdissect.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers of the first directory of a TIFF structure, which Exif has too (TIFF 6.0, section 2). */
final class Exif {
  private static final int ORIENTATION = 0x0112;

  /** Bytes of an entry of a directory. */
  private static final int ENTRY = 12;

  /** Bytes of a value of each type. */
  private static final int[] SIZES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};

  private Exif() {}

  /**
   * How the picture should be shown (CIPA DC-008, 4.6.4).
   *
   * @param tiff where the structure begins
   * @param end behind its last byte
   * @return 1 … 8; 1, which is as it is, where nothing sensible is said
   */
  static int orientation(byte[] file, int tiff, int end) {
    int value = tag(file, tiff, end, ORIENTATION, 1);
    return value >= 1 && value <= 8 ? value : 1;
  }

  /**
   * The first number of a tag of two bytes.
   *
   * @param otherwise what is given where the tag is not there
   */
  static int tag(byte[] file, int tiff, int end, int tag, int otherwise) {
    ByteBuffer b = directory(file, tiff, end);
    while (b.remaining() >= ENTRY) {
      int at = b.position();
      if ((b.getShort(at) & 0xffff) == tag) {
        return b.getShort(at + 8) & 0xffff;
      }
      b.position(at + ENTRY);
    }
    return otherwise;
  }

  /** Whether the first directory and all that it points to lies in the structure. */
  static boolean isWhole(byte[] file, int tiff, int end) {
    ByteBuffer b = directory(file, tiff, end);
    if (b.remaining() == 0 || b.remaining() % ENTRY != 0) {
      return false;
    }
    for (; b.hasRemaining(); b.position(b.position() + ENTRY)) {
      int type = b.getShort(b.position() + 2);
      long size = type >= 0 && type < SIZES.length ? SIZES[type] : 0;
      size *= b.getInt(b.position() + 4) & 0xffffffffL;
      long from = b.getInt(b.position() + 8) & 0xffffffffL;
      if (size > 4 && from + size > end - tiff) {
        return false;
      }
    }
    return true;
  }

  /** The structure, from its first directory's first entry to its last, as far as it is there. */
  private static ByteBuffer directory(byte[] file, int tiff, int end) {
    if (end > file.length || end - tiff < 8) {
      return ByteBuffer.allocate(0);
    }
    ByteBuffer b = ByteBuffer.wrap(file, tiff, end - tiff).slice();
    b.order(b.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = b.getInt(4);
    if (directory < 8 || directory > b.limit() - 2) {
      return ByteBuffer.allocate(0);
    }
    int last = directory + 2 + ENTRY * (b.getShort(directory) & 0xffff);
    return b.limit(Math.min(b.limit(), last)).position(directory + 2);
  }
}
