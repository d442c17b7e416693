package org.netdissect.lab.world;

/** Houses, towers and what stands in streets. Units as in {@link Vehicles}. */
final class Buildings {
  private final Canvas c;
  private final Rng r;

  Buildings(Canvas c, Rng r) {
    this.c = c;
    this.r = r;
  }

  private void window(double x, double y, double w, double h, boolean lit) {
    int frame = 0xe8e4da;
    c.part("window").of("wood").rect(frame, x - 0.08, y - 0.08, x + w + 0.08, y + h + 0.08);
    c.of("glass").rect(lit ? 0xffd972 : 0x5f7f99, x, y, x + w, y + h);
    if (!lit) {
      c.outline(x, y, x + w * 0.6, y, x, y + h * 0.7).tint(0xffffff, 0.25);
    }
    c.of("wood").line(frame, 0.07, x + w / 2, y, x + w / 2, y + h);
    c.line(frame, 0.07, x, y + h / 2, x + w, y + h / 2);
  }

  private void door(double x, double w, double h, int color) {
    c.part("door").of("wood").rect(Colors.shade(color, 0.55), x - 0.1, -h - 0.1, x + w + 0.1, 0);
    c.outline(x, -h, x + w, -h, x + w, 0, x, 0).fill(Patterns.boards(color, w / 4, r.salt()));
    c.part("handle").of("metal").ellipse(0xe6c64c, x + w * 0.82, -h * 0.46, 0.09, 0.09);
  }

  /** A dwelling 6 to 9 m wide. */
  void house(boolean night) {
    double w = r.in(2.8, 4.4);
    double wall = r.in(2.8, 3.6) * (r.chance(0.35) ? 1.8 : 1);
    double roof = r.in(1.8, 3.0);
    int tone = r.chance(0.5) ? r.color(8, 30, 0.4, 0.7, 0.45, 0.75) : r.pastel();
    boolean brick = r.chance(0.55);
    int salt = r.salt();
    c.object("house").of(brick ? "brick" : "plaster");
    c.outline(-w, -wall, w, -wall, w, 0, -w, 0);
    if (brick) {
      c.fill(
          Patterns.bricks(
              Colors.hsv(r.in(6, 24), 0.6, r.in(0.45, 0.7)), 0xb8aca0, 0.75, 0.32, salt));
    } else {
      c.fill(Patterns.noise(Colors.shade(tone, 0.94), Colors.shade(tone, 1.05), 0.4, salt));
    }
    int tile = r.color(r.chance(0.7) ? 0 : 200, r.chance(0.7) ? 25 : 225, 0.4, 0.75, 0.35, 0.65);
    c.part("chimney").of("brick");
    double x = r.in(0.3, 0.55) * w;
    c.outline(x, -wall - roof, x + 0.8, -wall - roof, x + 0.8, -wall - 0.4, x, -wall - 0.4)
        .fill(Patterns.bricks(0x94503a, 0xb0a498, 0.4, 0.25, salt));
    c.part("roof").of("tile");
    double ridge = r.chance(0.5) ? 0 : w * 0.55;
    c.outline(
            -w - 0.5, -wall + 0.1, -ridge, -wall - roof, ridge, -wall - roof, w + 0.5, -wall + 0.1)
        .fill(Patterns.scales(tile, 0.55, 0.4));
    int doorColor = r.anyColor();
    double dx = r.in(-0.5, 0.4) * w;
    door(dx, 1.15, 2.2, doorColor);
    int floors = wall > 4 ? 2 : 1;
    for (int f = 0; f < floors; f++) {
      for (double wx = -w + 0.6; wx < w - 1.3; wx += 1.9) {
        if (f > 0 || wx + 1.2 < dx - 0.2 || wx > dx + 1.4) {
          window(wx, -2.3 - f * 2.7, 1.1, 1.2, night && r.chance(0.7));
        }
      }
    }
  }

  /** A red barn. */
  void barn() {
    int red = r.color(-8, 14, 0.6, 0.85, 0.45, 0.7);
    c.object("barn").of("wood");
    c.outline(-3.6, 0, -3.6, -3.2, -2.4, -4.8, 0, -5.8, 2.4, -4.8, 3.6, -3.2, 3.6, 0)
        .fill(Patterns.boards(red, 0.5, r.salt()));
    c.part("roof").of("metal");
    c.line(0x6a6c70, 0.5, -3.8, -3.1, -2.5, -4.9, 0, -5.95, 2.5, -4.9, 3.8, -3.1);
    c.part("door").of("wood").rect(Colors.shade(red, 0.8), -1.5, -2.7, 1.5, 0);
    c.line(0xf0ece0, 0.2, -1.5, -2.7, 1.5, -2.7, 1.5, 0, -1.5, 0, -1.5, -2.7, 1.5, 0);
    c.line(0xf0ece0, 0.2, 1.5, -2.7, -1.5, 0);
    window(-0.6, -4.6, 1.2, 0.9, false);
  }

