package org.netdissect.results.values;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.netdissect.base.files.Bytes;

/**
 * One unit's activation map on one image, cut down to the cells that can matter: those above a
 * bound and their eight neighbours, which are all that bilinear interpolation above the bound
 * needs. Reused from map to map.
 *
 * <p>Encoding: the number of runs, then each run of cells in row-major order as its distance from
 * the end of the run before and its length (all LEB128), then the values of the cells as
 * little-endian floats.
 */
public final class TrimmedMap {
  final int height;
  final int width;

  // Sets of cells, a bit each, in words of 64; the words are as many as the stretches of a map.

  /** Those above the bound. */
  private final long[] hot;

  /** Those and their neighbours to the left and right. */
  private final long[] beside;

  /** All that is to be held. */
  private final long[] marked;

  private final long[] notFirstColumn;
  private final long[] notLastColumn;

  /** In turn the distance of a run of held cells from the end of the one before, and its length. */
  public final int[] runs;

  /** How many numbers of {@link #runs} count. */
  public int runCount;

  /** Cells held, in row-major order. */
  public int cells;

  /** Index y·width + x of each cell, once it has been asked for by {@link #locate}. */
  public final int[] index;

  /** Value of each cell. */
  public final float[] value;

  public TrimmedMap(int height, int width) {
    this.height = height;
    this.width = width;
    int size = height * width;
    int words = BinCounter.stretches(size);
    hot = new long[words];
    beside = new long[words];
    marked = new long[words];
    notFirstColumn = new long[words];
    notLastColumn = new long[words];
    for (int i = 0; i < size; i++) {
      notFirstColumn[i >> 6] |= i % width != 0 ? 1L << i : 0;
      notLastColumn[i >> 6] |= i % width != width - 1 ? 1L << i : 0;
    }
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
  public boolean trim(float[] map, int offset, float bound, int[] peaks, int at) {
    int size = height * width;
    int edge = key(bound + 0f);
    long any = 0;
    for (int word = 0; word < hot.length; word++) {
      int from = word * BinCounter.STRETCH;
      // Where the bound is negative, the peaks do not tell.
      hot[word] =
          edge < 0 || peaks[at + word] > edge
              ? above(edge, map, offset + from, Math.min(BinCounter.STRETCH, size - from))
              : 0;
      any |= hot[word];
    }
    if (any == 0) {
      return false;
    }
    markNeighbours();
    collect(map, offset);
    return true;
  }

  /** Which of at most 64 cells are above a bound: they come in no order that could be foreseen. */
  private static long above(long edge, float[] map, int offset, int count) {
    long bits = 0;
    for (int i = 0; i < count; i++) {
      bits |= ((edge - key(map[offset + i])) >>> 63) << i;
    }
    return bits;
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
  public boolean trimFurther(float bound, float[] scratch) {
    long edge = key(bound + 0f);
    long any = 0;
    int at = 0;
    int c = 0;
    for (int r = 0; r < runCount; r += 2) {
      at += runs[r];
      for (int end = c + runs[r + 1]; c < end; c++, at++) {
        long above = (edge - key(value[c])) >>> 63;
        hot[at >> 6] |= above << at;
        any |= above;
      }
    }
    if (any == 0) {
      return false;
    }
    markNeighbours();
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
  public void locate() {
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
  public void scatter(float[] map) {
    int at = 0;
    int c = 0;
    for (int r = 0; r < runCount; r += 2) {
      at += runs[r];
      for (int end = c + runs[r + 1]; c < end; c++) {
        map[at++] = value[c];
      }
    }
  }

  /** Marks the cells that are hot, and the eight around each; forgets which are hot. */
  private void markNeighbours() {
    int words = hot.length;
    long before = 0;
    for (int w = 0; w < words; w++) {
      long here = hot[w];
      hot[w] = 0;
      long right = here & notLastColumn[w];
      long next = w + 1 < words ? hot[w + 1] & notFirstColumn[w + 1] : 0;
      beside[w] = here | right << 1 | before | (here & notFirstColumn[w]) >>> 1 | next << 63;
      before = right >>> 63;
    }
    int rowWords = width >> 6;
    for (int w = 0; w < words; w++) {
      // Of two words each; a shift by 64 in two steps.
      long above = word(w - rowWords) << width | word(w - rowWords - 1) >>> 1 >>> ~width;
      long below = word(w + rowWords) >>> width | word(w + rowWords + 1) << 1 << ~width;
      marked[w] = beside[w] | above | below;
    }
    int rest = height * width & 63;
    if (rest != 0) {
      marked[words - 1] &= (1L << rest) - 1;
    }
  }

  private long word(int w) {
    return w >= 0 && w < beside.length ? beside[w] : 0;
  }

  /** Turns the marks into runs and values, and clears them. */
  private void collect(float[] map, int offset) {
    int held = 0;
    int edges = 0;
    int edge = 0;
    long before = 0;
    for (int word = 0; word < marked.length; word++) {
      long bits = marked[word];
      if ((bits | before) == 0) {
        continue;
      }
      marked[word] = 0;
      int first = word << 6;
      // A run begins or ends where a cell is not as the one before.
      for (long left = bits ^ (bits << 1 | before); left != 0; left &= left - 1) {
        int next = first + Long.numberOfTrailingZeros(left);
        runs[edges++] = next - edge;
        edge = next;
      }
      before = bits >>> 63;
      for (long left = bits; left != 0; left &= left - 1) {
        value[held++] = map[offset + first + Long.numberOfTrailingZeros(left)];
      }
    }
    if (before != 0) {
      runs[edges++] = height * width - edge;
    }
    cells = held;
    runCount = edges;
  }

  public void encode(Bytes out) {
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
  public void decode(ByteBuffer in) {
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
