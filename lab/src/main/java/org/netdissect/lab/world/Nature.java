package org.netdissect.lab.world;

/** Plants, animals, people, stones, clouds. Units as in {@link Vehicles}. */
final class Nature {
  private final Canvas c;
  private final Rng r;

  Nature(Canvas c, Rng r) {
    this.c = c;
    this.r = r;
  }

  private void shadow(double halfWidth, double depth) {
    c.oval(0, 0, halfWidth, depth).tint(0x101018, 0.4);
  }

  /** A leaf tree, 6 to 7 m. */
  void tree(int leaf) {
    shadow(1.8, 0.2);
    int bark = Colors.hsv(r.in(20, 35), 0.45, r.in(0.25, 0.42));
    c.object("tree").part("trunk").of("wood");
    c.outline(-0.3, 0, -0.18, -2.6, 0.18, -2.6, 0.32, 0)
        .fill(Patterns.boards(bark, 0.16, r.salt()));
    c.line(bark, 0.14, 0, -2.0, 0.9, -3.1);
    c.line(bark, 0.14, 0, -2.2, -0.9, -3.2);
    c.part("crown").of("foliage");
    Canvas.Pattern leaves = Patterns.leaves(leaf, r.in(0.32, 0.5), r.salt());
    int blobs = r.whole(5, 8);
    for (int i = 0; i < blobs; i++) {
      double t = 2 * StrictMath.PI * i / blobs;
      double s = r.in(1.0, 1.4);
      c.oval(1.15 * StrictMath.cos(t), -4.4 + 1.1 * StrictMath.sin(t), s, s * 0.9).fill(leaves);
    }
    c.oval(0, -4.5, 1.5, 1.5).fill(leaves);
    c.oval(-0.5, -5.0, 0.9, 0.7).tint(0xffffc0, 0.14);
  }

  /** A fir, 7 m. */
  void fir(int leaf, boolean snow) {
    shadow(1.5, 0.16);
    c.object("fir tree").part("trunk").of("wood").rect(0x4a3020, -0.2, -1.0, 0.2, 0);
    c.part("crown").of("foliage");
    int salt = r.salt();
    for (int i = 0; i < 4; i++) {
      double y = -0.8 - i * 1.45;
      double w = 1.9 - i * 0.4;
      int shade = Colors.shade(leaf, 0.8 + 0.12 * i);
      c.outline(
              -w, y, -w * 0.6, y - 0.15, 0, y - 2.3, w * 0.6, y - 0.15, w, y, w * 0.4, y + 0.12, 0,
              y - 0.05, -w * 0.4, y + 0.12)
          .fill(Patterns.blades(shade, 0.12, 0.5, salt));
      if (snow) {
        c.of("snow")
            .poly(
                0xf6f8fc, 0, y - 2.3, w * 0.42, y - 0.9, 0.15, y - 1.1, -w * 0.25, y - 0.8,
                -w * 0.4, y - 1.1);
        c.of("foliage");
      }
    }
  }

  /** A palm, 6 m. */
  void palm() {
    shadow(1.2, 0.12);
    c.object("palm tree").part("trunk").of("wood");
    double lean = r.in(-0.8, 0.8);
    int bark = Colors.hsv(30, 0.4, r.in(0.4, 0.6));
    double px = 0;
    for (int i = 1; i <= 8; i++) {
      double x = lean * i * i / 64.0;
      c.line(
          Colors.shade(bark, (i & 1) == 0 ? 1.1 : 0.85),
          0.36 - 0.015 * i,
          px,
          -(i - 1) * 0.6,
          x,
          -i * 0.6);
      px = x;
    }
    c.part("crown").of("foliage");
    int leaf = r.leafGreen();
    for (int i = 0; i < 9; i++) {
      double t = StrictMath.PI * (i / 8.0) + 0.1 * Rng.hash(i, 0, 3);
      double dx = StrictMath.cos(t);
      double dy = StrictMath.sin(t);
      int col = Colors.shade(leaf, 0.8 + 0.4 * Rng.hash(i, 1, 3));
      c.poly(
          col,
          px,
          -4.8,
          px + 1.2 * dx,
          -5.3 - 1.1 * dy,
          px + 2.3 * dx,
          -4.5 - 0.9 * dy,
          px + 2.5 * dx,
          -4.0 - 0.7 * dy,
          px + 1.1 * dx,
          -4.9 - 0.6 * dy);
    }
    c.part("").of("").ellipse(0x6b4526, px - 0.2, -4.6, 0.18, 0.2);
    c.ellipse(0x6b4526, px + 0.2, -4.65, 0.18, 0.2);
  }

