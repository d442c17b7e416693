package org.netdissect.dissection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.netdissect.base.files.Bytes;
import org.netdissect.dissection.tally.RegionCounter;
import org.netdissect.results.values.BinCounter;
import org.netdissect.results.values.TrimmedMap;
import org.netdissect.results.values.ValueHistograms;

/** The innermost loops against what they stand for, on random values. */
class KernelsTest {
  /** Floats of every size and sign, often with a small neighbourhood of each other. */
  private static float any(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> 0f;
      case 1 -> -0f;
      case 2 -> (float) random.nextGaussian();
      case 3 -> Math.max(0f, (float) random.nextGaussian());
      case 4 -> Float.MIN_VALUE * (random.nextInt(7) - 3);
      default -> {
        float value = Float.intBitsToFloat(random.nextInt());
        yield Float.isFinite(value) ? value : Float.MAX_VALUE;
      }
    };
  }

  @Test
  void aDoubleAboveTheLimitIsOneThatRoundsToAFloatAboveTheThreshold() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 100_000; i++) {
      float threshold = any(random);
      double limit = RegionCounter.limit(threshold);
      double middle = ((double) threshold + Math.nextUp(threshold)) / 2;
      for (double value :
          new double[] {
            threshold,
            Math.nextUp(threshold),
            middle,
            Math.nextUp(middle),
            Math.nextDown(middle),
            any(random),
            threshold + random.nextGaussian() * Math.ulp(threshold)
          }) {
        // Between floats nothing lies beyond the largest.
        if (Math.abs(value) <= Float.MAX_VALUE) {
          assertEquals(
              (float) value > threshold,
              value > limit,
              () -> "seed " + seed + ": " + value + " and " + threshold);
        }
      }
    }
  }

  @Test
  void countsAndTheirBoundAreThoseOfTheSortedValues() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      boolean positive = random.nextBoolean();
      int rank = 1 + random.nextInt(40);
      ValueHistograms histograms = new ValueHistograms(1);
      BinCounter counter = new BinCounter();
      float[] all = new float[0];
      for (int map = 0; map < 30; map++) {
        float[] values = new float[1 + random.nextInt(20)];
        for (int i = 0; i < values.length; i++) {
          values[i] = positive ? Math.max(0f, any(random)) : any(random);
        }
        float largest = counter.count(values, 0, values.length, new int[1], 0);
        assertTrue(histograms.add(0, counter));
        int before = all.length;
        all = Arrays.copyOf(all, before + values.length);
        for (int i = 0; i < values.length; i++) {
          all[before + i] = values[i] + 0f;
        }
        Arrays.sort(all);
        float expected = Float.NEGATIVE_INFINITY;
        for (float value : values) {
          expected = Math.max(expected, value + 0f);
        }
        assertEquals(expected, largest, "seed " + seed);
        int bound = histograms.boundBin(0, rank);
        assertEquals(
            all.length < rank ? -1 : ValueHistograms.bin(all[all.length - rank]),
            bound,
            "seed " + seed);
      }
      int zeros = 0;
      SortedMap<Integer, Integer> bins = new TreeMap<>();
      for (float value : all) {
        zeros += value == 0 ? 1 : 0;
        bins.merge(ValueHistograms.bin(value), 1, Integer::sum);
      }
      for (int bin = 0; bin < 1 << 16; bin++) {
        assertEquals(bins.getOrDefault(bin, 0), (int) histograms.count(0, bin), "seed " + seed);
      }
      assertEquals(zeros, histograms.zeros(0), "seed " + seed);
      assertEquals(all.length, histograms.counted(0), "seed " + seed);
      assertTellsLargest(histograms, 1 + random.nextInt(all.length), "seed " + seed);
    }
  }

  /** What is left of a histogram, and written and read, tells places down to a rank as all does. */
  private static void assertTellsLargest(ValueHistograms all, int rank, String what) {
    ValueHistograms largest = new ValueHistograms(1);
    largest.addLargest(0, all, 0, rank);
    Bytes bytes = new Bytes(16);
    largest.encode(0, bytes);
    ValueHistograms read = new ValueHistograms(1);
    read.decode(0, bytes.buffer());
    assertEquals(all.counted(0), read.counted(0), what);
    assertEquals(all.zeros(0), read.zeros(0), what);
    for (int r = 1; r <= rank; r++) {
      ValueHistograms.Place place = all.place(0, r);
      assertEquals(place, read.place(0, r), what);
      assertEquals(all.count(0, place.bin()), read.count(0, place.bin()), what);
    }
  }

  @Test
  void aValueThatIsNoFiniteNumberIsNoticedAndNothingCounted() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      ValueHistograms histograms = new ValueHistograms(1);
      float[] values = {0, 1, bad, -2};
      BinCounter counter = new BinCounter();
      counter.count(values, 0, 4, new int[1], 0);
      assertFalse(histograms.add(0, counter));
      assertEquals(0, histograms.counted(0));
      // The counter can be used again.
      counter.count(values, 0, 2, new int[1], 0);
      assertTrue(histograms.add(0, counter));
      assertEquals(2, histograms.counted(0));
      assertEquals(1, histograms.zeros(0));
    }
  }

  @Test
  void aMapIsCutToTheCellsAboveABoundAndTheirNeighbours() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    BinCounter counter = new BinCounter();
    for (int round = 0; round < 2000; round++) {
      int height = 1 + random.nextInt(20);
      // Rows shorter and longer than a word of bits, and as long.
      int width = random.nextInt(4) > 0 ? 1 + random.nextInt(20) : 60 + random.nextInt(72);
      int offset = random.nextInt(5);
      float[] dense = new float[offset + height * width];
      int kind = random.nextInt(3);
      for (int i = 0; i < dense.length; i++) {
        float value = any(random);
        dense[i] = kind == 0 ? value : kind == 1 ? -Math.abs(value) : Math.max(0, value);
      }
      float bound =
          random.nextInt(8) == 0
              ? Float.NEGATIVE_INFINITY
              : dense[offset + random.nextInt(height * width)];
      int[] peaks = new int[BinCounter.stretches(height * width)];
      counter.count(dense, offset, height * width, peaks, 0);
      TrimmedMap map = new TrimmedMap(height, width);
      boolean any = map.trim(dense, offset, bound, peaks, 0);
      assertEquals(
          cells(dense, offset, height, width, bound), any ? cells(map) : "", "seed " + seed);
      if (any) {
        // And further, from what is held.
        float higher = Math.max(bound, map.value[random.nextInt(map.cells)]);
        boolean some = map.trimFurther(higher, new float[height * width]);
        assertEquals(
            cells(dense, offset, height, width, higher), some ? cells(map) : "", "seed " + seed);
      }
    }
  }

  /** The cells above a bound or beside such a one. */
  private static String cells(float[] dense, int offset, int height, int width, float bound) {
    StringBuilder cells = new StringBuilder();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean near = false;
        for (int j = Math.max(0, y - 1); j <= Math.min(height - 1, y + 1); j++) {
          for (int i = Math.max(0, x - 1); i <= Math.min(width - 1, x + 1); i++) {
            near |= dense[offset + j * width + i] > bound;
          }
        }
        if (near) {
          cells.append(y * width + x).append('=').append(dense[offset + y * width + x]);
        }
      }
    }
    return cells.toString();
  }

  private static String cells(TrimmedMap map) {
    StringBuilder cells = new StringBuilder();
    map.locate();
    for (int c = 0; c < map.cells; c++) {
      cells.append(map.index[c]).append('=').append(map.value[c]);
    }
    return cells.toString();
  }
}