  /** An office tower. */
  void skyscraper(boolean night) {
    double w = r.in(3.0, 5.5);
    double h = r.in(12, 26);
    int tone =
        night ? r.color(200, 260, 0.1, 0.4, 0.12, 0.28) : r.color(0, 360, 0.0, 0.3, 0.4, 0.75);
    c.object("skyscraper").of("concrete").rect(tone, -w, -h, w, 0);
    if (r.chance(0.4)) {
      c.part("antenna").of("metal").line(Colors.shade(tone, 0.6), 0.25, 0, -h - 4, 0, -h);
    }
    c.part("window").of("glass");
    boolean bands = r.chance(0.35);
    int salt = r.salt();
    int iy = 0;
    for (double y = -h + 0.9; y < -1.5; y += 2.0, iy++) {
      if (bands && !night) {
        c.rect(0x4d6f8e, -w + 0.4, y, w - 0.4, y + 1.1);
        continue;
      }
      int ix = 0;
      for (double x = -w + 0.5; x < w - 1.0; x += 1.5, ix++) {
        double lit = Rng.hash(ix, iy, salt);
        int glass =
            night
                ? lit < 0.55 ? Colors.hsv(45 + 15 * lit, 0.5, 1) : 0x1c2434
                : lit < 0.2 ? 0x9cc0d8 : 0x4d6f8e;
        c.rect(glass, x, y, x + 0.95, y + 1.25);
      }
    }
    c.outline(w * 0.5, -h, w, -h, w, 0, w * 0.5, 0).tint(0x000018, 0.18);
  }

  /** A shop with a striped awning. */
  void shop() {
    double w = r.in(3.0, 4.0);
    int tone = r.color(0, 360, 0.15, 0.55, 0.5, 0.8);
    c.object("shop").of("brick");
    c.outline(-w, -6.2, w, -6.2, w, 0, -w, 0)
        .fill(Patterns.bricks(tone, Colors.shade(tone, 0.7), 0.8, 0.34, r.salt()));
    for (int i = 0; i < 3; i++) {
      window(-w + 0.6 + i * (2 * w - 1.2) / 3 + 0.2, -5.6, 1.1, 1.4, false);
    }
    c.part("window").of("glass").rect(0x3a5468, -w + 0.4, -2.5, w - 1.8, -0.5);
    c.outline(-w + 0.4, -2.5, 0, -2.5, -w + 0.4, -1.2).tint(0xffffff, 0.25);
    door(w - 1.5, 1.1, 2.4, r.vivid());
    c.part("awning").of("fabric");
    int stripe = r.vivid();
    c.outline(-w + 0.1, -3.5, w - 0.1, -3.5, w + 0.3, -2.6, -w - 0.3, -2.6)
        .fill(Patterns.stripes(stripe, 0xf6f2ea, 0.9, 0));
  }

  void lighthouse() {
    int band = r.chance(0.7) ? 0xc02a26 : r.vivid();
    c.object("lighthouse").of("brick");
    c.outline(-1.6, 0, -1.0, -8, 1.0, -8, 1.6, 0)
        .fill(Patterns.stripes(band, 0xf4f2ec, 3.2, StrictMath.PI / 2));
    c.part("lamp").of("glass").rect(0xfff0a8, -0.8, -9.3, 0.8, -8);
    c.part("").of("metal").rect(0x33363c, -1.3, -8.2, 1.3, -7.9);
    c.line(0x33363c, 0.15, 0, -9.3, 0, -8);
    c.part("roof").of("metal").poly(band, -1.1, -9.3, 0, -10.4, 1.1, -9.3);
    c.part("window").of("glass").rect(0x35506a, -0.25, -5.4, 0.3, -4.6);
    c.rect(0x35506a, -0.25, -3.0, 0.3, -2.2);
    c.part("door").of("wood").rect(0x5a3a22, -0.45, -1.5, 0.45, 0);
  }

  /** A windmill; sails turn. */
  void windmill() {
    int tone = r.chance(0.5) ? 0xe8e2d4 : 0x9a5a3a;
    c.object("windmill").of("brick");
    c.outline(-1.8, 0, -1.1, -5.6, 1.1, -5.6, 1.8, 0)
        .fill(Patterns.bricks(tone, Colors.shade(tone, 0.8), 0.6, 0.3, r.salt()));
    c.part("roof").of("wood").poly(0x5a3c28, -1.4, -5.5, 0, -7.0, 1.4, -5.5);
    c.part("door").of("wood").rect(0x4a3020, -0.45, -1.7, 0.45, 0);
    c.part("window").of("glass").rect(0x3a5468, -0.3, -4.0, 0.3, -3.2);
    c.part("sail").of("fabric");
    double turn = r.in(0, StrictMath.PI / 2);
    for (int i = 0; i < 4; i++) {
      c.save().move(0, -5.6).rotate(turn + i * StrictMath.PI / 2);
      c.outline(0.1, -0.4, 0.9, -0.6, 0.9, -3.8, 0.1, -3.8)
          .fill(Patterns.tiles(0xeee8d8, 0x7a6a54, 0.55));
      c.line(0x5a4630, 0.16, 0, 0, 0.05, -3.9);
      c.restore();
    }
  }