  /** A saguaro, 3 m. */
  void cactus() {
    shadow(0.6, 0.08);
    int green = r.color(95, 140, 0.45, 0.75, 0.35, 0.55);
    Canvas.Pattern skin = Patterns.stripes(green, Colors.shade(green, 0.72), 0.2, 0);
    c.object("cactus");
    c.capsule(0, 0, 0, -2.7, 0.34, 0.3).fill(skin);
    double a = r.in(-1.5, -0.9);
    double b = r.in(-1.7, -1.0);
    c.part("branch");
    c.capsule(0, a, -0.85, a, 0.2, 0.2).fill(skin);
    c.capsule(-0.85, a, -0.85, a - 0.9, 0.2, 0.18).fill(skin);
    if (r.chance(0.75)) {
      c.capsule(0, b, 0.8, b, 0.2, 0.2).fill(skin);
      c.capsule(0.8, b, 0.8, b - 0.75, 0.2, 0.18).fill(skin);
    }
    if (r.chance(0.4)) {
      c.part("petal").ellipse(0xe85a9a, 0, -3.05, 0.2, 0.15);
    }
  }

  void bush(int leaf) {
    shadow(1.0, 0.1);
    c.object("bush").of("foliage");
    Canvas.Pattern leaves = Patterns.leaves(leaf, 0.24, r.salt());
    c.oval(-0.5, -0.4, 0.55, 0.5).fill(leaves);
    c.oval(0.5, -0.4, 0.6, 0.5).fill(leaves);
    c.oval(0, -0.6, 0.65, 0.6).fill(leaves);
  }

  /** One flower, 1 unit high. */
  void flower(int petal) {
    c.object("flower").part("stem").line(0x3f7a2c, 0.08, 0, 0, 0, -0.65);
    c.part("leaf").poly(0x4c9034, 0, -0.15, 0.25, -0.4, 0.06, -0.3);
    c.poly(0x4c9034, 0, -0.2, -0.27, -0.42, -0.06, -0.34);
    c.part("petal");
    int n = r.whole(5, 7);
    for (int i = 0; i < n; i++) {
      double t = 2 * StrictMath.PI * i / n;
      c.ellipse(
          Colors.shade(petal, (i & 1) == 0 ? 1 : 0.88),
          0.2 * StrictMath.cos(t),
          -0.75 + 0.2 * StrictMath.sin(t),
          0.15,
          0.15);
    }
    c.part("").ellipse(0xf2c22e, 0, -0.75, 0.11, 0.11);
  }

  void rock(int grey) {
    shadow(1.0, 0.1);
    c.object("rock").of("stone");
    double a = r.in(0.5, 0.9);
    c.outline(-1, 0, -0.8, -0.45, -0.35, -a, 0.3, -a * 0.9, 0.75, -0.5, 1, 0)
        .fill(Patterns.noise(Colors.shade(grey, 0.7), Colors.shade(grey, 1.25), 0.3, r.salt()));
    c.outline(0.3, -a * 0.9, 0.75, -0.5, 1, 0, 0.4, 0).tint(0x000000, 0.25);
  }

  /** A mountain 1 unit high on a foot 2.4 units wide. */
  void mountain(int rock, boolean snow) {
    c.object("mountain").of("stone");
    double peak = r.in(-0.3, 0.3);
    c.outline(-1.2, 0, -0.7, -0.42, -0.45, -0.5, peak, -1, 0.35 + peak, -0.6, 0.75, -0.4, 1.2, 0)
        .fill(Patterns.noise(Colors.shade(rock, 0.75), Colors.shade(rock, 1.2), 0.22, r.salt()));
    c.outline(peak, -1, 0.35 + peak, -0.6, 0.75, -0.4, 1.2, 0, peak * 0.4, 0, peak + 0.08, -0.5)
        .tint(0x000010, 0.3);
    if (snow) {
      c.of("snow")
          .poly(
              0xf4f7fc,
              peak,
              -1,
              peak + 0.24,
              -0.72,
              peak + 0.1,
              -0.76,
              peak,
              -0.62,
              peak - 0.1,
              -0.77,
              peak - 0.26,
              -0.73);
    }
  }

