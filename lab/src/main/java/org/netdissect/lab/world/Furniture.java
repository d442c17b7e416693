package org.netdissect.lab.world;

/** Things in rooms. Units as in {@link Vehicles}. */
final class Furniture {
  private final Canvas c;
  private final Rng r;

  Furniture(Canvas c, Rng r) {
    this.c = c;
    this.r = r;
  }

  private void shadow(double halfWidth) {
    c.oval(0, 0.01, halfWidth, 0.06).tint(0x000000, 0.35);
  }

  private void cloth(int a, double scale) {
    int kind = r.whole(0, 5);
    int b = r.chance(0.5) ? 0xf4f0e6 : r.vivid();
    switch (kind) {
      case 0 -> c.fill(Patterns.stripes(a, b, scale, r.whole(0, 1) * StrictMath.PI / 2));
      case 1 -> c.fill(Patterns.dots(a, b, scale, 0.28));
      case 2 -> c.fill(Patterns.checks(a, b, scale * 0.6));
      default -> c.fill(a);
    }
  }

  void chair(int wood) {
    shadow(0.3);
    c.object("chair").part("leg").of("wood");
    int dark = Colors.shade(wood, 0.75);
    c.line(dark, 0.06, -0.2, -0.45, -0.22, 0);
    c.line(dark, 0.06, 0.22, -0.45, 0.24, 0);
    c.line(wood, 0.07, -0.1, -0.42, -0.1, 0.04);
    c.line(wood, 0.07, 0.3, -0.42, 0.3, 0.04);
    c.part("back");
    c.line(wood, 0.07, -0.22, -0.45, -0.26, -1.0);
    c.line(wood, 0.07, 0.2, -0.45, 0.2, -1.0);
    c.rect(wood, -0.27, -1.02, 0.22, -0.88);
    c.rect(wood, -0.26, -0.78, 0.22, -0.66);
    c.part("seat").poly(Colors.shade(wood, 1.1), -0.24, -0.5, 0.22, -0.5, 0.33, -0.4, -0.14, -0.4);
  }

  void officeChair(int cloth) {
    shadow(0.35);
    c.object("chair").part("leg").of("metal");
    c.line(0x2a2c30, 0.07, 0, -0.42, 0, -0.1);
    c.line(0x2a2c30, 0.07, -0.3, -0.03, 0, -0.12, 0.3, -0.03);
    c.part("back").of("fabric").oval(-0.02, -0.86, 0.26, 0.3).fill(cloth);
    c.part("seat").oval(0.02, -0.48, 0.32, 0.1).fill(Colors.shade(cloth, 1.15));
  }

  /** A table; returns the height of its top. */
  double table(double width, boolean covered) {
    shadow(width / 2);
    int wood = r.wood();
    double h = 0.75;
    c.object("table").part("leg").of("wood");
    c.line(Colors.shade(wood, 0.6), 0.07, -width / 2 + 0.18, -h, -width / 2 + 0.18, -0.08);
    c.line(Colors.shade(wood, 0.6), 0.07, width / 2 - 0.18, -h, width / 2 - 0.18, -0.08);
    c.line(wood, 0.09, -width / 2 + 0.06, -h, -width / 2 + 0.06, 0);
    c.line(wood, 0.09, width / 2 - 0.06, -h, width / 2 - 0.06, 0);
    c.part("top");
    if (covered) {
      c.of("fabric")
          .outline(
              -width / 2 + 0.06,
              -h - 0.12,
              width / 2 - 0.06,
              -h - 0.12,
              width / 2 + 0.04,
              -h + 0.2,
              -width / 2 - 0.04,
              -h + 0.2);
      int a = r.vivid();
      if (r.chance(0.6)) {
        c.fill(Patterns.checks(a, 0xf6f2ea, 0.11));
      } else {
        cloth(a, 0.16);
      }
    } else {
      c.outline(
              -width / 2 + 0.08,
              -h - 0.12,
              width / 2 - 0.08,
              -h - 0.12,
              width / 2,
              -h + 0.04,
              -width / 2,
              -h + 0.04)
          .fill(Patterns.planks(Colors.shade(wood, 1.15), 0.06, r.salt()));
    }
    return h + 0.08;
  }

