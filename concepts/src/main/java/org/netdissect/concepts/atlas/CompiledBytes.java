package org.netdissect.concepts.atlas;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.netdissect.concepts.ImageRow;

/**
 * What is compiled of an image, but for its region map and for what its row says, as bytes of a
 * journal or a part; docs/formats.md describes them.
 */
final class CompiledBytes {
  private static final int DIGEST_BYTES = 32;

  private CompiledBytes() {}

  /** How many bytes {@link #put} puts. */
  static int size(CompiledImage image) {
    int bytes = 8 + DIGEST_BYTES + 8 + problem(image).length;
    for (int[] labels : image.labels()) {
      bytes = Math.addExact(bytes, 8 + 4 * labels.length);
    }
    return bytes;
  }

  private static byte[] problem(CompiledImage image) {
    String problem = image.problem();
    return problem == null ? new byte[0] : problem.getBytes(StandardCharsets.UTF_8);
  }

  /** Puts an image into a little-endian buffer that has room for it. */
  static void put(CompiledImage image, ByteBuffer b) {
    byte[] problem = problem(image);
    b.putLong(image.dataCategories()).put(image.digest());
    b.putInt(problem.length).put(problem);
    b.putInt(image.pixels().length);
    for (int r = 0; r < image.pixels().length; r++) {
      b.putInt(image.pixels()[r]).putInt(image.labels()[r].length);
      for (int label : image.labels()[r]) {
        b.putInt(label);
      }
    }
  }

  /**
   * Gets an image from a little-endian buffer.
   *
   * @param regionMap its bytes; none when they stand in the atlas already
   * @return null when the bytes make no sense
   * @throws BufferUnderflowException when they end too early
   */
  static @Nullable CompiledImage get(ByteBuffer b, ImageRow row, byte[] regionMap) {
    long dataCategories = b.getLong();
    byte[] digest = new byte[DIGEST_BYTES];
    b.get(digest);
    byte[] problem = new byte[count(b, 1)];
    b.get(problem);
    int regions = count(b, 8);
    int[] pixels = new int[regions];
    int[][] labels = new int[regions][];
    long area = 0;
    for (int r = 0; r < regions; r++) {
      pixels[r] = b.getInt();
      area += pixels[r];
      labels[r] = new int[count(b, 4)];
      for (int k = 0; k < labels[r].length; k++) {
        labels[r][k] = b.getInt();
      }
    }
    long size = (long) row.maskHeight() * row.maskWidth();
    if ((problem.length == 0) != (regions > 0)
        || regions > Regions.MOST
        || (regions > 0 && area != size)) {
      return null;
    }
    return CompiledImage.of(
        row,
        pixels,
        labels,
        dataCategories,
        problem.length == 0 ? null : new String(problem, StandardCharsets.UTF_8),
        digest,
        regionMap);
  }

  /** A number of things to follow that take at least so many bytes each. */
  private static int count(ByteBuffer b, int bytesEach) {
    int n = b.getInt();
    if (n < 0 || (long) n * bytesEach > b.remaining()) {
      throw new BufferUnderflowException();
    }
    return n;
  }
}
