package org.netdissect.analysis.formulas;

import java.util.Arrays;

/**
 * Means and products of the concepts' shares over some images: all that least squares and
 * correlations need. Images hold few concepts, so products are summed over those only. Immutable
 * once filled.
 */
final class Moments {
  private final int concepts;
  private final double[] sum;
  private final double[] products;
  private int images;

  Moments(int concepts) {
    this.concepts = concepts;
    sum = new double[concepts];
    products = new double[concepts * concepts];
  }

  /** Adds an image that holds some concepts. */
  void add(int[] held, double[] share) {
    images++;
    for (int i = 0; i < held.length; i++) {
      sum[held[i]] += share[i];
      for (int j = 0; j < held.length; j++) {
        products[held[i] * concepts + held[j]] += share[i] * share[j];
      }
    }
  }

  int images() {
    return images;
  }

  double mean(int concept) {
    return images == 0 ? 0 : sum[concept] / images;
  }

  /** Covariance of two concepts' shares. */
  double covariance(int a, int b) {
    return images == 0 ? 0 : products[a * concepts + b] / images - mean(a) * mean(b);
  }

  /** A unit's activation over the same images. */
  static final class Target {
    private final Moments of;
    private final double[] withConcept;
    private double sum;
    private double square;

    Target(Moments of) {
      this.of = of;
      withConcept = new double[of.concepts];
    }

    void clear() {
      Arrays.fill(withConcept, 0);
      sum = 0;
      square = 0;
    }

    void add(double value, int[] held, double[] share) {
      sum += value;
      square += value * value;
      for (int i = 0; i < held.length; i++) {
        withConcept[held[i]] += value * share[i];
      }
    }

    double mean() {
      return of.images == 0 ? 0 : sum / of.images;
    }

    double variance() {
      return of.images == 0 ? 0 : Math.max(0, square / of.images - mean() * mean());
    }

    double covariance(int concept) {
      return of.images == 0 ? 0 : withConcept[concept] / of.images - mean() * of.mean(concept);
    }

    /** Pearson's correlation with a weighted sum of concepts; NaN where either is constant. */
    double correlation(int[] terms, double[] weights) {
      double with = 0;
      double own = 0;
      for (int i = 0; i < terms.length; i++) {
        with += weights[i] * covariance(terms[i]);
        for (int j = 0; j < terms.length; j++) {
          own += weights[i] * weights[j] * of.covariance(terms[i], terms[j]);
        }
      }
      // Below this, what is left of a difference of sums is rounding.
      double least = 1e-12 * Math.max(1e-300, square / Math.max(1, of.images));
      return own <= 1e-18 || variance() <= least ? Double.NaN : with / Math.sqrt(own * variance());
    }
  }
}