  void desk() {
    shadow(0.8);
    int wood = r.chance(0.7) ? r.wood() : 0xe8e6e0;
    c.object("desk").part("leg").of("wood");
    c.rect(Colors.shade(wood, 0.8), -0.78, -0.72, -0.7, 0);
    c.rect(Colors.shade(wood, 0.85), 0.25, -0.72, 0.78, 0);
    c.part("drawer");
    for (int i = 0; i < 3; i++) {
      c.rect(wood, 0.29, -0.68 + i * 0.22, 0.74, -0.5 + i * 0.22);
      c.part("handle").of("metal").rect(0x3a3a3e, 0.45, -0.61 + i * 0.22, 0.58, -0.57 + i * 0.22);
      c.part("drawer").of("wood");
    }
    c.part("top")
        .poly(Colors.shade(wood, 1.15), -0.74, -0.84, 0.76, -0.84, 0.84, -0.7, -0.84, -0.7);
  }

  void monitor() {
    c.object("monitor").part("stand").of("plastic");
    c.rect(0x26282c, -0.04, -0.16, 0.04, 0);
    c.rect(0x26282c, -0.14, -0.03, 0.14, 0.01);
    c.part("").rect(0x1a1b1e, -0.34, -0.58, 0.34, -0.12);
    c.part("screen").of("glass");
    int screen = r.color(190, 250, 0.3, 0.8, 0.4, 0.95);
    c.outline(-0.3, -0.54, 0.3, -0.54, 0.3, -0.16, -0.3, -0.16)
        .fill(Patterns.gradient(Colors.shade(screen, 1.2), -0.5, Colors.shade(screen, 0.7), -0.2));
    for (int i = 0; i < 4; i++) {
      c.line(0xf2f6fa, 0.025, -0.25, -0.48 + i * 0.08, -0.25 + r.in(0.15, 0.48), -0.48 + i * 0.08);
    }
  }

  void keyboard() {
    c.object("keyboard")
        .of("plastic")
        .poly(0x2c2e32, -0.24, -0.05, 0.24, -0.05, 0.28, 0.03, -0.28, 0.03);
    for (int i = 0; i < 3; i++) {
      c.line(0xb8bcc0, 0.012, -0.22, -0.035 + i * 0.022, 0.22, -0.035 + i * 0.022);
    }
  }

  /** A bed seen from the side, 2.1 m long. */
  void bed() {
    shadow(1.15);
    int wood = r.wood();
    int blanket = r.vivid();
    c.object("bed").part("leg").of("wood");
    c.rect(Colors.shade(wood, 0.7), -1.02, -0.3, -0.92, 0);
    c.rect(Colors.shade(wood, 0.7), 0.92, -0.3, 1.02, 0);
    c.part("headboard");
    c.outline(-1.12, -1.15, -0.98, -1.2, -0.92, -0.15, -1.12, -0.15)
        .fill(Patterns.boards(wood, 0.1, r.salt()));
    c.part("").rect(wood, -1.05, -0.42, 1.05, -0.22);
    c.part("mattress")
        .of("fabric")
        .poly(0xf0eee6, -0.98, -0.62, 0.9, -0.68, 1.05, -0.4, -1.0, -0.4);
    c.part("blanket");
    c.outline(-0.45, -0.74, 0.95, -0.7, 1.1, -0.24, -0.3, -0.24);
    cloth(blanket, 0.22);
    c.poly(Colors.shade(0xf4f0e8, 1), -0.52, -0.74, -0.32, -0.74, -0.18, -0.24, -0.36, -0.24);
    c.object("pillow").of("fabric");
    c.capsule(-0.84, -0.76, -0.6, -0.72, 0.13, 0.12).fill(r.chance(0.7) ? 0xfaf8f4 : r.pastel());
  }

