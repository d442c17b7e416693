package org.netdissect.dissection.scoring;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.files.Bytes;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.results.ConceptCounts;
import org.netdissect.results.HitTable;
import org.netdissect.results.LabelScore;
import org.netdissect.results.UnitScore;

/**
 * Scores units from their hits: per concept the intersection, per category the activation, and the
 * best concept of each category (paper, section 2.3). One thread at a time.
 */
public final class Scorer {
  private final ConceptTotals totals;
  private final boolean touching;
  private final long[] intersection;
  private final long[] activation;
  private final int categories;

  private int image;
  private long imagePixels;
  private long imageTouched;

  public Scorer(ConceptTotals totals, Convention convention) {
    this.totals = totals;
    touching = convention.activationTouches();
    intersection = new long[totals.numbers()];
    categories = totals.categories().size();
    activation = new long[categories];
  }

  /** Sums a unit's hits; the results stand until the next call. */
  public void sum(HitTable hits, int unit) throws IOException {
    java.util.Arrays.fill(intersection, 0);
    java.util.Arrays.fill(activation, 0);
    image = -1;
    hits.read(
        unit,
        totals.images()::regions,
        (at, region, pixels) -> {
          if (at != image) {
            endImage();
            image = at;
            imagePixels = 0;
            imageTouched = 0;
          }
          imagePixels += pixels;
          imageTouched |= totals.addHit(at, region, pixels, intersection);
        });
    endImage();
  }

  private void endImage() {
    if (image >= 0) {
      long counts = touching ? imageTouched : totals.imageCategories(image);
      for (int c = 0; c < categories; c++) {
        if ((counts >> c & 1) != 0) {
          activation[c] += imagePixels;
        }
      }
    }
  }

  long intersection(int number) {
    return intersection[number];
  }

  /** A of the unit for a selected category. */
  long activation(int category) {
    return activation[category];
  }

  /** Encodes the unit summed last as the table of counts has it. */
  void encode(Bytes out) {
    ConceptCounts.encode(activation, intersection, out);
  }

  /** The best concept of each category for the unit summed last. */
  public UnitScore score(int unit, float threshold) {
    int[] best = new int[categories];
    double[] bestIou = new double[categories];
    for (int number = 1; number < intersection.length; number++) {
      if (intersection[number] > 0) {
        int c = totals.primary(number);
        double iou = LabelScore.iou(intersection[number], activation[c], totals.truth(number));
        assert intersection[number] <= totals.truth(number) : "I exceeds G";
        // Ascending numbers and a strict comparison give ties to the lowest number.
        if (iou > bestIou[c]) {
          best[c] = number;
          bestIou[c] = iou;
        }
      }
    }
    List<LabelScore> byCategory = new ArrayList<>(categories);
    for (int c = 0; c < categories; c++) {
      int number = best[c];
      byCategory.add(
          number == 0
              ? new LabelScore(totals.categories().get(c).name(), 0, "", 0, activation[c], 0, 0)
              : new LabelScore(
                  totals.categories().get(c).name(),
                  number,
                  totals.name(number),
                  totals.truth(number),
                  activation[c],
                  intersection[number],
                  bestIou[c]));
    }
    return UnitScore.of(unit, threshold, byCategory);
  }
}
