package org.netdissect.analysis.formulas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.formulas.Formula.Operator;

/**
 * Search that keeps the best few formulas of each length and joins each with every concept (Mu and
 * Andreas 2020), with exact counts for all concepts from one pass over a formula's pixels. One
 * thread at a time.
 */
final class BeamSearch {
  private final LabelSets sets;
  private final List<Operator> operators;
  private final int width;
  private final double penalty;
  private final int concepts;
  private final long[] hits;
  private final long[] pixels;

  /** A formula of the beam with its pixels. */
  private record Candidate(Found found, BitSet extension) {}

  /**
   * Makes ready.
   *
   * @param width formulas kept
   * @param penalty factor on the IoU for each concept more, in the choice of what is kept
   */
  BeamSearch(LabelSets sets, List<Operator> operators, int width, double penalty) {
    this.sets = sets;
    this.operators = operators;
    this.width = width;
    this.penalty = penalty;
    concepts = sets.concepts().size();
    hits = new long[concepts];
    pixels = new long[concepts];
  }

  /** The best concept alone; null if the unit meets none. */
  static @Nullable Found single(LabelSets sets, UnitSets unit) {
    Best best = null;
    int n = sets.concepts().size();
    for (int c = 0; c < n; c++) {
      long with = unit.pairs[c * n + c];
      if (with > 0) {
        Found found = new Found(Formula.of(c), with, sets.pairs()[c * n + c], unit.mask);
        if (best == null) {
          best = new Best(sets.concepts(), unit.mask, found);
        } else {
          best.offer(found);
        }
      }
    }
    return best == null ? null : best.found();
  }

  /**
   * The best formula of each length up to a number of concepts.
   *
   * @return by length − 1; empty if the unit meets no concept
   */
  List<Found> search(UnitSets unit, int length) {
    Found single = single(sets, unit);
    if (single == null) {
      return List.of();
    }
    List<Found> best = new ArrayList<>(List.of(single));
    List<Candidate> beam = singles(unit);
    for (int l = 2; l <= length; l++) {
      Best here = new Best(sets.concepts(), unit.mask, best.get(l - 2));
      beam = extend(unit, beam, here);
      best.add(here.found());
    }
    return best;
  }

  private List<Candidate> singles(UnitSets unit) {
    List<Found> all = new ArrayList<>();
    for (int c = 0; c < concepts; c++) {
      if (unit.pairs[c * concepts + c] > 0) {
        all.add(
            new Found(
                Formula.of(c),
                unit.pairs[c * concepts + c],
                sets.pairs()[c * concepts + c],
                unit.mask));
      }
    }
    all.sort(order());
    // As later versions of the method have it: twice the width to begin with.
    return all.stream()
        .limit(2L * width)
        .map(found -> new Candidate(found, Extension.of(found.formula(), sets)))
        .toList();
  }

  private Comparator<Found> order() {
    return Comparator.<Found>comparingDouble(this::penalised)
        .reversed()
        .thenComparingInt(found -> found.formula().length())
        .thenComparing(found -> found.formula().text(sets.concepts()::text));
  }

  private double penalised(Found found) {
    return found.iou() * Math.pow(penalty, found.formula().length() - 1);
  }

  private List<Candidate> extend(UnitSets unit, List<Candidate> beam, Best best) {
    List<Found> next = new ArrayList<>();
    List<BitSet> from = new ArrayList<>();
    double least = 0;
    for (Candidate candidate : beam) {
      count(unit, candidate.extension());
      Found left = candidate.found();
      for (int c = 0; c < concepts; c++) {
        long both = pixels[c];
        long bothLit = hits[c];
        for (Operator operator : operators) {
          long area =
              switch (operator) {
                case OR -> left.pixels() + sets.pairs()[c * concepts + c] - both;
                case AND -> both;
                case AND_NOT -> left.pixels() - both;
              };
          long with =
              switch (operator) {
                case OR -> left.intersection() + unit.pairs[c * concepts + c] - bothLit;
                case AND -> bothLit;
                case AND_NOT -> left.intersection() - bothLit;
              };
          // What changes nothing says nothing.
          if (with == 0 || area == left.pixels() || area == 0) {
            continue;
          }
          Found found = new Found(left.formula().with(operator, c), with, area, unit.mask);
          if (penalised(found) < least) {
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

  /** Leaves the best, one for each pair of counts; returns the penalised IoU of the last. */
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
      boolean twin =
          kept.stream()
              .anyMatch(k -> k.intersection() == one.intersection() && k.pixels() == one.pixels());
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
    return kept.size() < width ? 0 : penalised(kept.get(kept.size() - 1));
  }

  /** Counts a formula's pixels and lit pixels by concept. */
  private void count(UnitSets unit, BitSet extension) {
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
