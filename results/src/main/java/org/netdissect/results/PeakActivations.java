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

/**
 * Of one layer, the largest activation of every unit on every image, exactly: one bit an image and
 * four bytes for each that is not zero. Safe for concurrent reading.
 */
public final class PeakActivations implements Closeable {
  public static final FileKind KIND = new FileKind("NDPEAKS", 1);

  private final SectionFile file;
  private final int images;

  private PeakActivations(SectionFile file, int images) {
    this.file = file;
    this.images = images;
  }

  /**
   * Opens the file that a result records.
   *
   * @param images of the dissection
   */
  public static PeakActivations open(Path path, int units, int images, @Nullable FileCheck expected)
      throws IOException {
    return new PeakActivations(SectionFile.open(path, KIND, units, expected), images);
  }

  /**
   * Reads a unit.
   *
   * @return the largest activation by image; 0 for images that could not be read
   * @throws DissectionException if the file is damaged
   */
  public float[] read(int unit) throws IOException {
    ByteBuffer in = file.read(unit);
    try {
      float[] peaks = new float[images];
      byte[] held = new byte[bytes(images)];
      in.get(held);
      for (int image = 0; image < images; image++) {
        if ((held[image >> 3] >> (image & 7) & 1) != 0) {
          peaks[image] = in.getFloat();
          if (!Float.isFinite(peaks[image])) {
            throw new IllegalStateException("a peak is no finite number");
          }
        }
      }
      if (in.hasRemaining()) {
        throw new IllegalStateException("more peaks than images");
      }
      return peaks;
    } catch (BufferUnderflowException | IllegalStateException e) {
      throw file.malformed(unit, e);
    }
  }

  /** Encodes a unit's peaks by image. */
  public static void encode(float[] peaks, Bytes out) {
    byte[] held = new byte[bytes(peaks.length)];
    for (int image = 0; image < peaks.length; image++) {
      if (peaks[image] != 0) {
        held[image >> 3] |= (byte) (1 << (image & 7));
      }
    }
    out.put(held, 0, held.length);
    for (float peak : peaks) {
      if (peak != 0) {
        out.putFloat(peak);
      }
    }
  }

  private static int bytes(int images) {
    return (images + 7) / 8;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
