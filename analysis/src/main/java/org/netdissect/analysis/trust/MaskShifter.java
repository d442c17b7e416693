package org.netdissect.analysis.trust;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.base.files.Bytes;
import org.netdissect.concepts.atlas.AtlasImage;
import org.netdissect.dissection.scoring.ConceptTotals;
import org.netdissect.results.LabelScore;

/**
 * Lays the masks of units over other images than their own and scores them there, over all
 * concepts, under the rules of the result. One thread at a time.
 */
final class MaskShifter {
  private final LabelledResult data;
  private final LayerMasks masks;
  private final ConceptTotals totals;
  private final boolean touching;
  private final int categories;

  /** By place of a unit and concept number. */
  private final long[][] intersection;

  /** By place of a unit and category. */
  private final long[][] activation;

  private char[] regionMap = new char[0];
  private int[] hits = new int[64];
  private int[] touched = new int[64];
  private int touchedCount;

  MaskShifter(LabelledResult data, LayerMasks masks) {
    this.data = data;
    this.masks = masks;
    totals = data.totals();
    touching = data.convention().activationTouches();
    categories = totals.categories().size();
    intersection = new long[masks.units().length][totals.numbers()];
    activation = new long[masks.units().length][categories];
  }

  /**
   * Scores all units under one permutation.
   *
   * @param masksOf by image, the one whose masks are laid on it; −1 for none
   * @param wanted by place of a unit, whether it takes part
   * @param best by place of a unit, the best IoU of each category, filled
   */
  void score(int[] masksOf, boolean[] wanted, double[][] best) {
    for (int place = 0; place < wanted.length; place++) {
      if (wanted[place]) {
        Arrays.fill(intersection[place], 0);
        Arrays.fill(activation[place], 0);
      }
    }
    for (int image = 0; image < masksOf.length; image++) {
      if (masksOf[image] >= 0) {
        lay(image, masksOf[image], wanted);
      }
    }
    for (int place = 0; place < wanted.length; place++) {
      if (wanted[place]) {
        Arrays.fill(best[place], 0);
        for (int number = 1; number < totals.numbers(); number++) {
          long both = intersection[place][number];
          if (both > 0) {
            int c = totals.primary(number);
            double iou = LabelScore.iou(both, activation[place][c], totals.truth(number));
            best[place][c] = Math.max(best[place][c], iou);
          }
        }
      }
    }
  }

  private void lay(int image, int masksOf, boolean[] wanted) {
    AtlasImage about = data.images().atlasImage(image);
    int pixels = about.maskHeight() * about.maskWidth();
    if (regionMap.length < pixels) {
      regionMap = new char[pixels];
    }
    if (hits.length < about.regions()) {
      hits = new int[about.regions()];
      touched = new int[about.regions()];
    }
    data.atlas().readRegionMap(data.images().atlasIndex(image), regionMap);
    long holds = totals.imageCategories(image);
    masks.visit(masksOf, wanted, (place, runs) -> tally(place, runs, image, holds));
  }

  private void tally(int place, ByteBuffer runs, int image, long holds) {
    count(runs);
    long[] with = intersection[place];
    long pixels = 0;
    long touches = 0;
    for (int i = 0; i < touchedCount; i++) {
      int region = touched[i];
      pixels += hits[region];
      touches |= totals.addHit(image, region, hits[region], with);
      hits[region] = 0;
    }
    long counts = touching ? touches : holds;
    for (int c = 0; c < categories; c++) {
      if ((counts >> c & 1) != 0) {
        activation[place][c] += pixels;
      }
    }
  }

  private void count(ByteBuffer runs) {
    touchedCount = 0;
    int p = 0;
    while (runs.hasRemaining()) {
      p += (int) Bytes.getVarint(runs);
      int end = p + (int) Bytes.getVarint(runs);
      while (p < end) {
        int from = p;
        char region = regionMap[p];
        do {
          p++;
        } while (p < end && regionMap[p] == region);
        if (hits[region] == 0) {
          touched[touchedCount++] = region;
        }
        hits[region] += p - from;
      }
    }
  }
}
