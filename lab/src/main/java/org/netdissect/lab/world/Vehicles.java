package org.netdissect.lab.world;

/**
 * Things that drive, float, fly. Units are metres, the origin is the middle of the foot on the
 * ground, up is negative.
 */
final class Vehicles {
  private final Canvas c;
  private final Rng r;

  Vehicles(Canvas c, Rng r) {
    this.c = c;
    this.r = r;
  }

  void shadow(double halfWidth, double depth) {
    c.oval(0, 0, halfWidth, depth).tint(0x101018, 0.45);
  }

  void wheel(double x, double y, double radius) {
    c.part("wheel").of("rubber").ellipse(0x1c1c20, x, y, radius, radius);
    int hub = Colors.hsv(210, 0.05, 0.55 + 0.3 * Rng.hash((int) (radius * 64), 1, 5));
    c.of("metal").ellipse(hub, x, y, radius * 0.58, radius * 0.58);
    for (int i = 0; i < 5; i++) {
      double t = 0.3 + i * 2 * StrictMath.PI / 5;
      c.line(
          0x3a3a40,
          radius * 0.13,
          x,
          y,
          x + radius * 0.5 * StrictMath.cos(t),
          y + radius * 0.5 * StrictMath.sin(t));
    }
    c.ellipse(0x2a2a2e, x, y, radius * 0.14, radius * 0.14);
  }

  private static final int GLASS = 0x6f8fa6;

  private void glass(double... xy) {
    c.part("window").of("glass").poly(GLASS, xy);
  }

  void car(int paint) {
    shadow(2.2, 0.18);
    c.object("car").of("metal");
    double hood = r.in(0.84, 0.98);
    double back = r.chance(0.5) ? -1.95 : -1.3; // estate or saloon
    c.outline(
            -2.1,
            -0.3,
            -2.12,
            -0.75,
            -2.0,
            -0.9,
            back,
            -0.95,
            back + 0.45,
            -1.42,
            0.7,
            -1.46,
            1.3,
            -hood,
            1.95,
            -hood + 0.1,
            2.12,
            -0.6,
            2.12,
            -0.3)
        .fill(Patterns.gradient(Colors.shade(paint, 1.2), -1.4, Colors.shade(paint, 0.75), -0.3));
    glass(back + 0.22, -0.95, back + 0.54, -1.33, -0.08, -1.36, -0.08, -0.95);
    glass(0.02, -0.95, 0.02, -1.36, 0.66, -1.37, 1.1, -0.95);
    int line = Colors.shade(paint, 0.5);
    c.part("door").of("metal");
    c.poly(
        Colors.shade(paint, 1.05),
        -0.08,
        -0.93,
        -0.95,
        -0.93,
        -0.9,
        -0.5,
        -0.7,
        -0.36,
        -0.08,
        -0.36);
    c.poly(Colors.shade(paint, 1.05), 0.02, -0.93, 1.0, -0.93, 1.0, -0.36, 0.02, -0.36);
    c.line(line, 0.04, -0.03, -1.4, -0.03, -0.34);
    c.line(line, 0.05, -0.3, -0.8, -0.14, -0.8);
    c.line(line, 0.05, 0.75, -0.8, 0.92, -0.8);
    c.part("headlight").of("glass").ellipse(0xfff3b0, 2.0, -0.66, 0.13, 0.14);
    c.ellipse(0xc81e1e, -2.04, -0.7, 0.1, 0.15);
    c.part("").of("metal").rect(0x55585c, -2.15, -0.4, -1.8, -0.28);
    c.rect(0x55585c, 1.8, -0.4, 2.16, -0.28);
    wheel(-1.3, -0.34, 0.36);
    wheel(1.3, -0.34, 0.36);
  }

  void bus(int paint) {
    shadow(5.2, 0.25);
    c.object("bus").of("metal");
    c.rect(paint, -5, -3.0, 5, -0.4);
    c.rect(Colors.shade(paint, 1.25), -5, -3.0, 5, -2.75);
    c.rect(0xf2f2f0, -5, -1.25, 5, -1.05);
    for (int i = 0; i < 5; i++) {
      glass(
          -4.7 + i * 1.5, -2.5, -3.45 + i * 1.5, -2.5, -3.45 + i * 1.5, -1.5, -4.7 + i * 1.5, -1.5);
    }
    c.part("door").of("metal").rect(Colors.shade(paint, 0.6), 2.95, -2.6, 4.15, -0.5);
    glass(3.05, -2.5, 3.5, -2.5, 3.5, -0.8, 3.05, -0.8);
    glass(3.6, -2.5, 4.05, -2.5, 4.05, -0.8, 3.6, -0.8);
    glass(4.4, -2.6, 5, -2.6, 5, -1.4, 4.4, -1.4);
    c.part("headlight").of("glass").ellipse(0xfff3b0, 4.85, -0.75, 0.16, 0.18);
    wheel(-3.1, -0.5, 0.52);
    wheel(2.3, -0.5, 0.52);
  }

