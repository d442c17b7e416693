package org.netdissect.networks;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.netdissect.base.Digests;

/** Random numbers that follow from a seed and a name alone, the same on every Java. */
final class Draws {
  private final SplittableRandom random;
  private double spare = Double.NaN;

  /** Those of one tensor: they do not depend on what else is drawn. */
  Draws(long seed, String name) {
    byte[] digest = Digests.sha256().digest((seed + " " + name).getBytes(StandardCharsets.UTF_8));
    random = new SplittableRandom(ByteBuffer.wrap(digest).getLong());
  }

  /** A number of 0 to {@code bound} − 1. */
  int below(int bound) {
    return (int) Math.multiplyHigh(random.nextLong() >>> 1, (long) bound << 1);
  }

  /** Normally distributed, mean 0 and deviation 1 (Marsaglia's polar method). */
  double gaussian() {
    if (!Double.isNaN(spare)) {
      double value = spare;
      spare = Double.NaN;
      return value;
    }
    while (true) {
      double x = uniform();
      double y = uniform();
      double square = x * x + y * y;
      if (square > 0 && square < 1) {
        double factor = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
        spare = y * factor;
        return x * factor;
      }
    }
  }

  /** From −1 to below 1, of 53 bits. */
  private double uniform() {
    return (random.nextLong() >>> 11) * 0x1p-52 - 1;
  }
}
