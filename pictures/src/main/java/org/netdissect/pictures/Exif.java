package org.netdissect.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers of the first directory of a TIFF structure, which Exif has too (TIFF 6.0, section 2). */
final class Exif {
  private static final int ORIENTATION = 0x0112;

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
    if (end > file.length || end - tiff < 8) {
      return otherwise;
    }
    ByteBuffer b = ByteBuffer.wrap(file, tiff, end - tiff).slice();
    b.order(b.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = b.getInt(4);
    if (directory < 8 || directory > b.limit() - 2) {
      return otherwise;
    }
    int entries = b.getShort(directory) & 0xffff;
    for (int i = 0; i < entries; i++) {
      int entry = directory + 2 + 12 * i;
      if (entry > b.limit() - 12) {
        return otherwise;
      }
      if ((b.getShort(entry) & 0xffff) == tag) {
        return b.getShort(entry + 8) & 0xffff;
      }
    }
    return otherwise;
  }
}