  void streetlight(boolean lit) {
    c.object("streetlight").part("pole").of("metal");
    c.line(0x3c4044, 0.16, 0, 0, 0, -5.2, 0.9, -5.6);
    c.rect(0x3c4044, -0.2, -0.5, 0.2, 0);
    c.part("lamp").of("glass").ellipse(lit ? 0xfff2b0 : 0xd8dcd8, 1.05, -5.5, 0.42, 0.22);
    if (lit) {
      c.oval(1.05, -5.4, 1.3, 1.1).tint(0xffe9a0, 0.3);
    }
  }

  void trafficLight() {
    int on = r.whole(0, 2);
    c.object("traffic light").part("pole").of("metal").rect(0x54585c, -0.1, -3.0, 0.1, 0);
    c.part("").rect(0x1e2022, -0.38, -4.6, 0.38, -2.7);
    c.part("lamp").of("glass");
    int[] colors = {0xff2a20, 0xffc020, 0x2ae050};
    for (int i = 0; i < 3; i++) {
      c.ellipse(Colors.shade(colors[i], i == on ? 1 : 0.3), 0, -4.25 + i * 0.6, 0.23, 0.23);
    }
  }

  void sign() {
    c.object("sign").part("pole").of("metal").rect(0x8a8e92, -0.06, -2.4, 0.06, 0);
    c.part("");
    int kind = r.whole(0, 2);
    if (kind == 0) {
      c.ellipse(0xc8201e, 0, -2.7, 0.5, 0.5);
      c.rect(0xf6f6f2, -0.34, -2.8, 0.34, -2.6);
    } else if (kind == 1) {
      c.poly(0xc8201e, -0.6, -2.25, 0, -3.25, 0.6, -2.25);
      c.poly(0xf6f6f2, -0.36, -2.4, 0, -2.98, 0.36, -2.4);
    } else {
      c.rect(0x1e5ab0, -0.5, -3.2, 0.5, -2.2);
      c.poly(
          0xf6f6f2, -0.3, -2.6, 0, -3.0, 0.3, -2.6, 0.1, -2.6, 0.1, -2.35, -0.1, -2.35, -0.1, -2.6);
    }
  }

  /** A picket fence from x = −length/2 to length/2. */
  void fence(double length) {
    int wood = r.chance(0.5) ? 0xf0ece2 : r.wood();
    c.object("fence").of("wood");
    c.rect(Colors.shade(wood, 0.85), -length / 2, -0.85, length / 2, -0.72);
    c.rect(Colors.shade(wood, 0.85), -length / 2, -0.4, length / 2, -0.27);
    for (double x = -length / 2; x < length / 2; x += 0.5) {
      c.poly(wood, x, 0, x, -0.95, x + 0.13, -1.15, x + 0.26, -0.95, x + 0.26, 0);
    }
  }

  void bench() {
    int wood = r.wood();
    c.object("bench").part("leg").of("metal");
    c.line(0x2c2e32, 0.08, -0.7, -0.45, -0.75, 0);
    c.line(0x2c2e32, 0.08, 0.7, -0.45, 0.75, 0);
    c.part("seat").of("wood").rect(wood, -0.95, -0.52, 0.95, -0.4);
    c.part("back").rect(wood, -0.95, -0.98, 0.95, -0.84);
    c.rect(wood, -0.95, -0.78, 0.95, -0.64);
    c.of("metal").line(0x2c2e32, 0.07, -0.7, -0.98, -0.7, -0.45);
    c.line(0x2c2e32, 0.07, 0.7, -0.98, 0.7, -0.45);
  }

  /** A parasol 2.3 m high. */
  void umbrella() {
    int a = r.vivid();
    int b = r.chance(0.6) ? 0xf6f2e8 : r.vivid();
    c.object("umbrella").part("pole").of("wood").line(0xe8e0d0, 0.08, 0, 0, 0, -2.1);
    c.part("").of("fabric");
    double[] x = {-1.3, -0.8, -0.28, 0.28, 0.8, 1.3};
    for (int i = 0; i < 5; i++) {
      c.poly(
          (i & 1) == 0 ? a : b,
          0,
          -2.4,
          x[i] * 0.6,
          -2.15,
          x[i],
          -1.55,
          (x[i] + x[i + 1]) / 2,
          -1.66,
          x[i + 1],
          -1.55,
          x[i + 1] * 0.6,
          -2.15);
    }
  }

