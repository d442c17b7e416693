package org.netdissect.analysis.trust;

import org.jspecify.annotations.Nullable;

/**
 * How labels are put to the test.
 *
 * @param permutations of the images; 0 goes on until the units are decided, or to {@code most}
 * @param most permutations where their number is not given
 * @param resamples of the images, at least 20
 * @param fdr rate of false discoveries among the units called beyond chance, from 0 to 1
 * @param seed of all draws
 * @param split that labels are chosen on for the held-out check; null takes a random half
 * @param workers threads; the result does not depend on them
 */
public record TrustOptions(
    int permutations,
    int most,
    int resamples,
    double fdr,
    long seed,
    @Nullable String split,
    int workers) {

  /** The fewest permutations where their number is given: a p of 0.05 needs as many. */
  public static final int LEAST = 19;

  /** The most permutations and resamples of any kind. */
  private static final int LIMIT = 1_000_000;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException saying which is out of range
   */
  public TrustOptions {
    check(
        "permutations",
        permutations == 0 || (permutations >= LEAST && permutations <= LIMIT),
        Integer.toString(LEAST));
    check("most permutations", most >= ChanceLevel.FIRST && most <= LIMIT, "99");
    check("resamples", resamples >= 20 && resamples <= 10_000, "20");
    if (!(fdr > 0 && fdr < 1)) {
      throw new IllegalArgumentException(
          "the false discovery rate must lie between 0 and 1: " + fdr);
    }
    if (workers < 1) {
      throw new IllegalArgumentException("workers must be at least 1: " + workers);
    }
  }

  private static void check(String what, boolean right, String least) {
    if (!right) {
      throw new IllegalArgumentException(
          what + " must be at least " + least + ", and not millions");
    }
  }

  /** The same with another number of threads. */
  public TrustOptions withWorkers(int threads) {
    return new TrustOptions(permutations, most, resamples, fdr, seed, split, threads);
  }

  /** Until decided, at most 1,999 permutations; 200 resamples; a rate of 0.05; seed 1. */
  public static TrustOptions defaults() {
    return new TrustOptions(
        0, 1_999, 200, 0.05, 1, null, Runtime.getRuntime().availableProcessors());
  }
}
