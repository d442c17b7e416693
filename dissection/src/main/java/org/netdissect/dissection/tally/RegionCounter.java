package org.netdissect.dissection.tally;

import java.util.Arrays;
import org.netdissect.base.files.Bytes;
import org.netdissect.dissection.rules.AxisInterpolation;
import org.netdissect.dissection.rules.MaskGeometry;
import org.netdissect.results.HitTable;
import org.netdissect.results.values.TrimmedMap;

/**
 * Lays a unit's mask over an image and counts its pixels by region. The mask is the bilinear
 * interpolation of the activation map, rounded to float, where it is above the threshold
 * (strictly).
 *
 * <p>Interpolation never exceeds the four activations around a pixel, so only spans between
 * activations of which at least one is above the threshold are visited: with masks of half a
 * percent that is a few of them.
 *
 * <p>Invariant: the counts of a mask sum to its pixels. One thread at a time.
 */
public final class RegionCounter {
  private static final int MANY = 32;

  private final int width;
  private final float[] dense;
  private final long[] spans;
  private int[] hits = new int[64];
  private int[] touched = new int[64];
  private int touchedCount;
  private long pixels;

  /** What a value in double must exceed to be, rounded to float, above the threshold. */
  private double limit;

  /** For activation maps of this size. */
  public RegionCounter(int height, int width) {
    this.width = width;
    dense = new float[height * width];
    spans = new long[((height + 1) * (width + 1) + 63) / 64];
  }

  /**
   * Counts a mask.
   *
   * @param map holds at least all cells above the threshold and their neighbours
   * @param regionMap the region of each mask pixel, row-major
   * @param regions how many regions the image has
   * @return the number of pixels of the mask
   */
  public long count(
      TrimmedMap map, float threshold, MaskGeometry geometry, char[] regionMap, int regions) {
    if (hits.length < regions) {
      hits = new int[regions];
      touched = new int[regions];
    }
    for (int i = 0; i < touchedCount; i++) {
      hits[touched[i]] = 0;
    }
    touchedCount = 0;
    pixels = 0;
    limit = limit(threshold);
    map.scatter(dense);
    int cell = 0;
    int c = 0;
    for (int r = 0; r < map.runCount; r += 2) {
      cell += map.runs[r];
      for (int end = c + map.runs[r + 1]; c < end; c++, cell++) {
        if (map.value[c] > threshold) {
          // The activation is a corner of the four spans around it.
          int span = cell + cell / width;
          markSpan(span);
          markSpan(span + 1);
          markSpan(span + width + 1);
          markSpan(span + width + 2);
        }
      }
    }
    for (int word = 0; word < spans.length; word++) {
      long bits = spans[word];
      spans[word] = 0;
      while (bits != 0) {
        int span = (word << 6) + Long.numberOfTrailingZeros(bits);
        bits &= bits - 1;
        visit(span / (width + 1), span % (width + 1), geometry, regionMap);
      }
    }
    sortTouched();
    assert sum() == pixels : "the counts of a mask sum to its pixels";
    return pixels;
  }

  /** A mask touches few regions, mostly in order. */
  private void sortTouched() {
    if (touchedCount > MANY) {
      Arrays.sort(touched, 0, touchedCount);
      return;
    }
    for (int i = 1; i < touchedCount; i++) {
      int region = touched[i];
      int at = i;
      for (; at > 0 && touched[at - 1] > region; at--) {
        touched[at] = touched[at - 1];
      }
      touched[at] = region;
    }
  }

  private void markSpan(int span) {
    spans[span >> 6] |= 1L << span;
  }

  /**
   * The largest double that rounds to the threshold or below: the middle between it and the next
   * float, or just under the middle where that rounds up (ties go to the even float).
   */
  public static double limit(float threshold) {
    double middle = ((double) threshold + Math.nextUp(threshold)) / 2;
    return (float) middle > threshold ? Math.nextDown(middle) : middle;
  }

