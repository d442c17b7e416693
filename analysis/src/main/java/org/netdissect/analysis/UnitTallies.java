package org.netdissect.analysis;

import java.io.IOException;
import java.util.Arrays;
import org.netdissect.dissection.scoring.ConceptTotals;
import org.netdissect.results.HitTable;

/**
 * One unit's hits by image and concept: what its I and A are sums of. Reused from unit to unit; one
 * thread at a time.
 */
public final class UnitTallies {
  private final ConceptTotals totals;
  private final boolean touching;
  private final long[] sum;

  /** Images on which the unit fires, ascending. */
  public int images;

  public int[] image = new int[64];

  /** Lit pixels of each image. */
  public long[] pixels = new long[64];

  /** Of each image, a bit per category that its pixels count for in A. */
  public long[] categories = new long[64];

  /** Where the entries of each image begin; one more at the end. */
  public int[] start = new int[65];

  /** Concept of each entry, ascending within an image. */
  public int[] number = new int[256];

  /** Lit pixels of the concept. */
  public long[] with = new long[256];

  private int[] met = new int[256];

  public UnitTallies(LabelledResult data) {
    totals = data.totals();
    touching = data.convention().activationTouches();
    sum = new long[totals.numbers()];
  }

  /** Takes a unit's hits. */
  public void read(LabelledResult data, HitTable hits, int unit) throws IOException {
    images = 0;
    start[0] = 0;
    long[] touched = new long[1];
    int[] metCount = new int[1];
    hits.read(
        unit,
        data.images()::regions,
        (at, region, count) -> {
          if (images == 0 || image[images - 1] != at) {
            end(touched[0], metCount[0]);
            touched[0] = 0;
            metCount[0] = 0;
            begin(at);
          }
          pixels[images - 1] += count;
          int r = data.atlas().firstRegion(data.images().atlasIndex(at)) + region;
          int from = data.atlas().labelStart(r);
          int to = data.atlas().labelStart(r + 1);
          for (int l = from; l < to; l++) {
            int concept = data.atlas().label(l) >>> 8;
            if (sum[concept] == 0) {
              if (metCount[0] == met.length) {
                met = Arrays.copyOf(met, 2 * met.length);
              }
              met[metCount[0]++] = concept;
            }
          }
          touched[0] |= totals.addHit(at, region, count, sum);
        });
    end(touched[0], metCount[0]);
  }

  private void begin(int at) {
    if (images + 1 == image.length) {
      image = Arrays.copyOf(image, 2 * image.length);
      pixels = Arrays.copyOf(pixels, 2 * pixels.length);
      categories = Arrays.copyOf(categories, 2 * categories.length);
      start = Arrays.copyOf(start, 2 * start.length);
    }
    image[images] = at;
    pixels[images] = 0;
    images++;
  }

  private void end(long touched, int metCount) {
    if (images == 0) {
      return;
    }
    int at = images - 1;
    categories[at] = touching ? touched : totals.imageCategories(image[at]);
    int entries = start[at];
    Arrays.sort(met, 0, metCount);
    for (int i = 0; i < metCount; i++) {
      int concept = met[i];
      if (sum[concept] > 0) {
        if (entries == number.length) {
          number = Arrays.copyOf(number, 2 * entries);
          with = Arrays.copyOf(with, 2 * entries);
        }
        number[entries] = concept;
        with[entries++] = sum[concept];
        sum[concept] = 0;
      }
    }
    start[images] = entries;
  }
}
