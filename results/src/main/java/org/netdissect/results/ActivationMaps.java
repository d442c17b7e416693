package org.netdissect.results;

import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.SectionFile;
import org.netdissect.results.values.TrimmedMap;

/**
 * The trimmed activation maps of one layer: for every unit and image on which it exceeds its
 * threshold, the cells above it and their neighbours. Enough to draw the unit's mask at any size
 * and to apply any stricter threshold.
 *
 * <p>Safe for reading from several threads.
 */
public final class ActivationMaps implements Closeable {
  public static final FileKind KIND = new FileKind("NDMAPS", 1);

  private final SectionFile file;
  private final LayerInfo layer;
  private final int images;

  private ActivationMaps(SectionFile file, LayerInfo layer, int images) {
    this.file = file;
    this.layer = layer;
    this.images = images;
  }

  /**
   * Opens a layer's maps.
   *
   * @param path of {@code maps.bin}
   * @param images of the dissection
   * @throws DissectionException if the file holds no such maps or is damaged
   */
  public static ActivationMaps open(Path path, LayerInfo layer, int images) throws IOException {
    return new ActivationMaps(SectionFile.open(path, KIND, layer.units()), layer, images);
  }

  /** As {@link #open(Path, LayerInfo, int)}, for the file that a result records. */
  public static ActivationMaps open(
      Path path, LayerInfo layer, int images, @Nullable FileCheck expected) throws IOException {
    return new ActivationMaps(SectionFile.open(path, KIND, layer.units(), expected), layer, images);
  }

  /**
   * Reads a unit's maps, image by image in ascending number.
   *
   * @throws DissectionException if the file is damaged
   */
  public void read(int unit, Visitor visitor) throws IOException {
    readTrimmed(
        unit,
        (image, map) -> {
          map.locate();
          visitor.map(image, map.cells, map.index, map.value);
        });
  }

  /** As {@link #read}, for who lays masks; the map is reused. */
  public void readTrimmed(int unit, TrimmedVisitor visitor) throws IOException {
    ByteBuffer section = file.read(unit);
    TrimmedMap map = new TrimmedMap(layer.height(), layer.width());
    try {
      read(section, map, images, visitor);
    } catch (BufferUnderflowException | IllegalStateException e) {
      throw file.malformed(unit, e);
    }
  }

  /**
   * Decodes a unit's maps.
   *
   * @param map for use while reading
   * @throws BufferUnderflowException if they are cut
   * @throws IllegalStateException if they make no sense
   */
  public static void read(ByteBuffer section, TrimmedMap map, int images, TrimmedVisitor visitor) {
    int image = -1;
    while (section.hasRemaining()) {
      image += 1 + Bytes.getVarint(section, images - image - 2);
      map.decode(section);
      visitor.map(image, map);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Takes the maps of a unit. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Takes one map. The arrays are reused: copy what is kept.
     *
     * @param image number of the image in the dissection
     * @param cells how many cells are held
     * @param index y·width + x of each, ascending
     * @param value activation of each
     */
    void map(int image, int cells, int[] index, float[] value);
  }

  /** Takes the maps of a unit. */
  @FunctionalInterface
  public interface TrimmedVisitor {
    /**
     * Takes one map, which is reused.
     *
     * @param image number of the image in the dissection
     */
    void map(int image, TrimmedMap map);
  }
}