  void truck(int paint) {
    shadow(4.3, 0.22);
    c.object("truck").of("metal");
    int box = r.chance(0.5) ? 0xe6e4dc : r.anyColor();
    c.rect(box, -4.1, -3.1, 1.7, -0.75);
    for (int i = 0; i < 6; i++) {
      c.rect(Colors.shade(box, 0.8), -4.0 + i, -3.0, -3.92 + i, -0.8);
    }
    c.rect(0x303236, -4.1, -0.8, 3.9, -0.5);
    c.poly(paint, 1.8, -0.5, 1.8, -2.5, 3.1, -2.5, 3.8, -1.5, 4.0, -1.4, 4.0, -0.5);
    glass(2.4, -1.5, 2.4, -2.3, 3.0, -2.3, 3.5, -1.5);
    c.part("door").of("metal").rect(Colors.shade(paint, 0.8), 2.0, -1.4, 2.9, -0.6);
    c.part("headlight").of("glass").ellipse(0xfff3b0, 3.88, -0.85, 0.15, 0.15);
    wheel(-3.1, -0.48, 0.48);
    wheel(-2.0, -0.48, 0.48);
    wheel(2.9, -0.48, 0.48);
  }

  void bicycle(int paint) {
    shadow(1.0, 0.06);
    c.object("bicycle");
    for (int side = -1; side <= 1; side += 2) {
      double x = side * 0.55;
      c.part("wheel").of("rubber").ring(0x202024, x, -0.36, 0.36, 0.075);
      c.of("metal");
      for (int i = 0; i < 4; i++) {
        double t = i * StrictMath.PI / 4;
        double dx = 0.3 * StrictMath.cos(t);
        double dy = 0.3 * StrictMath.sin(t);
        c.line(0x9a9aa0, 0.018, x - dx, -0.36 - dy, x + dx, -0.36 + dy);
      }
    }
    c.part("frame").of("metal");
    c.line(paint, 0.07, -0.55, -0.36, -0.2, -0.78, 0.38, -0.78, 0.0, -0.34, -0.55, -0.36);
    c.line(paint, 0.07, -0.23, -0.84, 0.0, -0.34);
    c.line(paint, 0.07, 0.55, -0.36, 0.36, -0.95);
    c.part("handlebar").line(0x303034, 0.06, 0.3, -1.0, 0.52, -1.0, 0.58, -0.9);
    c.part("saddle")
        .of("leather")
        .poly(0x2a1c14, -0.4, -0.92, -0.1, -0.92, -0.2, -0.82, -0.38, -0.84);
  }

  /** A coach, 8 m long; the first of a train has a slanted nose. */
  void train(int paint, boolean nose) {
    c.object("train").of("metal");
    c.rect(0x26262a, -3.9, -0.75, 3.9, -0.35);
    if (nose) {
      c.poly(paint, -4, -0.6, -4, -3.2, 2.6, -3.2, 3.6, -2.2, 4.1, -1.0, 4.1, -0.6);
      glass(2.5, -2.9, 2.75, -2.9, 3.4, -2.1, 2.5, -2.1);
      c.part("headlight").of("glass").ellipse(0xfff3b0, 3.85, -1.1, 0.18, 0.18);
    } else {
      c.rect(paint, -4, -3.2, 4, -0.6);
    }
    c.part("").of("metal").rect(0xf4f2ea, -4, -1.5, nose ? 3.85 : 4, -1.25);
    c.rect(Colors.shade(paint, 0.6), -4, -3.3, nose ? 2.6 : 4, -3.1);
    for (int i = 0; i < 4; i++) {
      double x = -3.6 + i * 1.35;
      glass(x, -2.7, x + 1, -2.7, x + 1, -1.8, x, -1.8);
    }
    c.part("door").of("metal").rect(Colors.shade(paint, 0.7), 1.75, -2.8, 2.3, -0.7);
    for (double x : new double[] {-3, -2, 2, 3}) {
      wheel(x, -0.4, 0.4);
    }
  }

