package org.netdissect.analysis.formulas;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.netdissect.analysis.formulas.Formula.Operator;
import org.netdissect.concepts.atlas.LabelSets;

/**
 * Finds the best formula of two and of three concepts, with proof.
 *
 * <p>From one pass over the sets of concepts come tables of all pairs: lit pixels H and others E
 * ("extra pixels") that bear both of two concepts. All formulas of two concepts follow exactly. For
 * three, each pair f = a ∘ b is exact, and with every third concept c the pixels of f ∩ c lie
 * between bounds that follow from the pairs (inclusion and exclusion); IoU = H / (mask + E) rises
 * with H and falls with E, so these bound what any f ∘ c can reach. Pairs are looked at exactly in
 * the order of their bound, until no bound reaches the best found: that is the proof.
 *
 * <p>Cost: a bound without the third concept takes some 50 operations a pair and rules most out;
 * for the others the bounds take some 20 operations for each third concept.
 *
 * <p>One thread at a time.
 */
final class OptimalSearch {
  /** Pixels by concept of pairs looked at, kept for other units: so many. */
  private static final int KEPT = 2_048;

  private static final int CHECK_EVERY = 64;
  private static final List<Operator> OPERATORS = List.of(Operator.values());

  private final ConceptIndex concepts;
  private final LabelSets sets;
  private final boolean or;
  private final boolean and;
  private final boolean andNot;
  private final int n;

  /** All pixels by two concepts. */
  private final long[] area;

  private long[] lit;
  private final long[] extra;
  private UnitSets unit;
  private long mask;
  private Best best;
  private final byte[] mark;
  private final int[][] litPostings;
  private final int[] litCounts;

