package org.netdissect.lab.world;

import java.util.List;

/** Close-ups that one texture fills, as in the Describable Textures Dataset (Cimpoi 2014). */
final class Textures {
  static final List<String> NAMES =
      List.of(
          "striped",
          "dotted",
          "chequered",
          "zigzagged",
          "woven",
          "honeycombed",
          "grid",
          "spiralled",
          "crosshatched",
          "bubbly",
          "scaly",
          "cobwebbed",
          "marbled",
          "studded",
          "wavy",
          "flecked");

  private Textures() {}

  private static double fraction(double v) {
    return v - Math.floor(v);
  }

  /** Paints the whole canvas; the canvas is one unit wide. */
  static void paint(String name, Canvas c, Rng r) {
    int a = r.chance(0.8) ? r.anyColor() : r.pastel();
    int b = contrast(a, r);
    double s = r.in(0.07, 0.16);
    c.save().move(0.5, 0.5).rotate(r.in(-0.4, 0.4) + (r.chance(0.3) ? 0.7 : 0));
    double warp = r.in(0, 0.25) * s;
    int salt = r.salt();
    Canvas.Pattern flat = pattern(name, a, b, s, r);
    Canvas.Pattern bent =
        (x, y) ->
            flat.rgb(
                x + warp * (Rng.noise(x * 4, y * 4, salt) - 0.5) * 4,
                y + warp * (Rng.noise(x * 4, y * 4, salt + 1) - 0.5) * 4);
    c.object("");
    c.outline(-1, -1, 1, -1, 1, 1, -1, 1).fill(bent);
    extras(name, c, a, b, s, r);
    c.restore();
    // Light falls from one side.
    double t = r.in(0, 6.28);
    double dx = StrictMath.cos(t);
    double dy = StrictMath.sin(t);
    c.outline(
            0.5 - dx - dy,
            0.5 - dy + dx,
            0.5 - dx + dy,
            0.5 - dy - dx,
            0.5 + dy,
            0.5 - dx,
            0.5 - dy,
            0.5 + dx)
        .tint(0x000000, r.in(0, 0.12));
  }

  private static int contrast(int a, Rng r) {
    int light = (Colors.red(a) * 3 + Colors.green(a) * 6 + Colors.blue(a)) / 10;
    for (int i = 0; i < 20; i++) {
      int b = r.anyColor();
      int other = (Colors.red(b) * 3 + Colors.green(b) * 6 + Colors.blue(b)) / 10;
      if (Math.abs(light - other) > 60) {
        return b;
      }
    }
    return light > 128 ? 0x202028 : 0xf0f0ea;
  }

  private static Canvas.Pattern pattern(String name, int a, int b, double s, Rng r) {
    return switch (name) {
      case "striped" -> Patterns.stripes(a, b, s, 0);
      case "dotted" -> Patterns.dots(a, b, s, r.in(0.24, 0.36));
      case "chequered" -> Patterns.checks(a, b, s * 0.7);
      case "zigzagged" ->
          (x, y) -> fraction(y / s + Math.abs(fraction(x / s) - 0.5) * 1.6) < 0.5 ? a : b;
      case "woven" -> Patterns.weave(a, Colors.mix(a, b, r.in(0.2, 0.8)), s * 0.5);
      case "honeycombed" -> honeycomb(a, b, s * 0.75);
      case "grid" -> (x, y) -> fraction(x / s) < 0.2 || fraction(y / s) < 0.2 ? b : a;
      case "spiralled" -> {
        double cx = r.in(-0.15, 0.15);
        double cy = r.in(-0.15, 0.15);
        yield (x, y) -> {
          double dx = x - cx;
          double dy = y - cy;
          double turn = StrictMath.atan2(dy, dx) / (2 * StrictMath.PI);
          return fraction(Math.sqrt(dx * dx + dy * dy) / s + turn) < 0.45 ? b : a;
        };
      }
      case "crosshatched" ->
          (x, y) -> {
            double u = fraction((x + y) / s * 1.2);
            double v = fraction((x - y) / s * 1.2);
            return u < 0.16 || v < 0.16 ? b : a;
          };
      case "scaly" -> Patterns.scales(a, s * 1.1, s * 0.75);
      case "marbled" -> {
        int salt = r.salt();
        yield (x, y) -> {
          double n = Rng.noise(x * 5, y * 5, salt) + 0.5 * Rng.noise(x * 11, y * 11, salt + 1);
          double vein = Math.abs(fraction(n * 2.2 + x * 1.2) - 0.5);
          return vein < 0.07 ? b : Colors.mix(a, b, 0.45 * Math.max(0, 0.5 - vein));
        };
      }
      case "wavy" -> (x, y) -> fraction(y / s + 0.35 * StrictMath.sin(x / s * 2.2)) < 0.45 ? a : b;
      case "flecked" -> {
        int salt = r.salt();
        double d = s * 0.33;
        yield (x, y) -> {
          int ix = (int) Math.floor(x / d);
          int iy = (int) Math.floor(y / d);
          double h = Rng.hash(ix, iy, salt);
          double dx = fraction(x / d) - 0.3 - 0.4 * Rng.hash(ix, iy, salt + 1);
          double dy = fraction(y / d) - 0.3 - 0.4 * Rng.hash(ix, iy, salt + 2);
          return h < 0.55 && dx * dx + dy * dy < 0.06 + 0.08 * h ? b : a;
        };
      }
      case "studded" ->
          (x, y) -> {
            double dx = fraction(x / s) - 0.5;
            double dy = fraction(y / s) - 0.5;
            double d = dx * dx + dy * dy;
            if (d > 0.11) {
              return dx + dy > 0 && d < 0.17 ? Colors.shade(a, 0.6) : a;
            }
            double light = (dx + 0.14) * (dx + 0.14) + (dy + 0.14) * (dy + 0.14);
            return light < 0.012 ? 0xfafafa : Colors.shade(b, 1.25 - 4 * light);
          };
      default -> // bubbly and cobwebbed have a plain ground
          Patterns.noise(a, Colors.shade(a, 0.85), 0.3, r.salt());
    };
  }

