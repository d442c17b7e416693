package org.netdissect.lab.world;

/** SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every Java runtime. */
final class Rng {
  private long state;

  Rng(long seed) {
    this.state = seed;
  }

  /** A generator of its own for one image of a world. */
  static Rng of(long seed, long index) {
    Rng mixed = new Rng(seed * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L * (index + 1));
    return new Rng(mixed.next());
  }

  long next() {
    state += 0x9E3779B97F4A7C15L;
    return mix(state);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** A number in [0, 1) that depends on the arguments only. */
  static double hash(int x, int y, int salt) {
    int h = x * 0x27d4eb2d ^ y * 0x165667b1 ^ salt * 0x9E3779B1;
    h = (h ^ (h >>> 15)) * 0x85ebca6b;
    h = (h ^ (h >>> 13)) * 0xc2b2ae35;
    return ((h ^ (h >>> 16)) >>> 8) * 0x1p-24;
  }

  /** Smooth noise in [0, 1): values at integer points, interpolated. */
  static double noise(double x, double y, int salt) {
    int ix = (int) Math.floor(x);
    int iy = (int) Math.floor(y);
    double fx = x - ix;
    double fy = y - iy;
    fx = fx * fx * (3 - 2 * fx);
    fy = fy * fy * (3 - 2 * fy);
    double top = hash(ix, iy, salt) * (1 - fx) + hash(ix + 1, iy, salt) * fx;
    double bottom = hash(ix, iy + 1, salt) * (1 - fx) + hash(ix + 1, iy + 1, salt) * fx;
    return top * (1 - fy) + bottom * fy;
  }

  /** Uniform in [0, 1). */
  double unit() {
    return (next() >>> 11) * 0x1p-53;
  }

  double in(double from, double to) {
    return from + (to - from) * unit();
  }

  /** An integer in from … to, both included. */
  int whole(int from, int to) {
    return from + (int) (unit() * (to - from + 1));
  }

  boolean chance(double probability) {
    return unit() < probability;
  }

  int salt() {
    return (int) next();
  }

  int pick(int... values) {
    return values[whole(0, values.length - 1)];
  }

  /** A colour of that hue (degrees), saturation and value, each in a range. */
  int color(double h0, double h1, double s0, double s1, double v0, double v1) {
    return Colors.hsv(in(h0, h1), in(s0, s1), in(v0, v1));
  }

  /** A strong colour of any hue. */
  int vivid() {
    return color(0, 360, 0.55, 0.95, 0.5, 0.95);
  }

  /** What cars, clothes, furniture come in: any hue, or white, grey, black. */
  int anyColor() {
    double kind = unit();
    if (kind < 0.1) {
      return color(0, 360, 0, 0.08, 0.85, 0.97);
    } else if (kind < 0.2) {
      return color(0, 360, 0, 0.1, 0.4, 0.6);
    } else if (kind < 0.28) {
      return color(0, 360, 0, 0.2, 0.1, 0.18);
    }
    return vivid();
  }

  /** A quiet wall paint. */
  int pastel() {
    return color(0, 360, 0.05, 0.35, 0.65, 0.95);
  }

  int wood() {
    return color(18, 36, 0.4, 0.75, 0.3, 0.7);
  }

  int metal() {
    return color(190, 230, 0.02, 0.12, 0.45, 0.8);
  }

  int leafGreen() {
    return color(75, 140, 0.45, 0.85, 0.25, 0.6);
  }

  int skin() {
    return color(15, 32, 0.3, 0.6, 0.4, 0.95);
  }
}
