package org.netdissect.concepts.atlas;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.pictures.UnreadableImageException;

/** One image, ready to be written into an atlas. A plain class, since arrays have no equality. */
final class CompiledImage {
  /** The bytes of a region map that is not at hand. */
  static final byte[] NOTHING = {};

  private final AtlasImage image;
  private final int[] pixels;
  private final int[][] labels;
  private final byte[] regionMap;
  private final byte[] digest;

  private CompiledImage(
      AtlasImage image, int[] pixels, int[][] labels, byte[] regionMap, byte[] digest) {
    this.image = image;
    this.pixels = pixels;
    this.labels = labels;
    this.regionMap = regionMap;
    this.digest = digest;
  }

  /**
   * An image that was compiled before.
   *
   * @param regionMap none when it stands in the file already
   */
  static CompiledImage of(
      ImageRow row,
      int[] pixels,
      int[][] labels,
      long dataCategories,
      @Nullable String problem,
      byte[] digest,
      byte[] regionMap) {
    return new CompiledImage(
        image(row, pixels.length, dataCategories, problem), pixels, labels, regionMap, digest);
  }

  /** Reads and compiles an image. */
  static CompiledImage of(ConceptDataset data, ImageRow row) throws DataException {
    Canonical c = new Canonical();
    c.put(row.name());
    c.put(row.split());
    c.put(row.photoHeight());
    c.put(row.photoWidth());
    c.put(row.maskHeight());
    c.put(row.maskWidth());
    Regions regions;
    long dataCategories;
    try {
      AnnotatedImage annotated = data.annotate(row);
      if (annotated.maskHeight() != row.maskHeight() || annotated.maskWidth() != row.maskWidth()) {
        throw new IllegalStateException("masks of another size than told for " + row.name());
      }
      regions = Regions.of(annotated);
      dataCategories = annotated.dataCategories();
    } catch (UnreadableImageException e) {
      c.put("unreadable");
      return of(row, new int[0], new int[0][], 0, e.getMessage(), c.digest.digest(), NOTHING);
    }
    int count = regions.pixels.length;
    byte[] regionMap = encode(regions.map, count);
    c.put((int) dataCategories);
    c.put((int) (dataCategories >>> 32));
    c.put(count);
    for (int[] labels : regions.labels) {
      c.put(labels.length);
      for (int label : labels) {
        c.put(label);
      }
    }
    c.digest.update(regionMap);
    return new CompiledImage(
        image(row, count, dataCategories, null),
        regions.pixels,
        regions.labels,
        regionMap,
        c.digest.digest());
  }

  private static AtlasImage image(
      ImageRow row, int regions, long dataCategories, @Nullable String problem) {
    return new AtlasImage(
        row.name(),
        row.split(),
        row.photoHeight(),
        row.photoWidth(),
        row.maskHeight(),
        row.maskWidth(),
        regions,
        dataCategories,
        problem);
  }

  /** One byte a pixel where that suffices, else two; a whole number of 8 bytes. */
  private static byte[] encode(char[] map, int regions) {
    byte[] bytes = new byte[Math.toIntExact(AtlasReader.mapBytes(map.length, regions))];
    if (regions <= 256) {
      for (int p = 0; p < map.length; p++) {
        bytes[p] = (byte) map[p];
      }
    } else {
      for (int p = 0; p < map.length; p++) {
        bytes[2 * p] = (byte) map[p];
        bytes[2 * p + 1] = (byte) (map[p] >>> 8);
      }
    }
    return bytes;
  }

  AtlasImage image() {
    return image;
  }

  /** Why it takes no part; null when all is well. */
  @Nullable String problem() {
    return image.problem();
  }

  long dataCategories() {
    return image.dataCategories();
  }

  /** Pixels of each region; none when there is a problem. */
  int[] pixels() {
    return pixels;
  }

  /** Labels of each region, as in {@link Regions}. */
  int[][] labels() {
    return labels;
  }

  /** Bytes of the region map; none when it stands in the file already. */
  byte[] regionMap() {
    return regionMap;
  }

  /** SHA-256 of what the data set says of the image. */
  byte[] digest() {
    return digest;
  }

  /** A digest over values whose ends are told, so that no two sequences run together. */
  static final class Canonical {
    final MessageDigest digest = Digests.sha256();
    private final ByteBuffer four = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);

    void put(int value) {
      digest.update(four.putInt(0, value).array());
    }

    void put(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      put(bytes.length);
      digest.update(bytes);
    }
  }
}