  void ball(double radius) {
    int a = r.vivid();
    c.object("ball").ellipse(0xf4f2ec, 0, -radius, radius, radius);
    for (int i = 0; i < 3; i++) {
      double t = i * 2 * StrictMath.PI / 3 + 0.4;
      c.poly(
          a,
          0,
          -radius,
          radius * 0.95 * StrictMath.cos(t),
          -radius + radius * 0.95 * StrictMath.sin(t),
          radius * 0.95 * StrictMath.cos(t + 1),
          -radius + radius * 0.95 * StrictMath.sin(t + 1));
    }
  }

  /** A football goal with its net. */
  void goal() {
    c.object("goal").part("net");
    c.save();
    for (int i = -7; i <= 7; i++) {
      c.line(0xd8dcd8, 0.05, i * 0.5, -2.4, i * 0.46, -0.1);
    }
    for (int i = 0; i < 6; i++) {
      c.line(0xd8dcd8, 0.05, -3.6, -0.2 - i * 0.42, 3.6, -0.2 - i * 0.42);
    }
    c.restore();
    c.part("pole").of("metal");
    c.line(0xfafafa, 0.2, -3.66, 0, -3.66, -2.44, 3.66, -2.44, 3.66, 0);
  }

  /** A slide and a swing. */
  void playground() {
    int a = r.vivid();
    c.object("slide").part("ladder").of("metal");
    c.line(0x7a7e84, 0.1, -1.5, 0, -1.1, -2.2);
    c.line(0x7a7e84, 0.1, -1.1, 0, -0.7, -2.2);
    for (int i = 1; i < 6; i++) {
      c.line(0x7a7e84, 0.07, -1.5 + i * 0.07, -i * 0.36, -1.1 + i * 0.07, -i * 0.36);
    }
    c.part("").of("plastic");
    c.poly(
        a, -1.2, -2.3, -0.6, -2.3, 1.6, -0.45, 2.3, -0.4, 2.3, -0.1, 1.4, -0.15, -0.8, -2.0, -1.2,
        -2.0);
    c.poly(
        Colors.shade(a, 1.3),
        -1.2,
        -2.9,
        -1.08,
        -2.9,
        -1.08,
        -2.2,
        -0.6,
        -2.3,
        1.6,
        -0.5,
        1.5,
        -0.4,
        -0.7,
        -2.15,
        -1.2,
        -2.1);
  }

  void snowman() {
    c.oval(0, 0, 0.8, 0.08).tint(0x203050, 0.3);
    c.object("snowman").of("snow");
    c.oval(0, -0.55, 0.62, 0.6).fill(Patterns.gradient(0xffffff, -1, 0xc8d4e4, 0));
    c.oval(0, -1.35, 0.45, 0.42).fill(Patterns.gradient(0xffffff, -1.7, 0xd0dae8, -0.9));
    c.part("head")
        .oval(0, -1.95, 0.32, 0.3)
        .fill(Patterns.gradient(0xffffff, -2.2, 0xd8e0ec, -1.7));
    c.part("hat").of("fabric").rect(0x202024, -0.26, -2.65, 0.26, -2.2);
    c.rect(0x202024, -0.42, -2.26, 0.42, -2.16);
    c.part("scarf").rect(r.vivid(), -0.34, -1.76, 0.34, -1.6);
    c.part("nose").of("").poly(0xf08020, 0, -2.0, 0.42, -1.92, 0, -1.88);
    c.part("eye").ellipse(0x101010, -0.1, -2.04, 0.04, 0.04);
    c.ellipse(0x101010, 0.12, -2.04, 0.04, 0.04);
  }

  /** A dockside crane, 16 m. */
  void crane() {
    int paint = r.pick(0xd8a020, 0xc83a20, 0x2a62b0);
    c.object("crane").of("metal");
    c.line(paint, 0.5, -2, 0, -1.2, -9);
    c.line(paint, 0.5, 2, 0, 1.2, -9);
    c.line(paint, 0.25, -1.9, -1.5, 1.4, -6, -1.4, -6, 1.9, -1.5);
    c.rect(Colors.shade(paint, 0.7), -1.6, -10.4, 1.6, -8.8);
    c.part("arm");
    c.line(paint, 0.45, -3.5, -9.6, 9, -14);
    c.line(paint, 0.2, 0, -13.5, 9, -14);
    c.line(paint, 0.2, 0, -13.5, 0, -10);
    c.part("hook").line(0x303034, 0.12, 8.2, -13.7, 8.2, -8);
    c.rect(r.vivid(), 6.9, -8, 9.5, -6.6);
  }
}
