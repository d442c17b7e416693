package org.netdissect.analysis.formulas;

/**
 * How linear explanations are made (after Oikarinen and Weng, "Linear Explanations for Individual
 * Neurons", ICML 2024, whose simulator is a language-vision model; here the labels are).
 *
 * @param seed of the split of the images: half to fit, a quarter to choose terms, a quarter held
 *     out
 * @param penalty of the elastic net, as a share of the unit's largest correlation with a concept,
 *     above 0 and below 1
 * @param ridgeShare what part of the penalty is on squares, 0 to 1
 * @param candidates that the greedy choice tries at each of its steps: so many with the largest
 *     weights
 * @param leastGain in correlation on the images that terms are chosen on; where no candidate brings
 *     as much, the sum ends
 * @param mostTerms of a sum
 */
public record LinearOptions(
    long seed, double penalty, double ridgeShare, int candidates, double leastGain, int mostTerms) {

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException saying which is out of range
   */
  public LinearOptions {
    if (!(penalty > 0 && penalty < 1) || !(ridgeShare >= 0 && ridgeShare <= 1)) {
      throw new IllegalArgumentException(
          "the penalty must lie between 0 and 1: " + penalty + ", " + ridgeShare);
    }
    if (candidates < 1 || mostTerms < 1 || mostTerms > 100 || !(leastGain >= 0 && leastGain < 1)) {
      throw new IllegalArgumentException("candidates, terms or gain are out of range");
    }
  }

  /** Penalty 0.05, of which 0.01 on squares; 100 candidates; a gain of 0.02; 10 terms. */
  public static LinearOptions withSeed(long seed) {
    return new LinearOptions(seed, 0.05, 0.01, 100, 0.02, 10);
  }
}
