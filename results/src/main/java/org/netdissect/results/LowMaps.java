package org.netdissect.results;

import java.io.Closeable;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.SectionFile;
import org.netdissect.results.ActivationMaps.TrimmedVisitor;
import org.netdissect.results.values.TrimmedMap;

/**
 * Activation maps of one layer that reach below the thresholds: for every unit its floor, the value
 * that the share of its activations exceeds that was to be kept, and for each image on which it
 * exceeds its floor the cells above it and their neighbours. Enough for the unit's mask at any
 * threshold from its floor on.
 *
 * <p>Safe for reading from several threads.
 */
public final class LowMaps implements Closeable {
  public static final FileKind KIND = new FileKind("NDLOWMA", 1);

  /** Its name beside the layer's other tables. */
  public static final String FILE = "low-maps.bin";

  private final SectionFile file;
  private final LayerInfo layer;
  private final int images;

  private LowMaps(SectionFile file, LayerInfo layer, int images) {
    this.file = file;
    this.layer = layer;
    this.images = images;
  }

  /** Opens the file that a result records. */
  static LowMaps open(Path path, LayerInfo layer, int images, @Nullable FileCheck expected)
      throws IOException {
    return new LowMaps(SectionFile.open(path, KIND, layer.units(), expected), layer, images);
  }

  /** Writes what a unit's section begins with. */
  public static void encodeFloor(float floor, Bytes out) {
    out.putFloat(floor);
  }

  /**
   * Reads what a unit's section begins with.
   *
   * @throws BufferUnderflowException if it is cut
   * @throws IllegalStateException if it is no floor
   */
  public static float decodeFloor(ByteBuffer section) {
    float floor = section.getFloat();
    if (!Float.isFinite(floor)) {
      throw new IllegalStateException("no floor");
    }
    return floor;
  }

  /**
   * Reads a unit's maps.
   *
   * @throws DissectionException if the file is damaged
   */
  public OfUnit read(int unit) throws IOException {
    ByteBuffer section = file.read(unit);
    try {
      return new OfUnit(unit, decodeFloor(section), section);
    } catch (BufferUnderflowException | IllegalStateException e) {
      throw file.malformed(unit, e);
    }
  }

  /** The maps of one unit. One thread at a time. */
  public final class OfUnit {
    private final int unit;
    private final float floor;
    private final ByteBuffer maps;

    private OfUnit(int unit, float floor, ByteBuffer maps) {
      this.unit = unit;
      this.floor = floor;
      this.maps = maps;
    }

    /** All of its activations above this are there. */
    public float floor() {
      return floor;
    }

    /**
     * Visits the maps, image by image in ascending number; may be called again.
     *
     * @throws DissectionException if the file is damaged
     */
    public void visit(TrimmedVisitor visitor) throws IOException {
      TrimmedMap map = new TrimmedMap(layer.height(), layer.width());
      try {
        ActivationMaps.read(maps.duplicate().order(ByteOrder.LITTLE_ENDIAN), map, images, visitor);
      } catch (BufferUnderflowException | IllegalStateException e) {
        throw file.malformed(unit, e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
