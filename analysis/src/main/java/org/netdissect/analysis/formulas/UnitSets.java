package org.netdissect.analysis.formulas;

import java.io.IOException;
import java.util.Arrays;
import org.netdissect.concepts.atlas.LabelSets;

/** One unit's mask by sets of concepts. Reused from unit to unit; one thread at a time. */
final class UnitSets {
  private final LabelSets sets;

  /** By set: lit pixels; zero but for those in {@link #lit}. */
  private final long[] hits;

  /** Sets with lit pixels. */
  int[] lit = new int[1 << 10];

  int count;

  /** Lit pixels of the unit. */
  long mask;

  /** By two concepts: lit pixels that bear both; on the diagonal those of one. */
  final long[] pairs;

  UnitSets(LabelSets sets) {
    this.sets = sets;
    hits = new long[sets.size()];
    pairs = new long[sets.concepts() * sets.concepts()];
  }

  void read(LitRegions mask) throws IOException {
    for (int i = 0; i < count; i++) {
      hits[lit[i]] = 0;
    }
    count = 0;
    this.mask = 0;
    mask.visit(
        (image, region, pixels) -> {
          this.mask += pixels;
          int set = sets.set(image, region);
          if (hits[set] == 0) {
            if (count == lit.length) {
              lit = Arrays.copyOf(lit, 2 * count);
            }
            lit[count++] = set;
          }
          hits[set] += pixels;
        });
    Arrays.fill(pairs, 0);
    for (int i = 0; i < count; i++) {
      sets.addPairs(pairs, lit[i], hits[lit[i]]);
    }
  }

  /** Lit pixels of a concept. */
  long hitsOf(int concept) {
    return pairs[concept * sets.concepts() + concept];
  }

  long hits(int set) {
    return hits[set];
  }
}