  void sofa() {
    shadow(1.05);
    int cloth = r.anyColor();
    String material = r.chance(0.35) ? "leather" : "fabric";
    c.object("sofa").part("leg").of("wood");
    c.rect(0x2e2018, -0.9, -0.12, -0.8, 0);
    c.rect(0x2e2018, 0.8, -0.12, 0.9, 0);
    c.part("back").of(material);
    c.outline(-0.95, -0.4, -0.92, -0.9, -0.8, -0.98, 0.8, -0.98, 0.92, -0.9, 0.95, -0.4)
        .fill(Patterns.gradient(Colors.shade(cloth, 1.05), -1, Colors.shade(cloth, 0.8), -0.4));
    c.part("seat");
    c.rect(Colors.shade(cloth, 1.15), -0.8, -0.55, -0.01, -0.36);
    c.rect(Colors.shade(cloth, 1.15), 0.01, -0.55, 0.8, -0.36);
    c.part("").rect(Colors.shade(cloth, 0.75), -0.85, -0.38, 0.85, -0.1);
    c.part("armrest");
    c.capsule(-0.92, -0.62, -0.92, -0.16, 0.14, 0.12).fill(Colors.shade(cloth, 0.92));
    c.capsule(0.92, -0.62, 0.92, -0.16, 0.14, 0.12).fill(Colors.shade(cloth, 0.92));
    if (r.chance(0.7)) {
      c.object("cushion").of("fabric");
      c.save().move(-0.5, -0.68).rotate(0.2);
      c.outline(-0.2, -0.2, 0.2, -0.2, 0.2, 0.2, -0.2, 0.2);
      cloth(r.vivid(), 0.12);
      c.restore();
    }
  }

  void floorLamp() {
    shadow(0.2);
    c.object("lamp").part("pole").of("metal").line(0x3a3632, 0.05, 0, -1.4, 0, 0);
    c.ellipse(0x3a3632, 0, -0.02, 0.2, 0.05);
    lampshade(0, -1.4, 1);
  }

  void tableLamp() {
    int foot = r.vivid();
    c.object("lamp").part("base").of("ceramic").capsule(0, -0.05, 0, -0.2, 0.1, 0.04).fill(foot);
    lampshade(0, -0.22, 0.6);
  }

  private void lampshade(double x, double y, double s) {
    int shade = r.color(30, 60, 0.2, 0.6, 0.9, 1);
    c.part("lampshade")
        .of("fabric")
        .poly(
            shade,
            x - 0.26 * s,
            y,
            x - 0.15 * s,
            y - 0.38 * s,
            x + 0.15 * s,
            y - 0.38 * s,
            x + 0.26 * s,
            y);
    c.oval(x, y - 0.1 * s, 0.5 * s, 0.45 * s).tint(0xffe8b0, 0.22);
  }

  /** A lamp that hangs from y = −height. */
  void pendant(double height) {
    c.object("lamp").part("pole").line(0x2a2826, 0.03, 0, -height, 0, -height + 0.5);
    int shade = r.vivid();
    c.part("lampshade")
        .of("metal")
        .poly(
            shade,
            -0.06,
            -height + 0.45,
            0.06,
            -height + 0.45,
            0.26,
            -height + 0.72,
            -0.26,
            -height + 0.72);
    c.part("").of("glass").ellipse(0xfff6c8, 0, -height + 0.74, 0.1, 0.07);
  }

  void bookshelf() {
    shadow(0.55);
    int wood = r.wood();
    c.object("bookshelf").of("wood").rect(Colors.shade(wood, 0.5), -0.5, -1.9, 0.5, 0);
    for (int row = 0; row < 4; row++) {
      double y = -0.08 - row * 0.45;
      double x = -0.44;
      while (x < 0.34) {
        double w = r.in(0.06, 0.12);
        double h = r.in(0.26, 0.38);
        c.object("book").of("paper").rect(r.anyColor(), x, y - h, x + w, y);
        x += w + 0.012;
      }
      c.object("bookshelf").part("shelf").of("wood").rect(wood, -0.5, y, 0.5, y + 0.06);
    }
    c.part("").rect(wood, -0.52, -1.92, -0.45, 0);
    c.rect(wood, 0.45, -1.92, 0.52, 0);
    c.rect(wood, -0.52, -1.94, 0.52, -1.87);
  }

  void wardrobe() {
    shadow(0.65);
    int wood = r.chance(0.7) ? r.wood() : r.pastel();
    c.object("wardrobe").of("wood").rect(Colors.shade(wood, 0.7), -0.65, -2.0, 0.65, 0);
    c.part("door");
    c.outline(-0.6, -1.93, -0.02, -1.93, -0.02, -0.1, -0.6, -0.1)
        .fill(Patterns.boards(wood, 0.19, r.salt()));
    c.outline(0.02, -1.93, 0.6, -1.93, 0.6, -0.1, 0.02, -0.1)
        .fill(Patterns.boards(wood, 0.19, r.salt()));
    c.part("handle").of("metal").rect(0xd8c070, -0.1, -1.1, -0.06, -0.85);
    c.rect(0xd8c070, 0.06, -1.1, 0.1, -0.85);
  }

