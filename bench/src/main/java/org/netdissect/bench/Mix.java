package org.netdissect.bench;

/** Hashing as a source of numbers: the same everywhere, in any order, without state. */
public final class Mix {
  private Mix() {}

  /** A well mixed number of the given ones. */
  public static long of(long a, long b, long c) {
    return mix(mix(mix(a) + b) + c);
  }

  /** The finaliser of SplitMix64. */
  public static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** From 0 to below 1. */
  public static double unit(long mixed) {
    return (mixed >>> 11) * 0x1p-53;
  }

  /** From 0 to below n. */
  public static int below(long mixed, int n) {
    return (int) ((mixed >>> 33) % n);
  }
}
