package org.netdissect.dissection.recording;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.netdissect.base.files.DamagedException;

/**
 * The peaks of a layer that were recorded in parts; each part's file is opened while it is read.
 */
public final class PartPeaks implements Peaks {
  private final List<Part> parts;
  private final int units;

  /**
   * The file of a part.
   *
   * @param file that {@link PeakRecorder#copyTo} wrote
   * @param read numbers of the images that it must tell of
   */
  public record Part(Path file, BitSet read) {
    private Spill open(int units, int images) throws IOException {
      Spill spill = Spill.openWhole(file, units, images);
      if (!spill.holds(read, spill.segments())) {
        spill.close();
        throw new DamagedException(file, "it is of other images", null);
      }
      return spill;
    }
  }

  /**
   * Of parts.
   *
   * @param units of the layer
   */
  public PartPeaks(List<Part> parts, int units) {
    this.parts = List.copyOf(parts);
    this.units = units;
  }

  /**
   * Whether a part's file is there and sound.
   *
   * @param units of its layer
   * @param images of the dissection
   */
  public static boolean isWhole(Path file, int units, int images) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    try (Spill spill = Spill.openWhole(file, units, images)) {
      for (int s = 0; s < spill.segments(); s++) {
        spill.read(s, 0, units);
      }
      return true;
    } catch (DamagedException e) {
      return false;
    }
  }

  @Override
  public float[][] read(int first, int end, int images) throws IOException {
    float[][] peaks = new float[end - first][images];
    for (Part part : parts) {
      try (Spill spill = part.open(units, images)) {
        PeakRecorder.read(spill, first, end, peaks);
      }
    }
    return peaks;
  }
}