  /** Nose to the right, 22 m long, standing on its wheels or flying. */
  void airplane(int paint, boolean wheelsDown) {
    if (wheelsDown) {
      shadow(9, 0.5);
    }
    int body = r.chance(0.7) ? 0xe9edf0 : paint;
    c.save().move(0, wheelsDown ? -3.2 : 0);
    c.object("airplane").of("metal");
    if (wheelsDown) {
      c.part("wheel").line(0x55585c, 0.25, -1.2, 0.8, -1.2, 2.6);
      c.line(0x55585c, 0.25, 7.6, 0.8, 7.6, 2.6);
      wheel(-1.2, 2.6, 0.62);
      wheel(7.6, 2.6, 0.5);
    }
    c.part("tail").of("metal");
    c.poly(paint, -10.6, -0.6, -12.2, -5.2, -10.6, -5.2, -7.2, -1.2);
    c.poly(Colors.shade(paint, 0.8), -10.4, -0.2, -13, -1.4, -11.6, -1.5, -8, -0.3);
    c.part("");
    c.outline(-11, -0.8, -7, -1.6, 7.4, -1.6, 9.4, -0.9, 10.6, 0, 9.8, 0.6, 7, 1.2, -5, 1.1)
        .fill(Patterns.gradient(Colors.shade(body, 1.05), -1.6, Colors.shade(body, 0.7), 1.2));
    c.poly(paint, -10.2, -0.45, 10.2, -0.3, 10.4, 0.1, -9, -0.05);
    for (int i = 0; i < 10; i++) {
      double x = -6.4 + i * 1.35;
      c.part("window").of("glass").rect(0x2b4258, x, -1.05, x + 0.65, -0.55);
    }
    glass(7.9, -1.3, 8.9, -1.0, 9.3, -0.6, 7.9, -0.6);
    c.part("wing").of("metal");
    c.poly(Colors.shade(body, 0.8), -3.4, 0.3, 2.8, 0.3, -2.6, 3.6, -5.2, 3.8);
    c.poly(Colors.shade(body, 0.9), -2.2, -1.5, 2.0, -1.5, -2.8, -3.6, -4.0, -3.7);
    c.part("engine").ellipse(Colors.shade(paint, 0.7), 0.6, 1.7, 1.2, 0.55);
    c.restore();
  }

  /** A dinghy under sail; the mast is 6.5 m high. */
  void sailboat(int hull) {
    c.object("boat");
    int sail = r.chance(0.6) ? 0xf4f1e6 : r.vivid();
    int band = r.vivid();
    c.part("mast").of("wood").rect(0x6b4a2c, -0.08, -6.6, 0.08, -0.7);
    c.part("sail").of("fabric");
    c.outline(0.18, -6.4, 0.2, -1.2, 2.7, -1.2, 1.4, -4.0);
    if (r.chance(0.4)) {
      c.fill(Patterns.stripes(sail, band, 1.3, StrictMath.PI / 2));
    } else {
      c.fill(Patterns.gradient(sail, -6, Colors.shade(sail, 0.85), -1));
    }
    c.poly(Colors.shade(sail, 0.9), -0.2, -5.6, -0.2, -1.1, -1.9, -1.1);
    c.part("hull").of("wood");
    c.poly(hull, -2.5, -0.9, 2.9, -0.9, 2.0, 0.1, -1.9, 0.1);
    c.poly(Colors.shade(hull, 0.6), -2.1, -0.25, 2.3, -0.25, 2.0, 0.1, -1.9, 0.1);
    c.line(0xf0ead8, 0.14, -2.45, -0.85, 2.85, -0.85);
  }

  /** A freighter, 26 m long. */
  void ship(int hull) {
    c.object("ship").part("hull").of("metal");
    c.poly(hull, -13, -2.6, 10, -2.6, 13, -3.6, 11, 0.2, -12, 0.2);
    c.poly(0x8a2a22, -12.4, -0.8, 11.4, -0.8, 11, 0.2, -12, 0.2);
    c.part("");
    for (int i = 0; i < 6; i++) {
      for (int k = 0; k < r.whole(1, 3); k++) {
        int box = r.vivid();
        double x = -4.5 + i * 2.3;
        c.rect(box, x, -4 - k * 1.4, x + 2.2, -2.65 - k * 1.4);
        c.rect(Colors.shade(box, 0.7), x + 1, -4 - k * 1.4, x + 1.15, -2.65 - k * 1.4);
      }
    }
    c.rect(0xf0efe8, -11.5, -7.4, -5.6, -2.6);
    for (int k = 0; k < 2; k++) {
      for (int i = 0; i < 4; i++) {
        c.part("window")
            .of("glass")
            .rect(0x33495c, -11.1 + i * 1.35, -6.8 + k * 2, -10.2 + i * 1.35, -5.9 + k * 2);
      }
    }
    c.part("chimney").of("metal").rect(r.vivid(), -10, -9.6, -8.2, -7.4);
    c.rect(0x1c1c1e, -10, -9.9, -8.2, -9.3);
  }

  void tractor(int paint) {
    shadow(2.0, 0.15);
    c.object("tractor").of("metal");
    c.rect(paint, -0.4, -1.5, 1.9, -0.75);
    c.rect(0x2c2c30, 1.6, -1.4, 1.95, -0.85);
    c.rect(0x2c2c30, 1.0, -2.3, 1.15, -1.5);
    c.rect(Colors.shade(paint, 0.8), -1.5, -2.75, 0.1, -2.6);
    glass(-1.35, -2.6, -0.05, -2.6, 0.1, -1.4, -1.35, -1.4);
    c.part("").of("metal").rect(Colors.shade(paint, 0.9), -1.6, -1.5, -0.3, -0.8);
    wheel(-0.95, -0.8, 0.82);
    wheel(1.4, -0.45, 0.46);
  }
}
