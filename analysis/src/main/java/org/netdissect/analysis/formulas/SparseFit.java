package org.netdissect.analysis.formulas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fits a unit's activation by a sparse sum of concepts with weights above 0: an elastic net ranks
 * the concepts, a greedy search takes in those that raise the correlation on other images. One
 * thread at a time.
 */
final class SparseFit {
  private static final int PASSES = 200;
  private static final double SETTLED = 1e-7;

  /** Concepts that vary less than this over the images say nothing. */
  private static final double LEAST_DEVIATION = 1e-5;

  private final Moments train;
  private final LinearOptions options;
  private final int concepts;
  private final double[] deviation;

  SparseFit(Moments train, int concepts, LinearOptions options) {
    this.train = train;
    this.options = options;
    this.concepts = concepts;
    deviation = new double[concepts];
    for (int c = 0; c < concepts; c++) {
      deviation[c] = Math.sqrt(Math.max(0, train.covariance(c, c)));
    }
  }

  /** Concepts and weights of a sum. */
  record Sum(int[] terms, double[] weights, double validationR) {}

  Sum fit(Moments.Target trained, Moments.Target validation) {
    List<Integer> ranked = ranked(trained);
    Sum best = new Sum(new int[0], new double[0], Double.NaN);
    while (best.terms().length < options.mostTerms()) {
      Sum next = longer(best, ranked, trained, validation);
      if (next == null) {
        break;
      }
      best = next;
      ranked.remove((Integer) next.terms()[next.terms().length - 1]);
    }
    return withoutZeros(best);
  }

  /**
   * The sum with that candidate more which raises the correlation most; null if none raises it
   * enough. All are tried each time: one that brings nothing now may do so beside later terms.
   */
  private @Nullable Sum longer(
      Sum sum, List<Integer> candidates, Moments.Target trained, Moments.Target validation) {
    double reached = sum.terms().length == 0 ? 0 : sum.validationR();
    Sum best = null;
    for (int concept : candidates) {
      int[] terms = Arrays.copyOf(sum.terms(), sum.terms().length + 1);
      terms[terms.length - 1] = concept;
      double[] weights = leastSquares(trained, terms);
      double r = validation.correlation(terms, weights);
      if (r - reached >= options.leastGain() && (best == null || r > best.validationR())) {
        best = new Sum(terms, weights, r);
      }
    }
    return best;
  }

  private static Sum withoutZeros(Sum sum) {
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < sum.terms().length; i++) {
      if (sum.weights()[i] > 0) {
        kept.add(i);
      }
    }
    return new Sum(
        kept.stream().mapToInt(i -> sum.terms()[i]).toArray(),
        kept.stream().mapToDouble(i -> sum.weights()[i]).toArray(),
        sum.validationR());
  }

  /** The foremost concepts that the elastic net gives a weight, the largest first. */
  private List<Integer> ranked(Moments.Target target) {
    double scale = Math.sqrt(target.variance());
    double[] toward = new double[concepts];
    double largest = 0;
    for (int c = 0; c < concepts; c++) {
      if (deviation[c] >= LEAST_DEVIATION && scale > 0) {
        toward[c] = target.covariance(c) / (deviation[c] * scale);
        largest = Math.max(largest, toward[c]);
      }
    }
    double[] weight = elasticNet(toward, options.penalty() * largest);
    List<Integer> ranked = new ArrayList<>();
    for (int c = 0; c < concepts; c++) {
      if (weight[c] > 0) {
        ranked.add(c);
      }
    }
    ranked.sort(Comparator.comparingDouble((Integer c) -> -weight[c]).thenComparing(c -> c));
    return new ArrayList<>(ranked.subList(0, Math.min(options.candidates(), ranked.size())));
  }

  /**
   * Weights above 0 of standardised concepts for a standardised target, by coordinate descent.
   *
   * @param toward correlation of each concept with the target
   */
  private double[] elasticNet(double[] toward, double penalty) {
    double[] weight = new double[concepts];
    double[] left = toward.clone();
    double absolute = penalty * (1 - options.ridgeShare());
    double square = penalty * options.ridgeShare();
    for (int pass = 0; pass < PASSES; pass++) {
      double moved = 0;
      for (int c = 0; c < concepts; c++) {
        if (deviation[c] < LEAST_DEVIATION || (weight[c] == 0 && left[c] <= absolute)) {
          continue;
        }
        double next = Math.max(0, left[c] + weight[c] - absolute) / (1 + square);
        double step = next - weight[c];
        if (step == 0) {
          continue;
        }
        weight[c] = next;
        moved = Math.max(moved, Math.abs(step));
        for (int d = 0; d < concepts; d++) {
          if (deviation[d] >= LEAST_DEVIATION) {
            left[d] -= step * train.covariance(c, d) / (deviation[c] * deviation[d]);
          }
        }
      }
      if (moved < SETTLED) {
        break;
      }
    }
    return weight;
  }

  /** Weights of few terms, none below 0, by coordinate descent on the squared error. */
  private double[] leastSquares(Moments.Target target, int[] terms) {
    double[] weight = new double[terms.length];
    for (int pass = 0; pass < 10 * PASSES; pass++) {
      double moved = 0;
      for (int i = 0; i < terms.length; i++) {
        double own = train.covariance(terms[i], terms[i]);
        double toward = target.covariance(terms[i]);
        for (int j = 0; j < terms.length; j++) {
          toward -= j == i ? 0 : weight[j] * train.covariance(terms[i], terms[j]);
        }
        double next = own > 0 ? Math.max(0, toward / own) : 0;
        moved = Math.max(moved, Math.abs(next - weight[i]) * Math.sqrt(own));
        weight[i] = next;
      }
      if (moved <= SETTLED * Math.sqrt(target.variance())) {
        break;
      }
    }
    return weight;
  }
}
