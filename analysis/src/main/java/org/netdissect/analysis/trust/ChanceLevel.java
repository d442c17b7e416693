package org.netdissect.analysis.trust;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.base.Progress;
import org.netdissect.base.threads.Workers;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.UnitScore;

/**
 * How good the best IoU of a unit becomes by chance: its own masks are laid on the labels of other
 * images, and the best over all concepts is taken again, so that the search over concepts is paid
 * for. The permutations of the images are the same for all units.
 *
 * <p>p = (1 + #{best under a permutation ≥ best observed}) / (R + 1) is a valid p-value for every R
 * (Davison and Hinkley 1997, section 4.2). In sequential mode a unit ends at its tenth exceedance,
 * at permutation n, with p = 10 / n (Besag and Clifford 1991); others go on until, at doubling
 * numbers of permutations, the correction for many units decides on all that are left, or to a
 * stated most.
 *
 * <p>Cost: one count of the lit pixels of every mask and permutation, about 0.5 µs for masks of
 * half a percent of 112 × 112 pixels.
 */
final class ChanceLevel {
  /** Exceedances at which a unit ends. */
  static final int ENOUGH = 10;

  /** Permutations that every unit takes part in: the null's percentiles come from these. */
  static final int FIRST = 99;

  private final LabelledResult data;
  private final LayerDissection layer;

  /** Whether every unit takes part in all permutations. */
  private final boolean fixed;

  private final @Nullable PermutationJournal journal;
  private final int units;
  private final int categories;

  /** By scope (0 for all concepts, then the categories) and unit: which permutations exceed. */
  private final BitSet[][] exceeds;

  /** By unit: permutations that it took part in. */
  private final int[] permutations;

  /** By scope: the best under each of the first permutations, for all units one after the other. */
  private double[][] nullBest = new double[0][];

  private ChanceLevel(
      LabelledResult data,
      LayerDissection layer,
      boolean fixed,
      @Nullable PermutationJournal journal) {
    this.fixed = fixed;
    this.journal = journal;
    this.data = data;
    this.layer = layer;
    units = layer.units().size();
    categories = data.totals().categories().size();
    exceeds = new BitSet[1 + categories][units];
    for (BitSet[] scope : exceeds) {
      for (int u = 0; u < units; u++) {
        scope[u] = new BitSet();
      }
    }
    permutations = new int[units];
  }

  /**
   * Runs so many permutations for every unit.
   *
   * @param journal null if none is kept
   */
  static ChanceLevel fixed(
      LabelledResult data,
      LayerDissection layer,
      Shuffle shuffle,
      int permutations,
      @Nullable PermutationJournal journal,
      int workers,
      Progress progress)
      throws IOException {
    ChanceLevel level = new ChanceLevel(data, layer, true, journal);
    level.first(
        shuffle, Math.min(permutations, Math.max(FIRST, 199)), permutations, workers, progress);
    return level;
  }

  /**
   * Runs permutations until they decide.
   *
   * @param fdr the rate of false discoveries that the correction must decide at
   * @param most permutations
   * @param journal null if none is kept
   */
  static ChanceLevel sequential(
      LabelledResult data,
      LayerDissection layer,
      Shuffle shuffle,
      double fdr,
      int most,
      @Nullable PermutationJournal journal,
      int workers,
      Progress progress)
      throws IOException {
    ChanceLevel level = new ChanceLevel(data, layer, false, journal);
    int done = Math.min(FIRST, most);
    LayerMasks masks = level.first(shuffle, done, done, workers, progress);
    while (done < most) {
      int[] active = level.undecided(fdr);
      if (active.length == 0) {
        break;
      }
      if (active.length <= masks.units().length / 2) {
        masks = LayerMasks.of(data, layer, active, workers, Progress.NONE);
      }
      int next = Math.min(most, 2 * done + 1);
      level.run(shuffle, masks, active, done, next, 0, workers, progress);
      done = next;
    }
    return level;
  }

  private LayerMasks first(Shuffle shuffle, int kept, int until, int workers, Progress progress)
      throws IOException {
    int[] all = IntStream.range(0, units).toArray();
    LayerMasks masks = LayerMasks.of(data, layer, all, workers, progress);
    nullBest = new double[1 + categories][kept * units];
    run(shuffle, masks, all, 0, until, kept, workers, progress);
    return masks;
  }