  /** A cloud 1 unit wide. */
  void cloud(int white) {
    c.object("cloud");
    int n = r.whole(3, 5);
    for (int i = 0; i < n; i++) {
      double x = -0.35 + 0.7 * i / (n - 1);
      double s = r.in(0.12, 0.2);
      c.oval(x, -0.08 - s * 0.3, s, s * 0.75)
          .fill(Patterns.gradient(white, -0.2, Colors.shade(white, 0.86), 0.06));
    }
    c.oval(0, -0.02, 0.5, 0.09).fill(Colors.shade(white, 0.93));
  }

  /** A bird with spread wings, 1 unit wide. */
  void bird(int feather) {
    c.object("bird")
        .part("tail")
        .poly(Colors.shade(feather, 0.7), -0.2, 0, -0.44, -0.06, -0.42, 0.09);
    c.part("torso").ellipse(feather, 0, 0, 0.26, 0.12);
    c.part("wing");
    double up = r.in(0.25, 0.5);
    c.poly(Colors.shade(feather, 0.75), -0.1, -0.02, -0.32, -up, 0.02, -up * 0.6, 0.14, -0.04);
    c.part("head").ellipse(feather, 0.26, -0.1, 0.11, 0.1);
    c.part("beak").poly(0xe8a020, 0.35, -0.13, 0.5, -0.07, 0.35, -0.05);
    c.part("eye").ellipse(0x101010, 0.29, -0.12, 0.03, 0.03);
  }

  /** A standing or walking person, 1.75 m. */
  void person() {
    person(false);
  }

  void person(boolean sitting) {
    if (!sitting) {
      shadow(0.4, 0.05);
    }
    int skin = r.skin();
    int shirt = r.anyColor();
    int trousers = r.chance(0.5) ? r.color(210, 240, 0.3, 0.7, 0.25, 0.55) : r.anyColor();
    int hair = r.pick(0x1c140e, 0x3b2415, 0x6b4423, 0xc79a4b, 0x8a8a88, 0x8c3a1c);
    double stride = r.in(0.02, 0.24);
    double arms = r.in(0.12, 0.42);
    c.object("person");
    if (sitting) {
      c.part("leg").of("fabric").line(trousers, 0.18, -0.05, -0.5, 0.4, -0.5, 0.42, -0.05);
      c.part("foot").of("leather").ellipse(0x2a2220, 0.5, -0.03, 0.13, 0.06);
      c.save().move(0, 0.32);
    } else {
      c.part("leg").of("fabric");
      c.line(Colors.shade(trousers, 0.85), 0.18, -0.06, -0.85, -0.08 - stride, -0.08);
      c.line(trousers, 0.18, 0.06, -0.85, 0.08 + stride, -0.08);
      c.part("foot").of("leather");
      c.ellipse(0x2a2220, -0.03 - stride, -0.05, 0.14, 0.06);
      c.ellipse(0x2a2220, 0.14 + stride, -0.05, 0.14, 0.06);
      c.save();
    }
    c.part("arm").of("fabric").line(Colors.shade(shirt, 0.8), 0.13, -0.2, -1.35, -0.2 - arms, -0.9);
    c.of("skin").ellipse(skin, -0.22 - arms, -0.84, 0.08, 0.08);
    c.part("torso").of("fabric");
    c.outline(-0.25, -1.42, 0.25, -1.42, 0.22, -0.78, -0.22, -0.78);
    if (r.chance(0.25)) {
      c.fill(Patterns.stripes(shirt, Colors.shade(shirt, 0.5), 0.2, StrictMath.PI / 2));
    } else {
      c.fill(Patterns.gradient(Colors.shade(shirt, 1.1), -1.4, Colors.shade(shirt, 0.8), -0.8));
    }
    c.part("arm").line(Colors.shade(shirt, 0.9), 0.13, 0.2, -1.35, 0.2 + arms, -0.9);
    c.of("skin").ellipse(skin, 0.22 + arms, -0.84, 0.08, 0.08);
    c.part("neck").rect(Colors.shade(skin, 0.85), -0.06, -1.5, 0.06, -1.4);
    c.part("head").ellipse(skin, 0, -1.6, 0.14, 0.17);
    c.part("hair").of("hair");
    if (r.chance(0.4)) {
      c.poly(
          hair, -0.16, -1.62, -0.14, -1.78, 0.1, -1.8, 0.15, -1.66, 0.02, -1.7, -0.08, -1.6, -0.12,
          -1.36, -0.2, -1.38);
    } else {
      c.poly(
          hair, -0.15, -1.6, -0.14, -1.74, 0, -1.8, 0.14, -1.74, 0.15, -1.62, 0.08, -1.7, -0.08,
          -1.7);
    }
    c.part("eye").of("").ellipse(0x101010, 0.05, -1.61, 0.022, 0.022);
    c.ellipse(0x101010, -0.05, -1.61, 0.022, 0.022);
    c.restore();
  }

