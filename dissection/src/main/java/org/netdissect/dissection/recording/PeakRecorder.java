package org.netdissect.dissection.recording;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import org.netdissect.base.files.Bytes;

/**
 * The largest activation of every unit on every image while they are recorded: a {@link Spill}
 * whose pieces are a unit's peaks on a block of images.
 */
public final class PeakRecorder implements Peaks, Closeable {
  private final Spill spill;

  private PeakRecorder(Spill spill) {
    this.spill = spill;
  }

  /** As {@link Spill#open}. */
  static PeakRecorder open(Path path, int units, int imageCount, long keep) throws IOException {
    return new PeakRecorder(Spill.open(path, units, imageCount, keep));
  }

  /** What one thread needs for a block; reused. */
  static final class Block {
    private final int[] pieceEnd;
    private final Bytes pieces = new Bytes(1 << 12);

    Block(int units) {
      pieceEnd = new int[units];
    }

    void clear() {
      pieces.clear();
    }

    /** Adds a unit's peaks on the block's images; units come in their order. */
    void add(int unit, float[] peaks, int images) {
      for (int s = 0; s < images; s++) {
        pieces.putFloat(peaks[s]);
      }
      pieceEnd[unit] = pieces.size();
    }
  }

  void append(int[] images, Block block) throws IOException {
    spill.append(images, block.pieces, block.pieceEnd);
  }

  /** As {@link Spill#holds}. */
  boolean holds(BitSet images, int count) {
    return spill.holds(images, count);
  }

  long length() {
    return spill.length();
  }

  /** Copies the file, which holds all that was recorded, for {@link PartPeaks}. */
  public void copyTo(Path file) throws IOException {
    Files.copy(spill.path(), file);
  }

  @Override
  public float[][] read(int first, int end, int images) throws IOException {
    float[][] peaks = new float[end - first][images];
    read(spill, first, end, peaks);
    return peaks;
  }

  /** Reads what a file holds of some units; by unit from {@code first} on and by image. */
  static void read(Spill spill, int first, int end, float[][] peaks) throws IOException {
    for (int s = 0; s < spill.segments(); s++) {
      int[] numbers = spill.segment(s).images();
      ByteBuffer pieces = spill.read(s, first, end);
      for (float[] unit : peaks) {
        for (int image : numbers) {
          unit[image] = pieces.getFloat();
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    spill.close();
  }
}
