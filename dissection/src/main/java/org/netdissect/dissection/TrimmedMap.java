package org.netdissect.dissection;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * One unit's activation map on one image, cut down to the cells that can matter: those above a
 * bound and their eight neighbours, which are all that bilinear interpolation above the bound
 * needs. Reused from map to map.
 *
 * <p>Encoding: the number of runs, then each run of cells in row-major order as its distance from
 * the end of the run before and its length (all LEB128), then the values of the cells as
 * little-endian floats.
 */
final class TrimmedMap {
  final int height;
  final int width;

  private final long[] marked;

  /** In turn the distance of a run of held cells from the end of the one before, and its length. */
  final int[] runs;

  /** How many numbers of {@link #runs} count. */
  int runCount;

  /** Cells held, in row-major order. */
  int cells;

  /** Index y·width + x of each cell, once it has been asked for by {@link #locate}. */
  final int[] index;

  /** Value of each cell. */
  final float[] value;

  TrimmedMap(int height, int width) {
    this.height = height;
    this.width = width;
    int size = height * width;
    marked = new long[(size + 63) / 64 + 1];
    runs = new int[size + 2];
    index = new int[size];
    value = new float[size];
  }

  /**
   * Takes from a dense map the cells above the bound and their neighbours.
   *
   * @param map values in row-major order from {@code offset}
   * @param peaks the largest of each stretch of them, as {@link BinCounter#count} gives it
   * @param at where in {@code peaks}
   * @return whether any value is above the bound
   */
  boolean trim(float[] map, int offset, float bound, int[] peaks, int at) {
    int size = height * width;
    int hot = 0;
    int edge = key(bound + 0f);
    for (int from = 0, stretch = at; from < size; from += BinCounter.STRETCH, stretch++) {
      // Where the bound is negative, the peaks do not tell.
      if (edge < 0 || peaks[stretch] > edge) {
        hot = above(edge, map, offset, from, Math.min(from + BinCounter.STRETCH, size), hot);
      }
    }
    for (int i = 0; i < hot; i++) {
      mark(index[i]);
    }
    if (hot > 0) {
      collect(map, offset);
    }
    return hot > 0;
  }

  /** Lists the cells above a bound; they come in no order that a processor could foresee. */
  private int above(long edge, float[] map, int offset, int from, int to, int listed) {
    int hot = listed;
    for (int i = from; i < to; i++) {
      index[hot] = i;
      hot += (int) ((edge - key(map[offset + i])) >>> 63);
    }
    return hot;
  }

  /** Floats as integers in the same order, signed; −0 is just below 0. */
  private static int key(float value) {
    return ValueHistograms.key(value) ^ Integer.MIN_VALUE;
  }

  /**
   * As {@link #trim}, from the cells that this map holds now: a stricter bound on the same map.
   *
   * @param scratch as large as the dense map
   */
  boolean trimFurther(float bound, float[] scratch) {
    boolean any = false;
    int at = 0;
    int c = 0;
    for (int r = 0; r < runCount; r += 2) {
      at += runs[r];
      for (int end = c + runs[r + 1]; c < end; c++, at++) {
        if (value[c] > bound) {
          any = true;
          mark(at);
        }
      }
    }
    if (!any) {
      return false;
    }
    if (marks() == cells) {
      Arrays.fill(marked, 0);
    } else {
      scatter(scratch);
      collect(scratch, 0);
    }
    return true;
  }

  private int marks() {
    int marks = 0;
    for (long word : marked) {
      marks += Long.bitCount(word);
    }
    return marks;
  }

  /** Fills {@link #index}. */
  void locate() {
    int at = 0;
    int c = 0;
    for (int r = 0; r < runCount; r += 2) {
      at += runs[r];
      for (int end = c + runs[r + 1]; c < end; c++) {
        index[c] = at++;
      }
    }
  }

  /** Writes the held cells into a dense map; others keep what they were. */
  void scatter(float[] map) {
    int at = 0;
    int c = 0;
    for (int r = 0; r < runCount; r += 2) {
      at += runs[r];
      for (int end = c + runs[r + 1]; c < end; c++) {
        map[at++] = value[c];
      }
    }
  }

  private void mark(int cell) {
    int y = cell / width;
    int x = cell - y * width;
    int from = Math.max(x - 1, 0);
    int to = Math.min(x + 1, width - 1);
    int lastRow = Math.min(y + 1, height - 1);
    for (int row = Math.max(y - 1, 0); row <= lastRow; row++) {
      for (int i = row * width + from; i <= row * width + to; i++) {
        marked[i >> 6] |= 1L << i;
      }
    }
  }

  /** Turns the marks into runs and values, and clears them. */
  private void collect(float[] map, int offset) {
    cells = 0;
    runCount = 0;
    int end = 0;
    for (int word = 0; word < marked.length; word++) {
      long bits = marked[word];
      marked[word] = 0;
      while (bits != 0) {
        int from = Long.numberOfTrailingZeros(bits);
        int length = Long.numberOfTrailingZeros(~(bits >>> from));
        int first = (word << 6) + from;
        // A run may go on from the word before.
        if (first != end || runCount == 0) {
          runs[runCount++] = first - end;
          runs[runCount++] = 0;
        }
        runs[runCount - 1] += length;
        end = first + length;
        // Runs are short.
        for (int i = offset + first; i < offset + end; i++) {
          value[cells++] = map[i];
        }
        bits = from + length < 64 ? bits >>> (from + length) << (from + length) : 0;
      }
    }
  }

  void encode(Bytes out) {
    out.putVarint(runCount / 2);
    for (int i = 0; i < runCount; i++) {
      out.putVarint(runs[i]);
    }
    out.putFloats(value, cells);
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalStateException or java.nio.BufferUnderflowException if the bytes are no map of
   *     this size
   */
  void decode(ByteBuffer in) {
    int count = Bytes.getVarint(in, height * width);
    cells = 0;
    runCount = 0;
    int at = 0;
    for (int r = 0; r < count; r++) {
      int gap = Bytes.getVarint(in, height * width - at);
      int length = Bytes.getVarint(in, height * width - at - gap);
      if (length == 0 || (gap == 0 && r > 0)) {
        throw new IllegalStateException("runs of cells touch or are empty");
      }
      runs[runCount++] = gap;
      runs[runCount++] = length;
      at += gap + length;
      cells += length;
    }
    Bytes.getFloats(in, value, cells);
  }
}
