package org.netdissect.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.netdissect.dissection.scoring.ConceptTotals;

/**
 * What each image holds: pixels of every concept there, under the rules of the result. What a
 * unit's score on a part of the images, or on images counted several times, is made of.
 */
public final class ConceptTruths {
  private final int[][] numbers;
  private final long[][] pixels;

  public ConceptTruths(LabelledResult data) {
    int images = data.images().size();
    numbers = new int[images][];
    pixels = new long[images][];
    ConceptTotals totals = data.totals();
    long[] sum = new long[totals.numbers()];
    List<Integer> met = new ArrayList<>();
    for (int i = data.read().nextSetBit(0); i >= 0; i = data.read().nextSetBit(i + 1)) {
      int index = data.images().atlasIndex(i);
      int first = data.atlas().firstRegion(index);
      int regions = data.atlas().firstRegion(index + 1) - first;
      met.clear();
      for (int r = 0; r < regions; r++) {
        int start = data.atlas().labelStart(first + r);
        int end = data.atlas().labelStart(first + r + 1);
        for (int l = start; l < end; l++) {
          int number = data.atlas().label(l) >>> 8;
          if (sum[number] == 0) {
            sum[number] = -1;
            met.add(number);
          }
        }
      }
      // The rules of counting stand in one place.
      met.forEach(number -> sum[number] = 0);
      for (int r = 0; r < regions; r++) {
        totals.addHit(i, r, data.atlas().regionPixels(first + r), sum);
      }
      int[] here = met.stream().mapToInt(n -> n).filter(n -> sum[n] > 0).sorted().toArray();
      numbers[i] = here;
      pixels[i] = Arrays.stream(here).mapToLong(n -> sum[n]).toArray();
      met.forEach(number -> sum[number] = 0);
    }
  }

  /** Concepts of an image that was read, ascending. */
  public int[] numbers(int image) {
    return numbers[image];
  }

  /** Pixels of each of {@link #numbers}. */
  public long[] pixels(int image) {
    return pixels[image];
  }

  /** Whether an image that was read holds a concept. */
  public boolean holds(int image, int number) {
    return Arrays.binarySearch(numbers[image], number) >= 0;
  }
}
