package org.netdissect.analysis.formulas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.formulas.Formula.Operator;
import org.netdissect.concepts.atlas.LabelSets;

/**
 * Search that keeps the best few formulas of each length and joins each with every concept (Mu and
 * Andreas 2020), with exact counts for all concepts from one pass over a formula's pixels. One
 * thread at a time.
 */
final class BeamSearch {
  private final FormulaSpace space;
  private final LabelSets sets;
  private final FormulaOptions options;
  private final int width;
  private final int concepts;
  private final long[] hits;
  private final long[] pixels;
  private UnitSets unit;
  private List<Candidate> beam = List.of();

  /** A formula of the beam with its pixels. */
  private record Candidate(Found found, BitSet extension) {}

  // A unit is taken before anything is searched.
  @SuppressWarnings("NullAway.Init")
  BeamSearch(FormulaSpace space, FormulaOptions options) {
    this.space = space;
    sets = space.sets();
    this.options = options;
    width = options.beam();
    concepts = sets.concepts();
    hits = new long[concepts];
    pixels = new long[concepts];
  }

  /**
   * Begins with a unit.
   *
   * @return the best single concept; null if the unit meets none
   */
  @Nullable Found begin(UnitSets next) {
    unit = next;
    List<Found> singles = singles();
    // As later versions of the method have it: twice the width to begin with.
    beam = singles.stream().limit(2L * width).map(this::candidate).toList();
    return singles.isEmpty() ? null : singles.get(0);
  }

  /**
   * Makes the formulas of the beam longer by a concept.
   *
   * @param best formula so far, found by whatever means; it is made longer too
   * @param deadline System.nanoTime() at which to stop; nothing longer is looked at then
   * @return the best now
   */
  Found longer(Found best, long deadline) {
    List<Candidate> from = new ArrayList<>(beam);
    if (beam.stream().noneMatch(candidate -> candidate.found().isTwinOf(best))) {
      from.add(candidate(best));
    }
    Best here = new Best(space.concepts(), unit.mask, best);
    beam = extend(from, here, deadline);
    return here.found();
  }

  private Candidate candidate(Found found) {
    return new Candidate(found, Extension.of(found.formula(), sets));
  }

  /** The concepts that the unit meets, the best first. */
  private List<Found> singles() {
    List<Found> all = new ArrayList<>();
    for (int c = 0; c < concepts; c++) {
      if (unit.hitsOf(c) > 0) {
        all.add(new Found(Formula.of(c), unit.hitsOf(c), space.pixels(c), unit.mask));
      }
    }
    all.sort(order());
    return all;
  }

  private Comparator<Found> order() {
    return Comparator.<Found>comparingDouble(options::worth)
        .reversed()
        .thenComparingInt(found -> found.formula().length())
        .thenComparing(found -> found.formula().text(space.concepts()::text));
  }

  private List<Candidate> extend(List<Candidate> beam, Best best, long deadline) {
    List<Found> next = new ArrayList<>();
    List<BitSet> from = new ArrayList<>();
    double least = 0;
    for (Candidate candidate : beam) {
      if (System.nanoTime() - deadline > 0) {
        return List.of();
      }
      count(candidate.extension());
      Found left = candidate.found();
      for (int c = 0; c < concepts; c++) {
        long both = pixels[c];
        long bothLit = hits[c];
        for (Operator operator : options.operators()) {
          long area =
              switch (operator) {
                case OR -> left.pixels() + space.pixels(c) - both;
                case AND -> both;
                case AND_NOT -> left.pixels() - both;
              };
          long with =
              switch (operator) {
                case OR -> left.intersection() + unit.hitsOf(c) - bothLit;
                case AND -> bothLit;
                case AND_NOT -> left.intersection() - bothLit;
              };
          // What changes nothing says nothing.
          if (with == 0 || area == left.pixels() || area == 0) {
            continue;
          }
          Found found = new Found(left.formula().with(operator, c), with, area, unit.mask);
          if (options.worth(found) < least) {
            continue;
          }
          best.offer(found);
          next.add(found);
          from.add(candidate.extension());
          if (next.size() > 64 * width) {
            least = keep(next, from);
          }
        }
      }
    }
    keep(next, from);
    List<Candidate> kept = new ArrayList<>();
    for (int i = 0; i < next.size(); i++) {
      Formula.Node node = (Formula.Node) next.get(i).formula();
      BitSet extension =
          Extension.join(
              (BitSet) from.get(i).clone(), node.operator, Extension.of(node.right, sets));
      kept.add(new Candidate(next.get(i), extension));
    }
    return kept;
  }

  /** Leaves the best, one for each pair of counts; returns the worth of the last. */
  private double keep(List<Found> next, List<BitSet> from) {
    Integer[] order = new Integer[next.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    Comparator<Found> better = order();
    Arrays.sort(order, (a, b) -> better.compare(next.get(a), next.get(b)));
    List<Found> kept = new ArrayList<>();
    List<BitSet> keptFrom = new ArrayList<>();
    for (int i : order) {
      Found one = next.get(i);
      boolean twin = kept.stream().anyMatch(one::isTwinOf);
      if (!twin) {
        kept.add(one);
        keptFrom.add(from.get(i));
        if (kept.size() == width) {
          break;
        }
      }
    }
    next.clear();
    next.addAll(kept);
    from.clear();
    from.addAll(keptFrom);
    return kept.size() < width ? 0 : options.worth(kept.get(kept.size() - 1));
  }

  /** Counts a formula's pixels and lit pixels by concept. */
  private void count(BitSet extension) {
    Arrays.fill(hits, 0);
    Arrays.fill(pixels, 0);
    for (int set = extension.nextSetBit(0); set >= 0; set = extension.nextSetBit(set + 1)) {
      long area = sets.pixels(set);
      long lit = unit.hits(set);
      for (int m = sets.start(set); m < sets.start(set + 1); m++) {
        pixels[sets.member(m)] += area;
        hits[sets.member(m)] += lit;
      }
    }
  }
}
