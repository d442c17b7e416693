package org.netdissect.dissection.activations.basis;

import java.util.SplittableRandom;

/**
 * Independent normal numbers of mean 0 and variance 1 from a seed, the same on every Java
 * (Marsaglia's polar method over SplitMix64; neighbouring seeds share nothing, as those of {@code
 * java.util.Random} would).
 */
final class NormalNumbers {
  private final SplittableRandom random;
  private double kept = Double.NaN;

  NormalNumbers(long seed) {
    random = new SplittableRandom(seed);
  }

  double next() {
    if (!Double.isNaN(kept)) {
      double next = kept;
      kept = Double.NaN;
      return next;
    }
    double x;
    double y;
    double square;
    do {
      x = 2 * random.nextDouble() - 1;
      y = 2 * random.nextDouble() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square == 0);
    double factor = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
    kept = y * factor;
    return x * factor;
  }
}
