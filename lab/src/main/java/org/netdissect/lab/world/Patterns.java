package org.netdissect.lab.world;

import org.netdissect.lab.world.Canvas.Pattern;

/** Surfaces. Lengths are in the local units of whatever is painted. */
final class Patterns {
  private Patterns() {}

  private static double fraction(double v) {
    return v - Math.floor(v);
  }

  /** One colour above, another below, blended between. */
  static Pattern gradient(int top, double yTop, int bottom, double yBottom) {
    return (x, y) -> {
      double t = (y - yTop) / (yBottom - yTop);
      return Colors.mix(top, bottom, t < 0 ? 0 : Math.min(t, 1));
    };
  }

  /** Blotches of two colours, with finer ones inside. */
  static Pattern noise(int a, int b, double scale, int salt) {
    return (x, y) -> {
      double t =
          0.65 * Rng.noise(x / scale, y / scale, salt)
              + 0.35 * Rng.noise(x / scale * 2.7, y / scale * 2.7, salt + 1);
      return Colors.mix(a, b, t);
    };
  }

  /** Foliage: noise with hard, dark gaps. */
  static Pattern leaves(int c, double scale, int salt) {
    int dark = Colors.shade(c, 0.55);
    int light = Colors.shade(c, 1.3);
    return (x, y) -> {
      double t = Rng.noise(x / scale, y / scale, salt);
      double fine = Rng.noise(x / scale * 2.3, y / scale * 2.3, salt + 7);
      return t + fine < 0.8 ? dark : fine > 0.62 ? light : c;
    };
  }

  static Pattern bricks(int brick, int mortar, double width, double height, int salt) {
    return (x, y) -> {
      double row = Math.floor(y / height);
      double shifted = x / width + ((int) row & 1) * 0.5;
      if (fraction(y / height) < 0.2 || fraction(shifted) < 0.1) {
        return mortar;
      }
      return Colors.shade(brick, 0.85 + 0.3 * Rng.hash((int) Math.floor(shifted), (int) row, salt));
    };
  }

  static Pattern planks(int wood, double height, int salt) {
    return (x, y) -> {
      int row = (int) Math.floor(y / height);
      if (fraction(y / height) < 0.12) {
        return Colors.shade(wood, 0.6);
      }
      double grain = Rng.noise(x / height * 0.6, y / height * 5, salt);
      return Colors.shade(wood, 0.8 + 0.2 * Rng.hash(row, 0, salt) + 0.2 * grain);
    };
  }

  /** Planks that stand upright. */
  static Pattern boards(int wood, double width, int salt) {
    Pattern lying = planks(wood, width, salt);
    return (x, y) -> lying.rgb(y, x);
  }

  static Pattern stripes(int a, int b, double period, double angle) {
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    return (x, y) -> fraction((x * cos + y * sin) / period) < 0.5 ? a : b;
  }

  static Pattern checks(int a, int b, double side) {
    return (x, y) -> (((int) Math.floor(x / side) + (int) Math.floor(y / side)) & 1) == 0 ? a : b;
  }

  static Pattern dots(int ground, int dot, double spacing, double radius) {
    return (x, y) -> {
      double dx = fraction(x / spacing) - 0.5;
      double dy = fraction(y / spacing) - 0.5;
      return dx * dx + dy * dy < radius * radius ? dot : ground;
    };
  }

  static Pattern tiles(int tile, int grout, double side) {
    return (x, y) -> fraction(x / side) < 0.1 || fraction(y / side) < 0.1 ? grout : tile;
  }

  /** Roof tiles: rows of round ends. */
  static Pattern scales(int c, double width, double height) {
    int dark = Colors.shade(c, 0.6);
    return (x, y) -> {
      double row = Math.floor(y / height);
      double u = fraction(x / width + ((int) row & 1) * 0.5) * 2 - 1;
      double v = fraction(y / height);
      double edge = v - Math.sqrt(Math.max(0, 1 - u * u)) * 0.9;
      return edge > 0 ? dark : Colors.shade(c, 1.1 - 0.3 * (1 - v));
    };
  }

  /** Crests of waves, flatter the farther up. */
  static Pattern waves(int deep, int crest, double length, double height, int salt) {
    return (x, y) -> {
      double bend = Rng.noise(x / length, y / height * 0.7, salt) * 2.4;
      double t = fraction(y / height + bend);
      return t < 0.14 ? crest : Colors.mix(deep, crest, 0.25 * t);
    };
  }

  /** Blades of grass or ears of corn: upright streaks. */
  static Pattern blades(int c, double width, double height, int salt) {
    return (x, y) -> {
      double t = Rng.noise(x / width, y / height, salt);
      double u = Rng.noise(x / width * 0.13, y / height * 0.3, salt + 3);
      return Colors.shade(c, 0.62 + 0.5 * t + 0.25 * u);
    };
  }

  /** Warp and weft, over and under. */
  static Pattern weave(int a, int b, double side) {
    return (x, y) -> {
      int ix = (int) Math.floor(x / side);
      int iy = (int) Math.floor(y / side);
      boolean over = ((ix + iy) & 1) == 0;
      double across = over ? fraction(y / side) : fraction(x / side);
      double light = 1.15 - 1.6 * (across - 0.5) * (across - 0.5) * 1.8;
      return Colors.shade(over ? a : b, across < 0.12 || across > 0.88 ? 0.4 : light);
    };
  }
}