  private void legs(int color, double left, double right, double top, double width) {
    c.part("leg");
    double step = r.in(0.0, 0.15);
    c.line(Colors.shade(color, 0.75), width, left + 0.15, top, left + 0.15 + step, 0);
    c.line(Colors.shade(color, 0.75), width, right - 0.15, top, right - 0.15 + step, 0);
    c.line(color, width, left, top, left - step, 0);
    c.line(color, width, right, top, right - step, 0);
  }

  /** Head to the right; 1.4 m at the shoulder. */
  void cow() {
    shadow(1.2, 0.12);
    int hide = r.pick(0xf0ece4, 0x8a5230, 0x2a2422, 0xb87a48);
    int patch = hide == 0xf0ece4 ? r.pick(0x2a2422, 0x7a4628) : 0xf0ece4;
    c.object("cow").of("fur");
    legs(Colors.shade(hide, 0.9), -0.75, 0.7, -0.7, 0.2);
    c.part("tail").line(Colors.shade(hide, 0.7), 0.07, -0.98, -1.25, -1.14, -0.6);
    c.part("torso");
    int salt = r.salt();
    c.outline(
            -1.0, -1.3, -0.7, -1.42, 0.75, -1.42, 1.0, -1.2, 0.95, -0.75, 0.6, -0.6, -0.7, -0.58,
            -1.0, -0.8)
        .fill((x, y) -> Rng.noise(x * 2.2, y * 2.2, salt) > 0.56 ? patch : hide);
    c.part("udder").ellipse(0xe8a0a0, -0.5, -0.56, 0.18, 0.12);
    c.part("horn").line(0xe0d8c0, 0.06, 1.15, -1.6, 1.1, -1.82);
    c.line(0xe0d8c0, 0.06, 1.28, -1.6, 1.36, -1.8);
    c.part("head").capsule(1.1, -1.42, 1.5, -1.08, 0.25, 0.17).fill(hide);
    c.part("muzzle").ellipse(0xe0a898, 1.52, -1.06, 0.15, 0.14);
    c.part("ear").ellipse(patch, 0.95, -1.52, 0.15, 0.08);
    c.part("eye").ellipse(0x101010, 1.26, -1.4, 0.045, 0.045);
  }

  void sheep() {
    shadow(0.7, 0.08);
    int wool = r.chance(0.85) ? Colors.hsv(40, 0.1, r.in(0.8, 0.96)) : 0x4a4038;
    int face = r.chance(0.6) ? 0x26201e : 0xd8c8b0;
    c.object("sheep").of("fur");
    legs(face, -0.35, 0.35, -0.4, 0.1);
    c.part("torso").of("wool");
    Canvas.Pattern curls = Patterns.scales(wool, 0.2, 0.16);
    c.oval(0, -0.66, 0.6, 0.36).fill(curls);
    for (int i = 0; i < 7; i++) {
      double t = StrictMath.PI * (1 + i / 6.0);
      c.oval(0.48 * StrictMath.cos(t), -0.68 + 0.28 * StrictMath.sin(t), 0.17, 0.15).fill(curls);
    }
    c.part("head").of("fur").capsule(0.62, -0.88, 0.76, -0.7, 0.15, 0.1).fill(face);
    c.part("ear").ellipse(Colors.shade(face, 0.8), 0.5, -0.94, 0.11, 0.05);
    c.part("eye").ellipse(face == 0x26201e ? 0xf0f0f0 : 0x101010, 0.68, -0.88, 0.03, 0.03);
  }

