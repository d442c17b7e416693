package org.netdissect.analysis.probes;

/**
 * How a layer is probed.
 *
 * @param pool what becomes of its maps
 * @param cost C of the support vector machine
 * @param splits how often images are held back anew, where there is no test set
 * @param trained share of each class's images that is trained on
 * @param seed of the splits
 * @param workers threads; the outcome does not depend on them
 */
public record ProbeOptions(
    Pool pool, double cost, int splits, double trained, long seed, int workers) {

  /** The paper's C. */
  public static final double COST = 0.001;

  /** Checks the numbers. */
  public ProbeOptions {
    if (!(cost > 0) || cost > 1e9) {
      throw new IllegalArgumentException("--cost must be above 0: " + cost);
    }
    if (splits < 1 || splits > 1_000) {
      throw new IllegalArgumentException("--splits must be 1 to 1000");
    }
    if (!(trained > 0 && trained < 1)) {
      throw new IllegalArgumentException("--trained must lie between 0 and 1: " + trained);
    }
  }
}
