package org.netdissect.analysis.formulas;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.netdissect.concepts.atlas.LabelSets;

/**
 * How high the IoU of a unit's formulas can be at most, by their length.
 *
 * <p>A formula is a union of sets of concepts, never the empty set's pixels. For H lit pixels the
 * fewest others E(H) come from the sets with the largest share of lit pixels, and H / (mask + E(H))
 * bounds every formula that lights no more than H. One of n concepts lights no more than the n
 * concepts with most lit pixels together.
 */
final class Ceiling {
  private final UnitSets unit;
  private final LabelSets sets;
  private final int[] purest;
  private final long[] mostLit;
  private final boolean or;

  /**
   * Of a unit as it has been read.
   *
   * @param or whether OR may join concepts; without it a formula lies within one concept
   */
  Ceiling(UnitSets unit, LabelSets sets, boolean or) {
    this.unit = unit;
    this.sets = sets;
    this.or = or;
    purest =
        Arrays.stream(unit.lit, 0, unit.count)
            .filter(set -> sets.start(set + 1) > sets.start(set))
            .boxed()
            .sorted((a, b) -> Double.compare(share(b), share(a)))
            .mapToInt(set -> set)
            .toArray();
    mostLit = IntStream.range(0, sets.concepts()).mapToLong(unit::hitsOf).sorted().toArray();
  }

  private double share(int set) {
    return (double) unit.hits(set) / sets.pixels(set);
  }

  /** No formula of at most so many concepts has a higher IoU. */
  double of(int length) {
    long cap = 0;
    int parts = or ? length : 1;
    for (int i = 1; i <= Math.min(parts, mostLit.length); i++) {
      cap += mostLit[mostLit.length - i];
    }
    long with = 0;
    long extra = 0;
    double most = 0;
    for (int set : purest) {
      long hits = unit.hits(set);
      long others = sets.pixels(set) - hits;
      if (with + hits >= cap) {
        // Rounded down: a part of a set has its share of the others.
        long part = (long) Math.floor((double) others * (cap - with) / hits * (1 - 1e-12));
        return Math.max(most, (double) cap / (unit.mask + extra + part));
      }
      with += hits;
      extra += others;
      most = Math.max(most, (double) with / (unit.mask + extra));
    }
    return most;
  }
}