  /** Pixels of a pair with each concept, the least recently used given up first. */
  private final Map<Long, long[]> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, long[]> eldest) {
          return size() > KEPT;
        }
      };

  /** Pairs that may still win: their code and bound. */
  private long[] pairCode = new long[1 << 10];

  private double[] pairBound = new double[1 << 10];
  private int pairCount;

  /** By concept: the most lit and other pixels that it shares with another. */
  private final long[] mostLit;

  private final long[] mostExtra;

  /** Concepts of which none has more lit and fewer other pixels, by lit pixels falling. */
  private final int[] frontier;

  private int frontierCount;

  // A unit is taken before anything is searched.
  @SuppressWarnings("NullAway.Init")
  OptimalSearch(FormulaSpace space, List<Operator> operators) {
    concepts = space.concepts();
    sets = space.sets();
    or = operators.contains(Operator.OR);
    and = operators.contains(Operator.AND);
    andNot = operators.contains(Operator.AND_NOT);
    n = sets.concepts();
    area = space.pairs();
    extra = new long[area.length];
    mark = new byte[sets.size()];
    litPostings = new int[n][16];
    litCounts = new int[n];
    mostLit = new long[n];
    mostExtra = new long[n];
    frontier = new int[n];
  }

  /**
   * What a search found.
   *
   * @param found the best
   * @param bound no formula of the length has a higher IoU: that of the best where it is proven
   */
  record Outcome(Found found, double bound) {
    boolean isProven() {
      return bound <= found.iou();
    }
  }

  /** Turns to a unit. */
  void take(UnitSets next) {
    unit = next;
    mask = next.mask;
    lit = next.pairs;
    for (int i = 0; i < extra.length; i++) {
      extra[i] = area[i] - lit[i];
    }
    Arrays.fill(litCounts, 0);
    for (int i = 0; i < unit.count; i++) {
      int set = unit.lit[i];
      for (int m = sets.start(set); m < sets.start(set + 1); m++) {
        int concept = sets.member(m);
        if (litCounts[concept] == litPostings[concept].length) {
          litPostings[concept] = Arrays.copyOf(litPostings[concept], 2 * litCounts[concept]);
        }
        litPostings[concept][litCounts[concept]++] = set;
      }
    }
  }

  /**
   * The best formula of at most two concepts.
   *
   * @param single the best of one
   */
  Outcome two(Found single) {
    best = new Best(concepts, mask, single);
    for (int a = 0; a < n; a++) {
      int first = a;
      long areaA = area[a * n + a];
      long litA = lit[a * n + a];
      for (int b = 0; b < n; b++) {
        if (b == a) {
          continue;
        }
        int second = b;
        long areaAb = area[a * n + b];
        long litAb = lit[a * n + b];
        if (areaAb > 0 && andNot && litA > litAb) {
          best.offer(litA - litAb, areaA - areaAb, () -> pair(Operator.AND_NOT, first, second));
        }
        if (a > b) {
          continue;
        }
        if (and && litAb > 0) {
          best.offer(litAb, areaAb, () -> pair(Operator.AND, first, second));
        }
        if (or) {
          best.offer(
              litA + lit[b * n + b] - litAb,
              areaA + area[b * n + b] - areaAb,
              () -> pair(Operator.OR, first, second));
        }
      }
    }
    return new Outcome(best.found(), best.iou());
  }

  /**
   * The formula of two concepts; where their order says nothing, the one whose text comes first.
   */
  private Formula pair(Operator operator, int a, int b) {
    boolean swapped =
        operator != Operator.AND_NOT && concepts.text(a).compareTo(concepts.text(b)) > 0;
    return Formula.of(swapped ? b : a).with(operator, swapped ? a : b);
  }

  /**
   * The best formula of at most three concepts.
   *
   * @param start a good formula of at most three; the better, the less there is to look at
   * @param ceiling a bound that holds in any case, for a search that is cut off
   * @param deadline System.nanoTime() at which to stop
   */
  Outcome three(Found start, double ceiling, long deadline) {
    best = new Best(concepts, mask, start);
    pairCount = 0;
    gatherMost();
    for (int a = 0; a < n; a++) {
      if (System.nanoTime() - deadline > 0) {
        return new Outcome(best.found(), Math.max(best.iou(), ceiling));
      }
      for (int b = 0; b < n; b++) {
        long both = area[a * n + b];
        // Pairs that never meet, or of which one lies in the other, are no more than one concept.
        if (a == b) {
          continue;
        }
        if (andNot && both > 0 && both < area[a * n + a]) {
          consider(Operator.AND_NOT, a, b);
        }
        if (a < b) {
          if (and && both > 0 && both < area[a * n + a] && both < area[b * n + b]) {
            consider(Operator.AND, a, b);
          }
          if (or && both < area[a * n + a] && both < area[b * n + b]) {
            consider(Operator.OR, a, b);
          }
        }
      }
    }
    Integer[] order = new Integer[pairCount];
    for (int i = 0; i < pairCount; i++) {
      order[i] = i;
    }
    Arrays.sort(
        order,
        (x, y) ->
            pairBound[x] != pairBound[y]
                ? Double.compare(pairBound[y], pairBound[x])
                : Long.compare(pairCode[x], pairCode[y]));
    for (int i = 0; i < pairCount; i++) {
      double bound = pairBound[order[i]];
      if (best.isAbove(bound)) {
        break;
      }
      if (i % CHECK_EVERY == 0 && System.nanoTime() - deadline > 0) {
        return new Outcome(best.found(), Math.max(best.iou(), Math.min(bound, ceiling)));
      }
      expand(pairCode[order[i]]);
    }
    return new Outcome(best.found(), best.iou());
  }

  private long litOf(Operator operator, int a, int b) {
    return of(operator, lit[a * n + a], lit[b * n + b], lit[a * n + b]);
  }

  private static long of(Operator operator, long a, long b, long both) {
    return switch (operator) {
      case OR -> a + b - both;
      case AND -> both;
      case AND_NOT -> a - both;
    };
  }

  /** For the quick bounds: what each concept can share with another, and the frontier. */
  private void gatherMost() {
    Integer[] byLit = new Integer[n];
    for (int a = 0; a < n; a++) {
      byLit[a] = a;
      mostLit[a] = mostShared(lit, a);
      mostExtra[a] = mostShared(extra, a);
    }
    Arrays.sort(byLit, (x, y) -> Long.compare(lit[y * n + y], lit[x * n + x]));
    frontierCount = 0;
    long fewest = Long.MAX_VALUE;
    for (int c : byLit) {
      if (extra[c * n + c] < fewest) {
        fewest = extra[c * n + c];
        frontier[frontierCount++] = c;
      }
    }
  }

  private long mostShared(long[] table, int a) {
    long most = 0;
    for (int c = 0; c < n; c++) {
      most = c == a ? most : Math.max(most, table[a * n + c]);
    }
    return most;
  }

  /**
   * The most that f OR c can reach: of two concepts, one with more lit and fewer other pixels is
   * never behind, so those of the frontier stand for all.
   */
  private double mostByOr(long litF, long extraF) {
    double most = 0;
    for (int i = 0; i < frontierCount; i++) {
      int c = frontier[i];
      long h = Math.min(mask, litF + lit[c * n + c]);
      most = Math.max(most, (double) h / (mask + Math.max(extraF, extra[c * n + c])));
      if (extra[c * n + c] <= extraF) {
        break;
      }
    }
    return most;
  }

  /** The most that f = a ∘ b can share with a third concept, by what each can. */
  private static long mostShared(Operator operator, long[] most, int a, int b, long whole) {
    return Math.min(
        whole,
        switch (operator) {
          case OR -> most[a] + most[b];
          case AND -> Math.min(most[a], most[b]);
          case AND_NOT -> most[a];
        });
  }

  /** Notes a pair if any third concept could make it the best. */
  private void consider(Operator operator, int a, int b) {
    long litF = litOf(operator, a, b);
    long extraF = of(operator, extra[a * n + a], extra[b * n + b], extra[a * n + b]);
    long fewest = extraF - mostShared(operator, mostExtra, a, b, extraF);
    boolean narrower =
        (and && !best.isAbove((double) mostShared(operator, mostLit, a, b, litF) / mask))
            || (andNot && !best.isAbove((double) litF / (mask + fewest)));
    boolean wider = or && !best.isAbove(mostByOr(litF, extraF));
    if (!narrower && !wider) {
      return;
    }
    double bound = 0;
    for (int c = 0; c < n; c++) {
      if (c != a && c != b) {
        bound = Math.max(bound, bound(operator, a, b, c, litF, extraF, narrower, wider));
      }
    }
    if (!best.isAbove(bound)) {
      if (pairCount == pairCode.length) {
        pairCode = Arrays.copyOf(pairCode, 2 * pairCount);
        pairBound = Arrays.copyOf(pairBound, 2 * pairCount);
      }
      pairCode[pairCount] = code(operator, a, b);
      pairBound[pairCount++] = bound;
    }
  }

  private long code(Operator operator, int a, int b) {
    return ((long) OPERATORS.indexOf(operator) * n + a) * n + b;
  }

  /** The most that f = a ∘ b joined with c can reach. */
  private double bound(
      Operator operator,
      int a,
      int b,
      int c,
      long litF,
      long extraF,
      boolean narrower,
      boolean wider) {
    long litLow = low(lit, operator, a, b, c);
    long extraHigh = high(extra, operator, a, b, c, extraF);
    double bound = 0;
    if (wider) {
      long h = Math.min(mask, litF + lit[c * n + c] - litLow);
      long e = Math.max(Math.max(extraF, extra[c * n + c]), extraF + extra[c * n + c] - extraHigh);
      bound = (double) h / (mask + e);
    }
    if (narrower) {
      if (and) {
        long h = high(lit, operator, a, b, c, litF);
        long e = low(extra, operator, a, b, c);
        bound = Math.max(bound, (double) h / (mask + e));
      }
      if (andNot) {
        long h = litF - litLow;
        long e = Math.max(0, extraF - extraHigh);
        bound = Math.max(bound, (double) h / (mask + e));
      }
    }
    return bound;
  }

  /** The fewest pixels that a, b and c can share. */
  private long tripleLow(long[] table, int a, int b, int c) {
    long ab = table[a * n + b];
    long ac = table[a * n + c];
    long bc = table[b * n + c];
    return Math.max(
        Math.max(0, ab + ac - table[a * n + a]),
        Math.max(ab + bc - table[b * n + b], ac + bc - table[c * n + c]));
  }

  /** The most. */
  private long tripleHigh(long[] table, int a, int b, int c) {
    return Math.min(table[a * n + b], Math.min(table[a * n + c], table[b * n + c]));
  }

  /** The fewest pixels that a ∘ b and c can share. */
  private long low(long[] table, Operator operator, int a, int b, int c) {
    return switch (operator) {
      case OR -> table[a * n + c] + table[b * n + c] - tripleHigh(table, a, b, c);
      case AND -> tripleLow(table, a, b, c);
      case AND_NOT -> table[a * n + c] - tripleHigh(table, a, b, c);
    };
  }

  /** The most. */
  private long high(long[] table, Operator operator, int a, int b, int c, long whole) {
    return Math.min(
        whole,
        switch (operator) {
          case OR -> table[a * n + c] + table[b * n + c] - tripleLow(table, a, b, c);
          case AND -> tripleHigh(table, a, b, c);
          case AND_NOT -> table[a * n + c] - tripleLow(table, a, b, c);
        });
  }

  /** Looks at a pair with every third concept, exactly. */
  private void expand(long code) {
    Operator operator = OPERATORS.get((int) (code / n / n));
    int a = (int) (code / n % n);
    int b = (int) (code % n);
    long litF = litOf(operator, a, b);
    long areaF = of(operator, area[a * n + a], area[b * n + b], area[a * n + b]);
    long extraF = areaF - litF;
    long[] litFc = litWith(operator, a, b);
    boolean hopeful = false;
    for (int c = 0; c < n && !hopeful; c++) {
      hopeful = c != a && c != b && isHopeful(operator, a, b, c, litF, extraF, litFc[c]);
    }
    if (!hopeful) {
      return;
    }
    long[] areaFc = known.get(code);
    if (areaFc == null) {
      areaFc = areaWith(operator, a, b);
      known.put(code, areaFc);
    }
    for (int c = 0; c < n; c++) {
      if (c == a || c == b) {
        continue;
      }
      int third = c;
      if (or) {
        best.offer(
            litF + lit[c * n + c] - litFc[c],
            areaF + area[c * n + c] - areaFc[c],
            () -> triple(operator, a, b, Operator.OR, third));
      }
      if (and && litFc[c] > 0) {
        best.offer(litFc[c], areaFc[c], () -> triple(operator, a, b, Operator.AND, third));
      }
      if (andNot && areaFc[c] > 0) {
        best.offer(
            litF - litFc[c],
            areaF - areaFc[c],
            () -> triple(operator, a, b, Operator.AND_NOT, third));
      }
    }
  }

  private Formula triple(Operator first, int a, int b, Operator second, int c) {
    return pair(first, a, b).with(second, c);
  }

  /** Whether a third concept could still win, its lit pixels known and its others bounded. */
  private boolean isHopeful(
      Operator operator, int a, int b, int c, long litF, long extraF, long litFc) {
    long extraHigh = high(extra, operator, a, b, c, extraF);
    double bound = 0;
    if (or) {
      long e = Math.max(Math.max(extraF, extra[c * n + c]), extraF + extra[c * n + c] - extraHigh);
      bound = (double) (litF + lit[c * n + c] - litFc) / (mask + e);
    }
    if (and) {
      bound = Math.max(bound, (double) litFc / (mask + low(extra, operator, a, b, c)));
    }
    if (andNot) {
      bound = Math.max(bound, (double) (litF - litFc) / (mask + Math.max(0, extraF - extraHigh)));
    }
    return !best.isAbove(bound);
  }

  /** Lit pixels that a ∘ b shares with each concept. */
  private long[] litWith(Operator operator, int a, int b) {
    long[] sum = new long[n];
    mark(litPostings[a], litCounts[a], 1);
    mark(litPostings[b], litCounts[b], 2);
    sum(operator, litPostings[a], litCounts[a], litPostings[b], litCounts[b], sum, true);
    return sum;
  }

  /** All pixels that it shares. */
  private long[] areaWith(Operator operator, int a, int b) {
    long[] sum = new long[n];
    int[] ofA = sets.posting(a);
    int[] ofB = sets.posting(b);
    mark(ofA, ofA.length, 1);
    mark(ofB, ofB.length, 2);
    sum(operator, ofA, ofA.length, ofB, ofB.length, sum, false);
    return sum;
  }

  private void mark(int[] posting, int count, int bit) {
    for (int i = 0; i < count; i++) {
      mark[posting[i]] |= (byte) bit;
    }
  }

  /** Sums the marked sets that the pair holds for, and takes the marks away. */
  private void sum(
      Operator operator, int[] ofA, int countA, int[] ofB, int countB, long[] sum, boolean ofLit) {
    for (int i = 0; i < countA; i++) {
      int set = ofA[i];
      boolean holds =
          switch (operator) {
            case OR -> true;
            case AND -> mark[set] == 3;
            case AND_NOT -> mark[set] == 1;
          };
      if (holds) {
        add(set, sum, ofLit);
      }
    }
    for (int i = 0; i < countB; i++) {
      int set = ofB[i];
      if (operator == Operator.OR && mark[set] == 2) {
        add(set, sum, ofLit);
      }
      mark[set] = 0;
    }
    for (int i = 0; i < countA; i++) {
      mark[ofA[i]] = 0;
    }
  }

  private void add(int set, long[] sum, boolean ofLit) {
    long count = ofLit ? unit.hits(set) : sets.pixels(set);
    for (int m = sets.start(set); m < sets.start(set + 1); m++) {
      sum[sets.member(m)] += count;
    }
  }
}