  /** A row of kitchen units; the stove and the sink are in it. */
  void kitchenRow(double from, double to) {
    int front = r.chance(0.4) ? r.wood() : r.color(0, 360, 0.05, 0.7, 0.5, 0.95);
    int top = r.pick(0x4a4644, 0xb8b0a4, 0x8a6440, 0xe0dcd4);
    boolean stove = false;
    for (double x = from; x < to - 0.3; x += 0.62) {
      if (!stove && (x > (from + to) / 2 - 0.5 || r.chance(0.3))) {
        stove = true;
        c.save().move(x + 0.3, 0);
        stove();
        c.restore();
        continue;
      }
      c.object("cabinet").of("wood").rect(Colors.shade(front, 0.7), x, -0.9, x + 0.62, -0.02);
      c.part("door").rect(front, x + 0.03, -0.84, x + 0.59, -0.08);
      c.part("handle").of("metal").rect(0x606468, x + 0.48, -0.76, x + 0.53, -0.56);
      c.object("counter").of("stone").rect(top, x - 0.02, -0.96, x + 0.64, -0.87);
    }
    // Wall units above.
    for (double x = from + 0.1; x < to - 0.9; x += 0.62) {
      if (r.chance(0.75)) {
        c.object("cabinet").of("wood").rect(Colors.shade(front, 0.7), x, -2.2, x + 0.6, -1.55);
        c.part("door").rect(Colors.shade(front, 1.05), x + 0.03, -2.16, x + 0.57, -1.6);
        c.part("handle").of("metal").rect(0x606468, x + 0.47, -1.8, x + 0.52, -1.65);
      }
    }
  }

  void stove() {
    int body = r.chance(0.6) ? 0xe8e8e6 : r.pick(0x2c2c30, 0xa8acb0, 0xa03028);
    c.object("stove").of("metal").rect(body, -0.3, -0.94, 0.3, 0);
    c.rect(Colors.shade(body, 0.8), -0.3, -0.96, 0.3, -0.9);
    c.part("knob");
    for (int i = 0; i < 4; i++) {
      c.ellipse(0x202024, -0.2 + i * 0.135, -0.8, 0.035, 0.035);
    }
    c.part("door").of("glass").rect(0x1c1e22, -0.23, -0.66, 0.23, -0.24);
    c.part("handle").of("metal").rect(0xb0b4b8, -0.22, -0.72, 0.22, -0.68);
    c.part("burner").ellipse(0x1a1a1c, -0.14, -0.965, 0.1, 0.02);
    c.ellipse(0x1a1a1c, 0.14, -0.965, 0.1, 0.02);
    if (r.chance(0.8)) {
      c.save().move(r.chance(0.5) ? -0.14 : 0.14, -0.97);
      pot();
      c.restore();
    }
  }

  void pot() {
    int paint = r.chance(0.5) ? r.metal() : r.vivid();
    c.object("pot").of("metal");
    c.part("handle").line(0x202022, 0.035, -0.2, -0.14, 0.2, -0.14);
    c.part("");
    c.outline(-0.14, -0.2, 0.14, -0.2, 0.13, 0, -0.13, 0)
        .fill(Patterns.gradient(Colors.shade(paint, 1.2), -0.2, Colors.shade(paint, 0.8), 0));
    c.part("lid").ellipse(Colors.shade(paint, 0.85), 0, -0.21, 0.15, 0.035);
    c.ellipse(0x202022, 0, -0.26, 0.03, 0.025);
  }

  void fridge() {
    shadow(0.38);
    int body = r.chance(0.65) ? 0xeef0f0 : r.pick(0x8c9298, 0xb83028, 0x4a8a9a);
    c.object("refrigerator").of("metal").rect(Colors.shade(body, 0.8), -0.36, -1.8, 0.36, 0);
    c.part("door").rect(body, -0.34, -1.78, 0.34, -1.2);
    c.rect(body, -0.34, -1.17, 0.34, -0.06);
    c.part("handle").rect(0x707478, 0.22, -1.6, 0.27, -1.28);
    c.rect(0x707478, 0.22, -1.08, 0.27, -0.6);
  }