  void dog() {
    shadow(0.5, 0.06);
    int fur = r.pick(0x8a5a30, 0x2a2420, 0xd8b070, 0xf0ece4, 0x6a625c);
    c.object("dog").of("fur");
    legs(fur, -0.32, 0.3, -0.34, 0.1);
    c.part("tail").line(fur, 0.08, -0.42, -0.56, -0.66, -0.8);
    c.part("torso").capsule(-0.34, -0.48, 0.32, -0.5, 0.17, 0.18).fill(fur);
    c.part("head").capsule(0.46, -0.72, 0.68, -0.66, 0.16, 0.09).fill(fur);
    c.part("muzzle").ellipse(0x181414, 0.76, -0.68, 0.05, 0.05);
    c.part("ear").ellipse(Colors.shade(fur, 0.6), 0.36, -0.72, 0.08, 0.15);
    c.part("eye").ellipse(0x101010, 0.54, -0.76, 0.03, 0.03);
  }

  void horse() {
    shadow(1.1, 0.1);
    int coat = r.pick(0x6a3c1e, 0x2c2420, 0xb88850, 0xe6e2da, 0x8c4a22);
    int mane = Colors.shade(coat, 0.45);
    c.object("horse").of("fur");
    legs(coat, -0.7, 0.62, -0.95, 0.16);
    c.part("tail").of("hair").line(mane, 0.16, -0.92, -1.4, -1.2, -0.7);
    c.part("torso").of("fur").capsule(-0.6, -1.2, 0.55, -1.22, 0.33, 0.33).fill(coat);
    c.part("neck").capsule(0.68, -1.3, 1.08, -1.95, 0.27, 0.16).fill(coat);
    c.part("head").capsule(1.08, -2.0, 1.45, -1.72, 0.17, 0.11).fill(coat);
    c.part("mane").of("hair").poly(mane, 0.5, -1.55, 0.9, -2.2, 1.06, -2.22, 0.75, -1.5);
    c.part("ear").of("fur").poly(coat, 0.98, -2.1, 1.02, -2.34, 1.12, -2.12);
    c.part("eye").ellipse(0x101010, 1.16, -2.0, 0.04, 0.04);
  }

  /** A fish 1 unit long, head to the right. */
  void fish(int scale) {
    int other = r.vivid();
    c.object("fish")
        .part("tail")
        .poly(Colors.shade(other, 0.9), -0.25, 0, -0.55, -0.24, -0.46, 0, -0.55, 0.24);
    c.part("fin").poly(other, -0.12, -0.2, 0.02, -0.42, 0.16, -0.2);
    c.poly(other, -0.05, 0.2, -0.1, 0.36, 0.12, 0.2);
    c.part("torso").oval(0.06, 0, 0.38, 0.25);
    int kind = r.whole(0, 2);
    if (kind == 0) {
      c.fill(Patterns.stripes(scale, other, 0.24, 0));
    } else if (kind == 1) {
      c.fill(Patterns.scales(scale, 0.14, 0.1));
    } else {
      c.fill(Patterns.gradient(scale, -0.2, Colors.shade(scale, 0.6), 0.25));
    }
    c.part("head").oval(0.3, 0, 0.14, 0.16).fill(Colors.shade(scale, 0.85));
    c.part("eye").ellipse(0xf4f4f4, 0.31, -0.05, 0.06, 0.06);
    c.ellipse(0x101010, 0.325, -0.05, 0.03, 0.03);
  }

  /** Seaweed 1 unit high. */
  void seaweed() {
    int leaf = r.color(70, 150, 0.5, 0.9, 0.3, 0.6);
    c.object("seaweed").of("foliage");
    for (int k = -1; k <= 1; k++) {
      double x = k * 0.16;
      double bend = r.in(-0.14, 0.14);
      c.line(
          Colors.shade(leaf, 1 - 0.12 * k),
          0.1,
          x,
          0,
          x + bend,
          -0.3,
          x - bend,
          -0.6 - 0.1 * k,
          x + bend,
          -0.95);
    }
  }
}