  /** Runs the permutations from one number to below another for some units. */
  private void run(
      Shuffle shuffle,
      LayerMasks masks,
      int[] active,
      int from,
      int to,
      int kept,
      int workers,
      Progress progress)
      throws IOException {
    boolean[] wanted = new boolean[masks.units().length];
    for (int unit : active) {
      wanted[Arrays.binarySearch(masks.units(), unit)] = true;
    }
    try (Progress.Phase phase =
        progress.phase("chance of " + layer.layer().name(), to - from, "permutations")) {
      Workers.run(
          workers,
          to - from,
          "chance",
          () -> {
            MaskShifter shifter = new MaskShifter(data, masks);
            double[][] best = new double[wanted.length][categories];
            return task -> {
              score(from + task, active, shuffle, shifter, masks, wanted, best, kept);
              phase.advance(1);
            };
          });
      phase.done();
    }
    for (int unit : active) {
      permutations[unit] = to;
    }
  }

  private void score(
      int r,
      int[] active,
      Shuffle shuffle,
      MaskShifter shifter,
      LayerMasks masks,
      boolean[] wanted,
      double[][] best,
      int kept)
      throws IOException {
    double[][] done = journal == null ? null : journal.left(r, active);
    if (done == null) {
      shifter.score(shuffle.permutation(r), wanted, best);
      done = new double[active.length][];
      for (int i = 0; i < active.length; i++) {
        done[i] = best[Arrays.binarySearch(masks.units(), active[i])];
      }
      if (journal != null) {
        journal.add(r, active, done);
      }
    }
    note(r, active, done, r < kept);
  }

  private synchronized void note(int r, int[] active, double[][] best, boolean keep) {
    for (int place = 0; place < active.length; place++) {
      int unit = active[place];
      UnitScore score = layer.units().get(unit);
      double most = 0;
      for (int c = 0; c < categories; c++) {
        double here = best[place][c];
        most = Math.max(most, here);
        if (here >= score.byCategory().get(c).iou()) {
          exceeds[1 + c][unit].set(r);
        }
        if (keep) {
          nullBest[1 + c][r * units + unit] = here;
        }
      }
      if (most >= score.label().iou()) {
        exceeds[0][unit].set(r);
      }
      if (keep) {
        nullBest[0][r * units + unit] = most;
      }
    }
  }

  /** Units without a verdict at the present numbers of permutations. */
  private int[] undecided(double fdr) {
    double[] q = BenjaminiHochberg.adjust(p(0));
    return IntStream.range(0, units)
        .filter(u -> exceeds[0][u].cardinality() < ENOUGH && q[u] > fdr)
        .toArray();
  }

  /**
   * p of every unit.
   *
   * @param scope 0 for the best of all concepts, 1 + c for the best of category c
   */
  double[] p(int scope) {
    double[] p = new double[units];
    for (int u = 0; u < units; u++) {
      BitSet bits = exceeds[scope][u];
      int count = bits.cardinality();
      int end = fixed ? 0 : sequentialEnd(bits);
      p[u] = end > 0 ? (double) ENOUGH / end : (1.0 + count) / (permutations[u] + 1.0);
    }
    return p;
  }

  /** The number of permutations up to the tenth exceedance, or 0 if there is none. */
  private static int sequentialEnd(BitSet bits) {
    int at = -1;
    for (int i = 0; i < ENOUGH; i++) {
      at = bits.nextSetBit(at + 1);
      if (at < 0) {
        return 0;
      }
    }
    return at + 1;
  }

  /** Permutations under which the best is at least as good as observed. */
  int exceedances(int scope, int unit) {
    return exceeds[scope][unit].cardinality();
  }

  /** Permutations that the unit took part in. */
  int permutations(int unit) {
    return permutations[unit];
  }

  /**
   * The value that the null's best stays below with some probability, over all units and the first
   * permutations.
   */
  double nullQuantile(int scope, double probability) {
    double[] sorted = nullBest[scope].clone();
    Arrays.sort(sorted);
    int at = (int) Math.ceil(probability * sorted.length) - 1;
    return sorted.length == 0 ? 0 : sorted[Math.max(0, at)];
  }

  /** How many units pass an IoU under each of the first permutations. */
  int[] nullDetectors(double iou) {
    int[] count = new int[nullBest[0].length / Math.max(1, units)];
    for (int r = 0; r < count.length; r++) {
      for (int u = 0; u < units; u++) {
        count[r] += nullBest[0][r * units + u] > iou ? 1 : 0;
      }
    }
    return count;
  }
}