  void bathtub() {
    shadow(0.9);
    int white = r.chance(0.8) ? 0xf6f8fa : r.pastel();
    c.object("bathtub")
        .part("faucet")
        .of("metal")
        .line(0xa8b0b8, 0.06, 0.7, -0.6, 0.7, -0.82, 0.5, -0.82, 0.5, -0.74);
    c.part("").of("ceramic");
    c.outline(-0.9, -0.6, 0.9, -0.6, 0.82, -0.2, 0.66, -0.04, -0.66, -0.04, -0.82, -0.2)
        .fill(Patterns.gradient(white, -0.6, Colors.shade(white, 0.75), 0));
    c.oval(0, -0.6, 0.93, 0.07).fill(Colors.shade(white, 1.05));
    c.oval(0, -0.6, 0.84, 0.045).fill(0x9cc8dc);
    c.part("foot").of("metal").ellipse(0xb09048, -0.6, -0.02, 0.07, 0.05);
    c.ellipse(0xb09048, 0.6, -0.02, 0.07, 0.05);
    if (r.chance(0.7)) {
      c.object("foam");
      for (int i = 0; i < 6; i++) {
        c.ellipse(0xfcfeff, -0.6 + i * 0.2, -0.64 - r.in(0, 0.06), 0.11, 0.08);
      }
    }
  }

  void toilet() {
    shadow(0.3);
    c.object("toilet").part("cistern").of("ceramic").rect(0xeef0f0, -0.3, -0.95, -0.08, -0.45);
    c.part("lid").ellipse(0xfafafa, 0.06, -0.46, 0.3, 0.06);
    c.part("")
        .outline(-0.2, -0.44, 0.34, -0.44, 0.16, -0.16, 0.16, 0, -0.16, 0, -0.2, -0.2)
        .fill(Patterns.gradient(0xf6f8f8, -0.5, 0xc8ccd0, 0));
  }

  void washbasin() {
    c.object("sink").of("ceramic");
    c.outline(-0.07, 0, 0.07, 0, 0.1, -0.7, -0.1, -0.7)
        .fill(Patterns.gradient(0xf0f2f2, -0.7, 0xc4c8cc, 0));
    c.outline(-0.34, -0.86, 0.34, -0.86, 0.2, -0.66, -0.2, -0.66)
        .fill(Patterns.gradient(0xfafafa, -0.86, 0xccd0d4, -0.66));
    c.part("faucet").of("metal").line(0x98a0a8, 0.05, 0, -0.86, 0, -1.02, 0.12, -1.0);
  }

  void mirror() {
    int frame = r.wood();
    c.object("mirror").part("frame").of("wood").ellipse(frame, 0, -1.55, 0.32, 0.4);
    c.part("")
        .of("glass")
        .oval(0, -1.55, 0.27, 0.35)
        .fill(Patterns.gradient(0xd8ecf4, -1.9, 0x8cb0c4, -1.2));
    c.outline(-0.16, -1.5, 0.05, -1.84, 0.12, -1.8, -0.08, -1.42).tint(0xffffff, 0.5);
  }

  void towel() {
    int a = r.vivid();
    c.object("towel").of("fabric").outline(-0.2, -1.3, 0.2, -1.3, 0.2, -0.65, -0.2, -0.65);
    c.fill(Patterns.stripes(a, Colors.shade(a, 1.4), 0.2, StrictMath.PI / 2));
    c.object("").part("").of("metal").line(0xb0b4b8, 0.03, -0.28, -1.3, 0.28, -1.3);
  }

  void blackboard() {
    int board = r.chance(0.6) ? 0x24503a : 0x26282a;
    c.object("blackboard").part("frame").of("wood").rect(r.wood(), -1.15, -2.1, 1.15, -0.95);
    c.part("").of("slate").rect(board, -1.08, -2.03, 1.08, -1.02);
    for (int i = 0; i < 4; i++) {
      double y = -1.88 + i * 0.22;
      double x = -0.95;
      while (x < 0.8 && r.chance(0.92)) {
        double w = r.in(0.08, 0.3);
        c.line(0xe8ece6, 0.03, x, y, x + w * 0.5, y - 0.06, x + w, y + 0.02);
        x += w + 0.1;
      }
    }
  }

  void clock() {
    c.object("clock").of("plastic").ellipse(r.vivid(), 0, 0, 0.2, 0.2);
    c.part("face").ellipse(0xfaf8f2, 0, 0, 0.16, 0.16);
    double t = r.in(0, 6.28);
    c.part("hand").line(0x101010, 0.025, 0, 0, 0.12 * StrictMath.cos(t), 0.12 * StrictMath.sin(t));
    c.line(0x101010, 0.025, 0, 0, 0, -0.09);
  }