  private void visit(int spanY, int spanX, MaskGeometry geometry, char[] regionMap) {
    AxisInterpolation axisY = geometry.y();
    AxisInterpolation axisX = geometry.x();
    int fromX = axisX.start[spanX];
    int toX = axisX.start[spanX + 1];
    int fromY = axisY.start[spanY];
    int toY = axisY.start[spanY + 1];
    if (fromX == toX || fromY == toY) {
      return;
    }
    int rowAbove = axisY.lower[fromY] * width;
    int rowBelow = axisY.upper[fromY] * width;
    int left = axisX.lower[fromX];
    int right = axisX.upper[fromX];
    double topLeft = dense[rowAbove + left];
    double topRight = dense[rowAbove + right];
    double bottomLeft = dense[rowBelow + left];
    double bottomRight = dense[rowBelow + right];
    double[] fraction = axisX.fraction;
    if (toX - fromX == 1 && toY - fromY == 1) {
      double fractionY = axisY.fraction[fromY];
      double start = topLeft + (bottomLeft - topLeft) * fractionY;
      double end = topRight + (bottomRight - topRight) * fractionY;
      if (start + (end - start) * fraction[fromX] > limit) {
        add(regionMap[fromY * axisX.pixels + fromX], 1);
      }
      return;
    }
    double first = fraction[fromX];
    double last = fraction[toX - 1];
    double perFraction = (toX - 1 - fromX) / (last - first);
    // Neighbouring rows are mostly of one region: they are counted together.
    int region = -1;
    int count = 0;
    for (int y = fromY; y < toY; y++) {
      double fractionY = axisY.fraction[y];
      double start = topLeft + (bottomLeft - topLeft) * fractionY;
      double end = topRight + (bottomRight - topRight) * fractionY;
      // Rounding keeps order, so values only rise or only fall along the row: what is lit is one
      // run of pixels at one of its ends.
      double slope = end - start;
      int litFrom = fromX;
      int litTo = toX;
      boolean leftLit = start + slope * first > limit;
      boolean rightLit = start + slope * last > limit;
      if (leftLit != rightLit) {
        // Where it ends is about here; the pixels themselves decide.
        int edge = fromX + 1 + (int) (((limit - start) / slope - first) * perFraction);
        edge = Math.max(fromX + 1, Math.min(toX - 1, edge));
        while ((start + slope * fraction[edge - 1] > limit) != leftLit) {
          edge--;
        }
        while ((start + slope * fraction[edge] > limit) == leftLit) {
          edge++;
        }
        if (leftLit) {
          litTo = edge;
        } else {
          litFrom = edge;
        }
      } else if (!leftLit) {
        continue;
      }
      int x = y * axisX.pixels + litFrom;
      int to = y * axisX.pixels + litTo;
      while (x < to) {
        int from = x;
        int here = regionMap[from];
        do {
          x++;
        } while (x < to && regionMap[x] == here);
        if (here != region) {
          add(region, count);
          region = here;
          count = 0;
        }
        count += x - from;
      }
    }
    add(region, count);
  }

  private void add(int region, int count) {
    if (count > 0) {
      if (hits[region] == 0) {
        touched[touchedCount++] = region;
      }
      hits[region] += count;
      pixels += count;
    }
  }

  private long sum() {
    long sum = 0;
    for (int i = 0; i < touchedCount; i++) {
      sum += hits[touched[i]];
    }
    return sum;
  }

  /** Regions that the last mask touches. */
  public int touched() {
    return touchedCount;
  }

  /** The i-th region touched, ascending. */
  public int region(int i) {
    return touched[i];
  }

  /** Pixels of the last mask in a region. */
  public int pixels(int region) {
    return hits[region];
  }

  /** Encodes the last mask's pixels by region as the table of hits has them. */
  void encode(Bytes out) {
    HitTable.encode(touchedCount, touched, hits, out);
  }
}
