package org.netdissect.results.values;

import java.util.Arrays;

/**
 * Counts the values of one unit on some images by the upper sixteen bits of the float, before they
 * are added to its {@link ValueHistograms} all at once: so the innermost loop works on one table
 * that stays in the nearest cache, whatever the number of units.
 *
 * <p>Values are counted in two tables in turn: behind a ReLU most are zeros, and counting the same
 * bin twice running would wait for the first to be stored.
 *
 * <p>One thread at a time.
 */
public final class BinCounter {
  /** Values of a map whose largest is told at a time. */
  static final int STRETCH = 64;

  /** The bits of a float but for its sign. */
  private static final int SIZE = 0x7fffffff;

  private static final int PAGE = ValueHistograms.PAGE;

  /** The upper half of the bits of −0. */
  private static final int NEGATIVE_ZERO = 1 << 15;

  /** The upper half of the bits of infinity. */
  private static final int INFINITE = 0x7f80;

  private final int[] even = new int[1 << 16];
  private final int[] odd = new int[1 << 16];
  private int zeros;
  private int negativeZeros;
  private int counted;

  /** How many stretches so many values make. */
  public static int stretches(int length) {
    return (length + STRETCH - 1) / STRETCH;
  }

  /**
   * Counts values; −0 counts as 0.
   *
   * @param peaks is given for each stretch of {@link #STRETCH} values, in order, the largest one's
   *     bits; if they are negative, all values of the stretch are, and any may be the largest
   * @param at where in {@code peaks}
   * @return the largest value; without meaning if one of them is no finite number, which {@link
   *     #isFinite} tells
   */
  public float count(float[] values, int offset, int length, int[] peaks, int at) {
    int negativeTiny = even[NEGATIVE_ZERO] + odd[NEGATIVE_ZERO];
    int end = offset + length;
    int largest = Integer.MIN_VALUE;
    for (int from = offset, to = at; from < end; from += STRETCH, to++) {
      peaks[to] = countStretch(values, from, Math.min(from + STRETCH, end));
      largest = Math.max(largest, peaks[to]);
    }
    counted += length;
    if (even[NEGATIVE_ZERO] + odd[NEGATIVE_ZERO] != negativeTiny) {
      countNegativeZeros(values, offset, end);
    }
    return largest >= 0 ? Float.intBitsToFloat(largest) : max(values, offset, end);
  }

  /** Gives the largest bits: ordered as integers, any positive float is above any negative one. */
  private int countStretch(float[] values, int from, int to) {
    int[] first = even;
    int[] second = odd;
    int i = from;
    int largest = Integer.MIN_VALUE;
    int zero = 0;
    if ((to - from & 1) != 0) {
      int a = Float.floatToRawIntBits(values[i++]);
      first[a >>> 16]++;
      largest = a;
      zero = ((a & SIZE) - 1) >>> 31;
    }
    for (; i < to; i += 2) {
      int a = Float.floatToRawIntBits(values[i]);
      int b = Float.floatToRawIntBits(values[i + 1]);
      first[a >>> 16]++;
      second[b >>> 16]++;
      largest = Math.max(largest, Math.max(a, b));
      zero += (((a & SIZE) - 1) >>> 31) + (((b & SIZE) - 1) >>> 31);
    }
    zeros += zero;
    return largest;
  }

  private void countNegativeZeros(float[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      negativeZeros += Float.floatToRawIntBits(values[i]) == Integer.MIN_VALUE ? 1 : 0;
    }
  }

  private static float max(float[] values, int from, int to) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      max = Math.max(max, values[i]);
    }
    // −0 becomes 0.
    return max + 0f;
  }

  /** How many values were counted. */
  int counted() {
    return counted;
  }

  /** How many of them are zero. */
  int zeros() {
    return zeros;
  }

  /** Whether all values counted are finite numbers. */
  boolean isFinite() {
    int sum = 0;
    for (int i = INFINITE; i < INFINITE + PAGE / 2; i++) {
      sum += even[i] + odd[i] + even[NEGATIVE_ZERO + i] + odd[NEGATIVE_ZERO + i];
    }
    return sum == 0;
  }

  /** Takes the zeros out of their bins; to be called once, before these are asked for. */
  void setZerosApart() {
    even[0] += odd[0] - (zeros - negativeZeros);
    odd[0] = 0;
    even[NEGATIVE_ZERO] += odd[NEGATIVE_ZERO] - negativeZeros;
    odd[NEGATIVE_ZERO] = 0;
  }

  /** Values counted in a page of bins. */
  int sum(int page) {
    return sum(page, 0);
  }

  /** Values counted in a page of bins, in those from {@code first} within the page. */
  int sum(int page, int first) {
    int from = code(page);
    int to = from + PAGE;
    if (page >= PAGE / 2) {
      from += first;
    } else {
      // The larger a negative number's bits, the smaller it is.
      to -= first;
    }
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += even[i] + odd[i];
    }
    return sum;
  }

  /** Adds the counts of a page of bins to others. */
  void addTo(int[] counts, int page) {
    int code = code(page);
    if (page >= PAGE / 2) {
      for (int i = 0; i < PAGE; i++) {
        counts[i] += even[code + i] + odd[code + i];
      }
    } else {
      for (int i = 0; i < PAGE; i++) {
        counts[PAGE - 1 - i] += even[code + i] + odd[code + i];
      }
    }
  }

  /** Forgets a page of bins. */
  void clear(int page) {
    int code = code(page);
    Arrays.fill(even, code, code + PAGE, 0);
    Arrays.fill(odd, code, code + PAGE, 0);
  }

  /** Forgets how many values there were; all pages are clear. */
  void reset() {
    zeros = 0;
    negativeZeros = 0;
    counted = 0;
  }

  /** Where a page begins in the tables, which are in the order of the floats' bits. */
  private static int code(int page) {
    return (page >= PAGE / 2 ? page - PAGE / 2 : PAGE - 1 - page) * PAGE;
  }
}