  /** Distance to the nearest edge of hexagonal cells. */
  private static Canvas.Pattern honeycomb(int cell, int wall, double s) {
    double h = s * 1.7320508;
    return (x, y) -> {
      double ax = x - s * Math.floor(x / s + 0.5);
      double ay = y - h * Math.floor(y / h + 0.5);
      double bx = x - s / 2 - s * Math.floor(x / s);
      double by = y - h / 2 - h * Math.floor(y / h);
      boolean first = ax * ax + ay * ay < bx * bx + by * by;
      double px = Math.abs(first ? ax : bx);
      double py = Math.abs(first ? ay : by);
      double edge = Math.max(px, px * 0.5 + py * 0.8660254) / (s / 2);
      return edge > 0.8 ? wall : Colors.shade(cell, 1.1 - 0.35 * edge);
    };
  }

  private static void extras(String name, Canvas c, int a, int b, double s, Rng r) {
    if (name.equals("bubbly")) {
      for (int i = 0; i < 70; i++) {
        double x = r.in(-0.75, 0.75);
        double y = r.in(-0.75, 0.75);
        double radius = s * r.in(0.25, 0.75);
        c.oval(x, y, radius, radius).fill(Colors.mix(a, b, 0.25));
        c.ring(b, x, y, radius, Math.max(0.012, radius * 0.18));
        c.ellipse(0xffffff, x - radius * 0.35, y - radius * 0.4, radius * 0.2, radius * 0.16);
      }
    } else if (name.equals("cobwebbed")) {
      double cx = r.in(-0.2, 0.2);
      double cy = r.in(-0.2, 0.2);
      int n = r.whole(9, 13);
      double[] t = new double[n + 1];
      for (int i = 0; i < n; i++) {
        t[i] = 2 * StrictMath.PI * (i + r.in(-0.2, 0.2)) / n;
        c.line(b, 0.012, cx, cy, cx + 1.2 * StrictMath.cos(t[i]), cy + 1.2 * StrictMath.sin(t[i]));
      }
      t[n] = t[0];
      for (double d = s * 0.6; d < 1.1; d += s * 0.75) {
        for (int i = 0; i < n; i++) {
          double m = (t[i] + t[i + 1] + (i == n - 1 ? 2 * StrictMath.PI : 0)) / 2;
          c.line(
              b,
              0.01,
              cx + d * StrictMath.cos(t[i]),
              cy + d * StrictMath.sin(t[i]),
              cx + 0.86 * d * StrictMath.cos(m),
              cy + 0.86 * d * StrictMath.sin(m),
              cx + d * StrictMath.cos(t[i + 1]),
              cy + d * StrictMath.sin(t[i + 1]));
        }
      }
    }
  }
}
