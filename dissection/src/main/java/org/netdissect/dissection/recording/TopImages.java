package org.netdissect.dissection.recording;

import java.nio.ByteBuffer;
import java.util.BitSet;
import org.netdissect.base.files.Bytes;

/**
 * Per unit the images in which its largest activation is highest, ties by image name (ascending).
 * Not synchronised: callers hold a lock per unit.
 */
public final class TopImages {
  private final int depth;
  private final int[] nameRank;
  private final int[][] images;
  private final float[][] peaks;
  private final int[] held;

  /**
   * Empty lists.
   *
   * @param nameRank rank of each image's name in alphabetical order
   */
  public TopImages(int units, int depth, int[] nameRank) {
    this.depth = depth;
    this.nameRank = nameRank;
    images = new int[units][depth];
    peaks = new float[units][depth];
    held = new int[units];
  }

  /** Offers the largest activation of a unit on an image. */
  void offer(int unit, int image, float peak) {
    int[] own = images[unit];
    float[] values = peaks[unit];
    int size = held[unit];
    if (size == depth && !before(peak, image, values[size - 1], own[size - 1])) {
      return;
    }
    int at = size == depth ? size - 1 : size;
    while (at > 0 && before(peak, image, values[at - 1], own[at - 1])) {
      values[at] = values[at - 1];
      own[at] = own[at - 1];
      at--;
    }
    values[at] = peak;
    own[at] = image;
    held[unit] = Math.min(size + 1, depth);
  }

  private boolean before(float peak, int image, float otherPeak, int otherImage) {
    return peak > otherPeak || (peak == otherPeak && nameRank[image] < nameRank[otherImage]);
  }

  public int size(int unit) {
    return held[unit];
  }

  public int image(int unit, int place) {
    return images[unit][place];
  }

  public float peak(int unit, int place) {
    return peaks[unit][place];
  }

  /** Whether a unit's images are of these, each once. */
  boolean isOf(int unit, BitSet read) {
    BitSet found = new BitSet();
    for (int i = 0; i < held[unit]; i++) {
      if (!read.get(images[unit][i]) || found.get(images[unit][i])) {
        return false;
      }
      found.set(images[unit][i]);
    }
    return true;
  }

  public void addAll(int unit, TopImages other, int otherUnit) {
    for (int i = 0; i < other.held[otherUnit]; i++) {
      offer(unit, other.images[otherUnit][i], other.peaks[otherUnit][i]);
    }
  }

  public void encode(int unit, Bytes out) {
    out.putVarint(held[unit]);
    for (int i = 0; i < held[unit]; i++) {
      out.putVarint(images[unit][i]);
      out.putFloat(peaks[unit][i]);
    }
  }

  void decode(int unit, ByteBuffer in) {
    int count = Bytes.getVarint(in, depth);
    for (int i = 0; i < count; i++) {
      int image = Bytes.getVarint(in, nameRank.length - 1);
      offer(unit, image, in.getFloat());
    }
  }
}