  void painting() {
    double w = r.in(0.25, 0.45);
    double h = r.in(0.2, 0.35);
    c.object("painting").part("frame").of("wood");
    c.rect(r.chance(0.5) ? 0xc8a040 : r.wood(), -w, -h, w, h);
    c.part("").of("paper");
    c.rect(r.color(180, 230, 0.2, 0.6, 0.6, 0.95), -w + 0.05, -h + 0.05, w - 0.05, h - 0.05);
    c.poly(
        r.vivid(), -w + 0.05, h - 0.05, -w * 0.3, -h * 0.4, w * 0.2, h * 0.3, w * 0.5, -h * 0.1,
        w - 0.05, h - 0.05);
    c.ellipse(r.vivid(), w * 0.4, -h * 0.45, 0.06, 0.06);
  }

  /** A window in a wall with curtains. */
  void windowpane(boolean curtains, int sky) {
    c.object("windowpane").part("frame").of("wood").rect(0xf2eee4, -0.55, -0.62, 0.55, 0.62);
    c.part("").of("glass");
    c.outline(-0.48, -0.55, 0.48, -0.55, 0.48, 0.55, -0.48, 0.55)
        .fill(Patterns.gradient(sky, -0.5, Colors.mix(sky, 0xffffff, 0.5), 0.5));
    c.part("frame").of("wood").line(0xf2eee4, 0.06, 0, -0.6, 0, 0.6);
    c.line(0xf2eee4, 0.06, -0.5, 0, 0.5, 0);
    if (curtains) {
      int a = r.vivid();
      c.object("curtain").of("fabric");
      Canvas.Pattern folds = Patterns.stripes(a, Colors.shade(a, 0.78), 0.14, 0);
      c.outline(-0.8, -0.75, -0.25, -0.75, -0.5, 0.2, -0.4, 0.85, -0.8, 0.85).fill(folds);
      c.outline(0.8, -0.75, 0.25, -0.75, 0.5, 0.2, 0.4, 0.85, 0.8, 0.85).fill(folds);
      c.object("").of("metal").line(0x6a5030, 0.05, -0.9, -0.76, 0.9, -0.76);
    }
  }

  void pottedPlant() {
    shadow(0.2);
    int pot = r.chance(0.5) ? 0xb0603a : r.vivid();
    int leaf = r.leafGreen();
    c.object("plant").part("leaf").of("foliage");
    for (int i = 0; i < 9; i++) {
      double t = StrictMath.PI * (0.1 + 0.8 * i / 8.0);
      double dx = StrictMath.cos(t);
      double dy = -StrictMath.sin(t);
      double s = r.in(0.4, 0.62);
      c.capsule(0, -0.35, dx * s * 0.6, -0.35 + dy * s, 0.03, 0.09)
          .fill(Colors.shade(leaf, r.in(0.75, 1.25)));
    }
    c.part("pot").of("ceramic").poly(pot, -0.2, -0.36, 0.2, -0.36, 0.14, 0, -0.14, 0);
    c.rect(Colors.shade(pot, 1.15), -0.22, -0.4, 0.22, -0.33);
  }

  void plate() {
    c.object("plate").of("ceramic").ellipse(0xf8f8f6, 0, 0, 0.15, 0.04);
    c.object("food").ellipse(r.color(10, 110, 0.5, 0.9, 0.5, 0.9), 0, -0.02, 0.09, 0.04);
  }

  void bottle() {
    int glass = r.color(90, 150, 0.4, 0.8, 0.25, 0.5);
    c.object("bottle")
        .of("glass")
        .outline(
            -0.05, 0, -0.05, -0.2, -0.02, -0.26, -0.02, -0.36, 0.02, -0.36, 0.02, -0.26, 0.05, -0.2,
            0.05, 0)
        .fill(glass);
    c.part("label").of("paper").rect(0xf2ecd8, -0.05, -0.16, 0.05, -0.07);
  }

  void cup() {
    int a = r.vivid();
    c.object("cup").part("handle").of("ceramic").ring(a, 0.07, -0.06, 0.05, 0.02);
    c.part("").poly(a, -0.06, -0.13, 0.06, -0.13, 0.05, 0, -0.05, 0);
  }
}
