package org.netdissect.results;

import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.SectionFile;

/**
 * Of one layer, for every unit and image, how many pixels of the unit's mask lie in each region of
 * the image; sparse, on disk, read unit by unit. Everything that is scored follows from it.
 *
 * <p>Safe for reading from several threads.
 */
public final class HitTable implements Closeable {
  public static final FileKind KIND = new FileKind("NDHITS", 1);

  private final SectionFile file;
  private final int images;

  private HitTable(SectionFile file, int images) {
    this.file = file;
    this.images = images;
  }

  /**
   * Opens a layer's table.
   *
   * @param path of {@code hits.bin}
   * @param units of the layer
   * @param images of the dissection
   * @throws DamagedException if the file is no such table or damaged
   */
  public static HitTable open(Path path, int units, int images) throws IOException {
    return new HitTable(SectionFile.open(path, KIND, units), images);
  }

  /** As {@link #open(Path, int, int)}, for the file that a result records. */
  public static HitTable open(Path path, int units, int images, @Nullable FileCheck expected)
      throws IOException {
    return new HitTable(SectionFile.open(path, KIND, units, expected), images);
  }

  /**
   * Reads a unit's hits, image by image in ascending number.
   *
   * @throws DamagedException if the file is damaged
   */
  public void read(int unit, Visitor visitor) throws IOException {
    read(unit, image -> 1 << 16, visitor);
  }

  /**
   * As {@link #read(int, Visitor)}, for who knows how many regions each image has.
   *
   * @param regionsOf by number of the image
   */
  public void read(int unit, IntUnaryOperator regionsOf, Visitor visitor) throws IOException {
    ByteBuffer section = file.read(unit);
    try {
      read(section, images, regionsOf, visitor);
    } catch (BufferUnderflowException | IllegalStateException e) {
      throw file.malformed(unit, e);
    }
  }

  /**
   * Decodes a unit's hits.
   *
   * @throws BufferUnderflowException if they are cut
   * @throws IllegalStateException if they make no sense
   */
  public static void read(
      ByteBuffer section, int images, IntUnaryOperator regionsOf, Visitor visitor) {
    int image = -1;
    while (section.hasRemaining()) {
      image += 1 + Bytes.getVarint(section, images - image - 2);
      int most = regionsOf.applyAsInt(image);
      int regions = Bytes.getVarint(section, most);
      int region = -1;
      for (int i = 0; i < regions; i++) {
        region += 1 + Bytes.getVarint(section, most - region - 2);
        visitor.hit(image, region, Bytes.getVarint(section, Integer.MAX_VALUE));
      }
    }
  }

  /**
   * Encodes one image's hits, without the image's number.
   *
   * @param count how many regions the mask touches
   * @param regions the first {@code count} are those regions, ascending
   * @param pixels of the mask, by region
   */
  public static void encode(int count, int[] regions, int[] pixels, Bytes out) {
    out.putVarint(count);
    int last = -1;
    for (int i = 0; i < count; i++) {
      out.putVarint(regions[i] - last - 1);
      out.putVarint(pixels[regions[i]]);
      last = regions[i];
    }
  }

  /** Passes over one image's hits. */
  public static void skip(ByteBuffer in) {
    int regions = Bytes.getVarint(in, 1 << 16);
    for (int i = 0; i < regions; i++) {
      Bytes.getVarint(in);
      Bytes.getVarint(in);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Takes the hits of a unit. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Takes one entry.
     *
     * @param image number of the image in the dissection
     * @param region of the image
     * @param pixels of the unit's mask in it, above 0
     */
    void hit(int image, int region, int pixels);
  }
}
