package org.netdissect.lab.world;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Layouts of scenes. The canvas is one unit wide. Outdoors the camera stands over a plane, so what
 * is nearer stands lower and is larger: pixels a metre = (y − horizon) / height of the camera.
 */
final class Scenes {
  static final List<String> NAMES =
      List.of(
          "street",
          "highway",
          "night_city",
          "beach",
          "harbor",
          "forest",
          "farm",
          "desert",
          "mountain_snowy",
          "playground",
          "airport",
          "railroad_track",
          "garden",
          "soccer_field",
          "village",
          "kitchen",
          "bedroom",
          "living_room",
          "bathroom",
          "office",
          "classroom",
          "restaurant",
          "library",
          "aquarium");

  private static final double LEVEL = StrictMath.PI / 2;

  private final Canvas c;
  private final Rng r;
  private final Vehicles vehicles;
  private final Nature nature;
  private final Buildings buildings;
  private final Furniture furniture;
  private final List<Item> items = new ArrayList<>();
  private double horizon;
  private double camera;

  private record Item(double y, double x, double scale, boolean flip, Runnable draw) {}

  Scenes(Canvas c, Rng r) {
    this.c = c;
    this.r = r;
    vehicles = new Vehicles(c, r);
    nature = new Nature(c, r);
    buildings = new Buildings(c, r);
    furniture = new Furniture(c, r);
  }

  void paint(String name) {
    c.save();
    if (r.chance(0.5)) {
      c.move(1, 0).scale(-1, 1);
    }
    double zoom = r.in(1.0, 1.25);
    c.move(0.5, 0.5).rotate(r.in(-0.05, 0.05)).scale(zoom, zoom);
    c.move(-0.5 + r.in(-0.06, 0.06), -0.5 + r.in(-0.06, 0.06));
    switch (name) {
      case "street" -> street();
      case "highway" -> highway();
      case "night_city" -> nightCity();
      case "beach" -> beach();
      case "harbor" -> harbor();
      case "forest" -> forest();
      case "farm" -> farm();
      case "desert" -> desert();
      case "mountain_snowy" -> mountainSnowy();
      case "playground" -> playground();
      case "airport" -> airport();
      case "railroad_track" -> railroad();
      case "garden" -> garden();
      case "soccer_field" -> soccerField();
      case "village" -> village();
      case "kitchen" -> kitchen();
      case "bedroom" -> bedroom();
      case "living_room" -> livingRoom();
      case "bathroom" -> bathroom();
      case "office" -> office();
      case "classroom" -> classroom();
      case "restaurant" -> restaurant();
      case "library" -> library();
      case "aquarium" -> aquarium();
      default -> throw new IllegalArgumentException("no scene " + name);
    }
    c.restore();
  }

  // ---- placing ----

  /** Metres to canvas units at the ground line y. */
  private double scaleAt(double y) {
    return (y - horizon) / camera;
  }

  private void put(double x, double y, Runnable draw) {
    items.add(new Item(y, x, scaleAt(y), r.chance(0.5), draw));
  }

  private void putSized(double x, double y, double scale, boolean flip, Runnable draw) {
    items.add(new Item(y, x, scale, flip, draw));
  }

  /** Paints what was put, the farthest first. */
  private void flush() {
    items.sort(Comparator.comparingDouble(Item::y));
    for (Item item : List.copyOf(items)) {
      c.save().move(item.x, item.y).scale(item.flip ? -item.scale : item.scale, item.scale);
      item.draw.run();
      c.restore();
    }
    items.clear();
  }

  private void band(String object, String material, double top, Canvas.Pattern pattern) {
    c.object(object).of(material).outline(-0.5, top, 1.5, top, 1.5, 1.5, -0.5, 1.5).fill(pattern);
  }

  private double ground() {
    return horizon + r.in(0.12, 0.6) * (1.02 - horizon);
  }

  // ---- sky and distance ----

  private void outdoors(double h0, double h1, double cam0, double cam1) {
    horizon = r.in(h0, h1);
    camera = r.in(cam0, cam1);
  }

  private void sky() {
    double kind = r.unit();
    int top;
    int low;
    if (kind < 0.6) {
      top = r.color(200, 225, 0.4, 0.75, 0.6, 0.95);
      low = Colors.mix(top, 0xffffff, r.in(0.4, 0.75));
    } else if (kind < 0.8) {
      top = r.color(200, 230, 0.05, 0.2, 0.55, 0.85);
      low = Colors.mix(top, 0xffffff, 0.35);
    } else {
      top = r.color(215, 290, 0.3, 0.6, 0.4, 0.7);
      low = r.color(12, 45, 0.4, 0.75, 0.9, 1);
    }
    c.object("sky");
    c.outline(-0.5, -0.5, 1.5, -0.5, 1.5, 1.5, -0.5, 1.5)
        .fill(Patterns.gradient(top, 0, low, horizon));
    if (r.chance(0.3)) {
      int sun = Colors.hsv(r.in(35, 55), 0.45, 1);
      double x = r.in(0.05, 0.95);
      double y = r.in(0.05, 0.8) * horizon;
      c.oval(x, y, 0.1, 0.1).tint(sun, 0.35);
      c.object("sun").ellipse(sun, x, y, 0.05, 0.05);
    }
    int white = kind < 0.6 ? 0xfafcff : Colors.mix(low, 0xffffff, 0.5);
    for (int i = r.whole(0, 3); i > 0; i--) {
      double s = r.in(0.15, 0.38);
      c.save().move(r.in(0, 1), r.in(0.05, 0.75) * horizon).scale(s, s);
      nature.cloud(white);
      c.restore();
    }
  }

  private void birds(int most) {
    for (int i = r.whole(0, most); i > 0; i--) {
      double s = r.in(0.08, 0.2);
      int feather = r.chance(0.6) ? 0xf0f0ee : r.anyColor();
      c.save().move(r.in(0, 1), r.in(0.1, 0.9) * horizon).scale(r.chance(0.5) ? s : -s, s);
      nature.bird(feather);
      c.restore();
    }
  }

  private void mountains(double chance, boolean snow) {
    if (!r.chance(chance)) {
      return;
    }
    int rock = r.color(200, 240, 0.1, 0.3, 0.4, 0.6);
    for (int i = r.whole(1, 3); i > 0; i--) {
      double s = r.in(0.15, 0.35);
      c.save().move(r.in(0, 1), horizon + 0.01).scale(s, s);
      nature.mountain(rock, snow);
      c.restore();
    }
  }

  private void hills(int color) {
    c.object("hill").of("foliage");
    for (int i = 0; i < 2; i++) {
      c.oval(r.in(0, 1), horizon + 0.03, r.in(0.3, 0.6), r.in(0.05, 0.14))
          .fill(Patterns.noise(Colors.shade(color, 0.8), color, 0.05, r.salt()));
    }
  }

  private void grass() {
    int green = r.color(72, 125, 0.4, 0.75, 0.4, 0.68);
    band("grass", "foliage", horizon, Patterns.blades(green, 0.012, 0.05, r.salt()));
  }

  /** A strip of the ground between two distances, in perspective straight across. */
  private void strip(
      String object, String material, double top, double bottom, Canvas.Pattern pattern) {
    c.object(object)
        .of(material)
        .outline(-0.5, top, 1.5, top, 1.5, bottom, -0.5, bottom)
        .fill(pattern);
  }

  private void people(int least, int most) {
    for (int i = r.whole(least, most); i > 0; i--) {
      put(r.in(0.02, 0.98), ground(), nature::person);
    }
  }

  private void trees(int least, int most, double near) {
    int leaf = r.leafGreen();
    int autumn = r.chance(0.2) ? r.color(10, 48, 0.6, 0.85, 0.5, 0.8) : leaf;
    for (int i = r.whole(least, most); i > 0; i--) {
      double y = horizon + r.in(0.06, near) * (1 - horizon);
      int own = Colors.shade(r.chance(0.5) ? leaf : autumn, r.in(0.85, 1.15));
      put(r.in(-0.05, 1.05), y, () -> nature.tree(own));
    }
  }

  // ---- outdoors ----

  private void street() {
    outdoors(0.4, 0.55, 2.2, 4.0);
    sky();
    double curb = horizon + r.in(0.12, 0.2);
    int stone = r.color(20, 50, 0.02, 0.15, 0.55, 0.75);
    band("sidewalk", "stone", horizon, Patterns.tiles(stone, Colors.shade(stone, 0.8), 0.06));
    // A row of houses and shops along the far side.
    double y = horizon + 0.06;
    double x = r.in(-0.1, 0.05);
    double s = r.in(0.026, 0.045);
    while (x < 1.05) {
      boolean shop = r.chance(0.45);
      boolean tower = !shop && r.chance(0.2);
      putSized(
          x,
          y,
          s,
          false,
          shop
              ? buildings::shop
              : tower ? () -> buildings.skyscraper(false) : () -> buildings.house(false));
      x += s * r.in(7.5, 9);
    }
    flush();
    road(curb + 0.04, 1.5, false);
    for (int i = r.whole(1, 2); i > 0; i--) {
      int leaf = r.leafGreen();
      putSized(r.in(0, 1), curb + 0.03, s * 1.4, false, () -> nature.tree(leaf));
    }
    for (int i = r.whole(0, 2); i > 0; i--) {
      putSized(r.in(0, 1), curb + 0.035, s * 1.5, r.chance(0.5), pickStreetThing());
    }
    for (int i = r.whole(0, 2); i > 0; i--) {
      putSized(r.in(0, 1), curb + 0.03, s * 1.9, r.chance(0.5), nature::person);
    }
    for (int i = r.whole(1, 3); i > 0; i--) {
      vehicle(r.in(0.05, 0.95), curb + r.in(0.12, 0.32), r.in(0.075, 0.12));
    }
    flush();
  }

  private Runnable pickStreetThing() {
    return switch (r.whole(0, 3)) {
      case 0 -> () -> buildings.streetlight(false);
      case 1 -> buildings::trafficLight;
      case 2 -> buildings::sign;
      default -> buildings::bench;
    };
  }

  private void vehicle(double x, double y, double scale) {
    int paint = r.anyColor();
    double kind = r.unit();
    Runnable draw;
    if (kind < 0.5) {
      draw = () -> vehicles.car(paint);
    } else if (kind < 0.68) {
      draw = () -> vehicles.bus(paint);
      scale *= 0.75;
    } else if (kind < 0.8) {
      draw = () -> vehicles.truck(paint);
      scale *= 0.8;
    } else {
      draw = () -> vehicles.bicycle(paint);
      scale *= 1.5;
    }
    putSized(x, y, scale, r.chance(0.5), draw);
  }

  private void road(double top, double bottom, boolean lanes) {
    int asphalt = r.color(210, 250, 0.0, 0.12, 0.25, 0.45);
    strip(
        "road",
        "asphalt",
        top,
        bottom,
        Patterns.noise(Colors.shade(asphalt, 0.92), Colors.shade(asphalt, 1.08), 0.02, r.salt()));
    c.object("road").part("line").of("paint");
    double y = top + r.in(0.14, 0.2);
    for (double x = -0.4 + r.in(0, 0.2); x < 1.4; x += 0.26) {
      c.poly(0xf2f0e4, x, y, x + 0.13, y, x + 0.14, y + 0.018, x - 0.002, y + 0.018);
    }
    if (lanes) {
      c.rect(0xf2f0e4, -0.5, top + 0.012, 1.5, top + 0.022);
    }
  }

  private void highway() {
    outdoors(0.3, 0.5, 3, 5);
    sky();
    mountains(0.4, false);
    grass();
    hills(r.leafGreen());
    trees(0, 4, 0.2);
    flush();
    double top = horizon + r.in(0.1, 0.18);
    if (r.chance(0.6)) {
      // Straight to the horizon.
      int asphalt = r.color(210, 250, 0.0, 0.12, 0.28, 0.45);
      double vx = r.in(0.35, 0.65);
      c.object("road")
          .of("asphalt")
          .poly(asphalt, vx - 0.015, horizon, vx + 0.015, horizon, 1.15, 1.3, -0.15, 1.3);
      c.part("line").of("paint");
      for (int i = 0; i < 7; i++) {
        double t0 = i * i / 49.0;
        double t1 = t0 + 0.5 * ((i + 1) * (i + 1) - i * i) / 49.0;
        double ya = horizon + t0 * (1.2 - horizon);
        double yb = horizon + t1 * (1.2 - horizon);
        double xa = vx + (0.5 - vx) * t0;
        double xb = vx + (0.5 - vx) * t1;
        c.poly(
            0xf4f2e6,
            xa - 0.012 * t0,
            ya,
            xa + 0.012 * t0,
            ya,
            xb + 0.012 * t1,
            yb,
            xb - 0.012 * t1,
            yb);
      }
      c.poly(0xf0c838, vx - 0.013, horizon, vx - 0.011, horizon, -0.08, 1.3, -0.12, 1.3);
      c.poly(0xf0c838, vx + 0.011, horizon, vx + 0.013, horizon, 1.12, 1.3, 1.08, 1.3);
    } else {
      road(top, top + r.in(0.45, 0.6), true);
    }
    for (int i = r.whole(0, 1); i > 0; i--) {
      putSized(r.in(0, 1), top + 0.01, 0.07, false, buildings::sign);
    }
    for (int i = r.whole(1, 3); i > 0; i--) {
      double y = top + r.in(0.1, 0.38);
      int paint = r.anyColor();
      boolean truck = r.chance(0.5);
      double s = 0.035 + (y - top) * 0.14;
      putSized(
          r.in(0.1, 0.9),
          y,
          s,
          r.chance(0.5),
          truck ? () -> vehicles.truck(paint) : () -> vehicles.car(paint));
    }
    flush();
  }

  private void nightCity() {
    outdoors(0.5, 0.68, 3, 5);
    int top = r.color(220, 270, 0.4, 0.8, 0.06, 0.16);
    c.object("night sky")
        .outline(-0.5, -0.5, 1.5, -0.5, 1.5, 1.5, -0.5, 1.5)
        .fill(Patterns.gradient(top, 0, r.color(230, 300, 0.4, 0.7, 0.15, 0.35), horizon));
    for (int i = r.whole(10, 30); i > 0; i--) {
      double s = r.in(0.003, 0.006);
      c.ellipse(0xf4f4e0, r.in(0, 1), r.in(0, horizon), s, s);
    }
    if (r.chance(0.5)) {
      double x = r.in(0.1, 0.9);
      double y = r.in(0.08, 0.3);
      c.object("moon").ellipse(0xf4ecc8, x, y, 0.06, 0.06);
      c.oval(x + 0.025, y - 0.01, 0.05, 0.05).tint(top, 0.75);
    }
    double s = r.in(0.014, 0.024);
    for (double x = -0.05; x < 1.1; x += s * r.in(6, 10)) {
      putSized(x, horizon + 0.03, s, false, () -> buildings.skyscraper(true));
    }
    flush();
    boolean paved = r.chance(0.6);
    if (paved) {
      road(horizon + 0.03, 1.5, false);
    } else {
      strip(
          "water",
          "water",
          horizon + 0.03,
          1.5,
          Patterns.waves(0x101a38, 0x6a6c58, 0.1, 0.06, r.salt()));
    }
    for (int i = r.whole(1, 2); i > 0; i--) {
      putSized(
          r.in(0.05, 0.95),
          horizon + r.in(0.08, 0.2),
          r.in(0.07, 0.1),
          r.chance(0.5),
          () -> buildings.streetlight(true));
    }
    if (paved && r.chance(0.6)) {
      vehicle(r.in(0.1, 0.9), horizon + r.in(0.2, 0.33), r.in(0.07, 0.1));
    }
    flush();
    c.outline(-0.5, horizon, 1.5, horizon, 1.5, 1.5, -0.5, 1.5).tint(0x080c20, 0.3);
  }

  private void sea(double top, double bottom) {
    int deep = r.color(185, 220, 0.5, 0.85, 0.4, 0.75);
    strip(
        "sea",
        "water",
        top,
        bottom,
        Patterns.waves(deep, Colors.mix(deep, 0xffffff, 0.55), 0.16, 0.045, r.salt()));
  }

  private void beach() {
    outdoors(0.28, 0.45, 1.7, 2.8);
    sky();
    birds(2);
    double shore = horizon + r.in(0.14, 0.26);
    sea(horizon, 1.5);
    for (int i = r.whole(0, 2); i > 0; i--) {
      int hull = r.anyColor();
      putSized(
          r.in(0, 1),
          horizon + r.in(0.02, 0.06),
          r.in(0.014, 0.03),
          r.chance(0.5),
          () -> vehicles.sailboat(hull));
    }
    flush();
    int sand = r.color(34, 48, 0.25, 0.5, 0.78, 0.95);
    c.object("sand").of("sand");
    c.outline(
            -0.5,
            shore + 0.02,
            0.1,
            shore - 0.01,
            0.5,
            shore + 0.025,
            0.9,
            shore,
            1.5,
            shore + 0.03,
            1.5,
            1.5,
            -0.5,
            1.5)
        .fill(Patterns.noise(Colors.shade(sand, 0.9), Colors.shade(sand, 1.06), 0.02, r.salt()));
    c.object("sea")
        .of("water")
        .line(
            0xf8fcfc,
            0.014,
            -0.5,
            shore + 0.02,
            0.1,
            shore - 0.01,
            0.5,
            shore + 0.025,
            0.9,
            shore,
            1.5,
            shore + 0.03);
    for (int i = r.whole(0, 2); i > 0; i--) {
      put(r.chance(0.5) ? r.in(0, 0.25) : r.in(0.75, 1), shore + r.in(0.05, 0.15), nature::palm);
    }
    for (int i = r.whole(1, 3); i > 0; i--) {
      put(r.in(0.05, 0.95), shore + r.in(0.08, 0.45), buildings::umbrella);
    }
    for (int i = r.whole(0, 3); i > 0; i--) {
      put(r.in(0.05, 0.95), shore + r.in(0.05, 0.45), nature::person);
    }
    if (r.chance(0.5)) {
      put(r.in(0.1, 0.9), shore + r.in(0.2, 0.45), () -> buildings.ball(0.3));
    }
    if (r.chance(0.2)) {
      put(r.in(0.1, 0.9), shore + r.in(0.2, 0.45), nature::dog);
    }
    flush();
  }

  private void harbor() {
    outdoors(0.3, 0.5, 4, 6);
    sky();
    birds(2);
    mountains(0.3, false);
    sea(horizon, 1.5);
    if (r.chance(0.5)) {
      putSized(
          r.chance(0.5) ? r.in(0, 0.2) : r.in(0.8, 1),
          horizon + 0.03,
          r.in(0.03, 0.045),
          false,
          buildings::lighthouse);
    }
    if (r.chance(0.6)) {
      putSized(
          r.in(0.1, 0.9),
          horizon + r.in(0.05, 0.1),
          r.in(0.018, 0.028),
          r.chance(0.5),
          () -> vehicles.ship(r.anyColor()));
    }
    if (r.chance(0.5)) {
      putSized(r.in(0.1, 0.9), horizon + 0.03, r.in(0.022, 0.03), r.chance(0.5), buildings::crane);
    }
    for (int i = r.whole(1, 4); i > 0; i--) {
      double y = horizon + r.in(0.12, 0.4);
      int hull = r.anyColor();
      putSized(
          r.in(0, 1),
          y,
          0.028 + (y - horizon) * 0.13,
          r.chance(0.5),
          () -> vehicles.sailboat(hull));
    }
    flush();
    if (r.chance(0.6)) {
      double quay = r.in(0.8, 0.9);
      int wood = r.wood();
      strip("pier", "wood", quay, 1.5, Patterns.boards(wood, 0.07, r.salt()));
      camera = 1.9;
      horizon = 0.4;
      for (int i = r.whole(0, 2); i > 0; i--) {
        put(r.in(0.1, 0.9), quay + r.in(0.03, 0.1), nature::person);
      }
      flush();
    }
  }

  private void forest() {
    outdoors(0.35, 0.55, 1.6, 2.6);
    sky();
    hills(r.leafGreen());
    int earth =
        r.chance(0.6)
            ? r.color(60, 110, 0.4, 0.6, 0.25, 0.42)
            : r.color(20, 40, 0.4, 0.6, 0.3, 0.45);
    band("grass", "foliage", horizon, Patterns.blades(earth, 0.02, 0.03, r.salt()));
    int fir = r.color(110, 160, 0.35, 0.65, 0.2, 0.42);
    boolean firs = r.chance(0.5);
    for (int i = r.whole(5, 8); i > 0; i--) {
      double y = horizon + r.in(0.03, 0.12) * (1 - horizon);
      int own = Colors.shade(fir, r.in(0.8, 1.3));
      put(r.in(-0.05, 1.05), y, () -> nature.fir(own, false));
    }
    if (firs) {
      for (int i = r.whole(2, 4); i > 0; i--) {
        put(r.in(0, 1), horizon + r.in(0.15, 0.35) * (1 - horizon), () -> nature.fir(fir, false));
      }
    } else {
      trees(2, 4, 0.4);
    }
    for (int i = r.whole(1, 3); i > 0; i--) {
      put(r.in(0, 1), ground() + 0.1, () -> nature.bush(r.leafGreen()));
    }
    if (r.chance(0.4)) {
      put(r.in(0, 1), ground() + 0.1, () -> nature.rock(r.color(30, 220, 0.02, 0.12, 0.4, 0.6)));
    }
    if (r.chance(0.25)) {
      put(r.in(0.1, 0.9), ground(), r.chance(0.5) ? nature::person : nature::dog);
    }
    flush();
    birds(1);
  }

  private void farm() {
    outdoors(0.3, 0.48, 2.2, 3.4);
    sky();
    birds(1);
    hills(r.leafGreen());
    boolean field = r.chance(0.5);
    grass();
    if (field) {
      int corn = r.color(40, 55, 0.45, 0.75, 0.7, 0.92);
      strip(
          "field",
          "foliage",
          horizon,
          horizon + r.in(0.12, 0.25),
          Patterns.blades(corn, 0.012, 0.06, r.salt()));
    }
    putSized(
        r.in(0.05, 0.95),
        horizon + r.in(0.04, 0.1),
        r.in(0.03, 0.05),
        false,
        r.chance(0.65) ? buildings::barn : buildings::windmill);
    trees(0, 3, 0.25);
    if (r.chance(0.5)) {
      put(r.in(0.3, 0.7), horizon + r.in(0.15, 0.3), () -> buildings.fence(10));
    }
    if (r.chance(0.4)) {
      put(r.in(0.1, 0.9), ground(), () -> vehicles.tractor(r.vivid()));
    }
    int kind = r.whole(0, 2);
    for (int i = r.whole(1, 4); i > 0; i--) {
      put(
          r.in(0.02, 0.98),
          ground() + 0.05,
          kind == 0 ? nature::cow : kind == 1 ? nature::sheep : nature::horse);
    }
    if (r.chance(0.3)) {
      people(1, 1);
    }
    flush();
  }

  private void desert() {
    outdoors(0.35, 0.55, 1.8, 3.2);
    sky();
    int sand = r.color(22, 44, 0.35, 0.65, 0.65, 0.92);
    if (r.chance(0.5)) {
      mountains(1, false);
    }
    c.object("sand").of("sand");
    Canvas.Pattern dunes = Patterns.waves(sand, Colors.shade(sand, 0.88), 0.5, 0.09, r.salt());
    c.oval(r.in(0, 1), horizon + 0.05, r.in(0.3, 0.6), r.in(0.06, 0.14)).fill(dunes);
    c.outline(-0.5, horizon, 1.5, horizon, 1.5, 1.5, -0.5, 1.5).fill(dunes);
    for (int i = r.whole(1, 5); i > 0; i--) {
      put(r.in(0, 1), ground(), nature::cactus);
    }
    for (int i = r.whole(1, 3); i > 0; i--) {
      int grey = r.color(10, 35, 0.2, 0.5, 0.4, 0.65);
      put(r.in(0, 1), ground(), () -> nature.rock(grey));
    }
    if (r.chance(0.2)) {
      put(r.in(0.1, 0.9), ground(), r.chance(0.5) ? nature::person : nature::horse);
    }
    flush();
  }

  private void mountainSnowy() {
    outdoors(0.45, 0.62, 2.2, 3.4);
    sky();
    int rock = r.color(200, 240, 0.05, 0.3, 0.35, 0.6);
    for (int i = r.whole(2, 4); i > 0; i--) {
      double s = r.in(0.3, 0.55);
      c.save().move(r.in(0, 1), horizon + 0.02).scale(s, s);
      nature.mountain(rock, true);
      c.restore();
    }
    int snow = r.color(205, 225, 0.02, 0.1, 0.9, 1);
    band("snow", "snow", horizon, Patterns.noise(Colors.shade(snow, 0.93), snow, 0.12, r.salt()));
    int fir = r.color(120, 170, 0.3, 0.6, 0.2, 0.4);
    for (int i = r.whole(2, 6); i > 0; i--) {
      boolean white = r.chance(0.7);
      put(r.in(0, 1), horizon + r.in(0.05, 0.4) * (1 - horizon), () -> nature.fir(fir, white));
    }
    if (r.chance(0.4)) {
      put(r.in(0.1, 0.9), ground(), buildings::snowman);
    }
    if (r.chance(0.4)) {
      putSized(
          r.in(0.1, 0.9), horizon + 0.06, r.in(0.03, 0.04), false, () -> buildings.house(false));
    }
    if (r.chance(0.3)) {
      people(1, 2);
    }
    flush();
    if (r.chance(0.5)) {
      for (int i = r.whole(20, 50); i > 0; i--) {
        double s = r.in(0.004, 0.009);
        c.oval(r.in(0, 1), r.in(0, 1), s, s).tint(0xffffff, 0.9);
      }
    }
  }

  private void playground() {
    outdoors(0.32, 0.48, 1.8, 2.8);
    sky();
    grass();
    trees(1, 4, 0.25);
    if (r.chance(0.4)) {
      put(r.in(0.3, 0.7), horizon + 0.12, () -> buildings.fence(14));
    }
    for (int i = r.whole(1, 2); i > 0; i--) {
      put(r.in(0.1, 0.9), horizon + r.in(0.15, 0.4), buildings::playground);
    }
    if (r.chance(0.5)) {
      put(r.in(0.1, 0.9), ground(), buildings::bench);
    }
    for (int i = r.whole(0, 2); i > 0; i--) {
      put(r.in(0.1, 0.9), ground(), () -> vehicles.bicycle(r.vivid()));
    }
    if (r.chance(0.6)) {
      put(r.in(0.1, 0.9), ground() + 0.1, () -> buildings.ball(0.28));
    }
    if (r.chance(0.4)) {
      put(r.in(0.1, 0.9), ground(), nature::dog);
    }
    people(1, 3);
    flush();
  }

  private void airport() {
    outdoors(0.4, 0.6, 4, 6);
    sky();
    grass();
    int concrete = r.color(200, 240, 0, 0.08, 0.5, 0.7);
    strip(
        "runway",
        "concrete",
        horizon + r.in(0.02, 0.06),
        1.5,
        Patterns.noise(Colors.shade(concrete, 0.94), Colors.shade(concrete, 1.04), 0.05, r.salt()));
    c.object("runway").part("line").of("paint");
    double y = horizon + r.in(0.25, 0.35);
    c.rect(0xf0c838, -0.5, y, 1.5, y + 0.012);
    if (r.chance(0.5)) {
      int wall = r.color(200, 230, 0.05, 0.15, 0.7, 0.85);
      double x = r.in(0.1, 0.6);
      c.object("terminal").of("concrete").rect(wall, x, horizon - 0.05, x + 0.5, horizon + 0.03);
      c.part("window").of("glass").rect(0x4d6f8e, x + 0.02, horizon - 0.03, x + 0.48, horizon);
      c.part("")
          .of("concrete")
          .poly(
              wall,
              x + 0.05,
              horizon - 0.05,
              x + 0.07,
              horizon - 0.2,
              x + 0.1,
              horizon - 0.2,
              x + 0.12,
              horizon - 0.05);
      c.part("window")
          .of("glass")
          .rect(0x35506a, x + 0.05, horizon - 0.23, x + 0.12, horizon - 0.19);
    }
    for (int i = r.whole(1, 2); i > 0; i--) {
      double s = r.in(0.022, 0.034);
      int paint = r.vivid();
      putSized(
          r.in(0.15, 0.85),
          horizon + r.in(0.08, 0.3),
          s,
          r.chance(0.5),
          () -> vehicles.airplane(paint, true));
    }
    if (r.chance(0.4)) {
      vehicle(r.in(0.1, 0.9), horizon + r.in(0.3, 0.4), r.in(0.06, 0.08));
    }
    flush();
    if (r.chance(0.4)) {
      int paint = r.vivid();
      c.save().move(r.in(0.2, 0.8), r.in(0.12, 0.8) * horizon).rotate(-0.2);
      double s = r.in(0.012, 0.02);
      c.scale(s, s);
      vehicles.airplane(paint, false);
      c.restore();
    }
  }

  private void railroad() {
    outdoors(0.38, 0.52, 2.8, 4.2);
    sky();
    mountains(0.3, false);
    grass();
    hills(r.leafGreen());
    trees(0, 3, 0.2);
    if (r.chance(0.35)) {
      putSized(r.in(0, 1), horizon + 0.06, 0.035, false, () -> buildings.house(false));
    }
    flush();
    double y = horizon + r.in(0.22, 0.3);
    int gravel = r.color(25, 50, 0.05, 0.2, 0.4, 0.55);
    strip(
        "track",
        "gravel",
        y - 0.02,
        y + 0.1,
        Patterns.noise(Colors.shade(gravel, 0.7), Colors.shade(gravel, 1.2), 0.012, r.salt()));
    c.part("sleeper").of("wood");
    for (double x = -0.4; x < 1.4; x += 0.06) {
      c.poly(0x4a3626, x, y + 0.01, x + 0.025, y + 0.01, x + 0.015, y + 0.07, x - 0.015, y + 0.07);
    }
    c.part("rail").of("metal").rect(0x9a9ca0, -0.5, y + 0.02, 1.5, y + 0.028);
    c.rect(0x9a9ca0, -0.5, y + 0.055, 1.5, y + 0.065);
    if (r.chance(0.88)) {
      double s = r.in(0.055, 0.085);
      int paint = r.vivid();
      double x = r.in(0.1, 0.9);
      boolean flip = r.chance(0.5);
      double dx = flip ? 8.3 * s : -8.3 * s;
      putSized(x, y + 0.06, s, flip, () -> vehicles.train(paint, true));
      putSized(x + dx, y + 0.06, s, flip, () -> vehicles.train(paint, false));
    }
    flush();
    if (r.chance(0.5)) {
      int stone = r.color(20, 50, 0.02, 0.15, 0.6, 0.75);
      double top = y + r.in(0.17, 0.22);
      strip("platform", "stone", top, 1.5, Patterns.tiles(stone, Colors.shade(stone, 0.75), 0.08));
      camera = 2.0;
      for (int i = r.whole(0, 3); i > 0; i--) {
        put(r.in(0, 1), top + r.in(0.04, 0.12), r.chance(0.75) ? nature::person : buildings::bench);
      }
      flush();
    }
  }

  private void garden() {
    outdoors(0.3, 0.45, 1.5, 2.2);
    sky();
    grass();
    put(r.in(0.4, 0.6), horizon + 0.12, () -> buildings.fence(20));
    trees(0, 2, 0.2);
    for (int i = r.whole(1, 4); i > 0; i--) {
      int leaf = r.leafGreen();
      put(r.in(0, 1), horizon + r.in(0.12, 0.4), () -> nature.bush(leaf));
    }
    int petals = r.vivid();
    for (int i = r.whole(6, 14); i > 0; i--) {
      int petal = r.chance(0.6) ? petals : r.vivid();
      double y = horizon + r.in(0.25, 0.65);
      putSized(
          r.in(0, 1), y, 0.06 + (y - horizon) * 0.28, r.chance(0.5), () -> nature.flower(petal));
    }
    if (r.chance(0.3)) {
      put(r.in(0, 1), ground(), buildings::bench);
    }
    if (r.chance(0.3)) {
      people(1, 1);
    }
    flush();
    birds(1);
  }

  private void soccerField() {
    outdoors(0.25, 0.4, 2.6, 3.8);
    sky();
    if (r.chance(0.6)) {
      // Stands with a crowd.
      int stand = r.color(200, 240, 0.05, 0.3, 0.4, 0.6);
      c.object("stand").of("concrete").rect(stand, -0.5, horizon - 0.14, 1.5, horizon);
      int salt = r.salt();
      c.object("crowd")
          .outline(
              -0.5, horizon - 0.12, 1.5, horizon - 0.12, 1.5, horizon - 0.02, -0.5, horizon - 0.02)
          .fill(
              (x, y) ->
                  Colors.hsv(
                      360 * Rng.hash((int) Math.floor(x * 70), (int) Math.floor(y * 70), salt),
                      0.5,
                      0.3
                          + 0.6
                              * Rng.hash(
                                  (int) Math.floor(x * 70), (int) Math.floor(y * 70), salt + 1)));
    } else {
      trees(2, 5, 0.08);
      flush();
    }
    int green = r.color(95, 130, 0.5, 0.75, 0.45, 0.65);
    band(
        "grass",
        "foliage",
        horizon,
        Patterns.stripes(green, Colors.shade(green, 0.86), 0.28, r.chance(0.5) ? LEVEL : 0.3));
    c.object("grass").part("line").of("paint");
    double y = horizon + r.in(0.12, 0.2);
    c.rect(0xf4f6f2, -0.5, y, 1.5, y + 0.014);
    if (r.chance(0.6)) {
      c.line(0xf4f6f2, 0.016, r.in(0.1, 0.4), y, r.in(-0.2, 0.1), 1.2);
    }
    if (r.chance(0.85)) {
      put(r.in(0.2, 0.8), y + 0.015, buildings::goal);
    }
    put(r.in(0.1, 0.9), horizon + r.in(0.3, 0.6), () -> buildings.ball(0.26));
    people(1, 4);
    flush();
  }

  private void village() {
    outdoors(0.4, 0.55, 2.6, 4);
    sky();
    birds(1);
    mountains(0.3, true);
    hills(r.leafGreen());
    grass();
    double s = r.in(0.035, 0.055);
    for (double x = r.in(0, 0.2); x < 1; x += s * r.in(9, 14)) {
      double y = horizon + r.in(0.05, 0.16);
      putSized(x, y, s, r.chance(0.5), () -> buildings.house(false));
    }
    trees(1, 4, 0.3);
    if (r.chance(0.5)) {
      put(r.in(0.3, 0.7), horizon + r.in(0.24, 0.3), () -> buildings.fence(r.in(5.0, 10.0)));
    }
    flush();
    // A path to the front.
    int path = r.color(30, 45, 0.2, 0.4, 0.6, 0.8);
    double px = r.in(0.2, 0.8);
    if (r.chance(0.7)) {
      c.object("path").of("gravel");
      c.outline(px, horizon + 0.14, px + 0.04, horizon + 0.14, px + 0.3, 1.3, px - 0.2, 1.3)
          .fill(Patterns.noise(Colors.shade(path, 0.85), path, 0.012, r.salt()));
    }
    if (r.chance(0.4)) {
      put(r.in(0, 1), ground(), r.chance(0.5) ? nature::dog : () -> vehicles.bicycle(r.vivid()));
    }
    if (r.chance(0.3)) {
      vehicle(r.in(0.1, 0.9), horizon + r.in(0.25, 0.35), r.in(0.06, 0.09));
    }
    people(0, 2);
    flush();
  }

  // ---- indoors ----

  private double unit; // canvas units a metre at the back wall
  private double floor; // y of the back wall's foot

  private void room(double unit0, double unit1, boolean tiled) {
    unit = r.in(unit0, unit1);
    floor = r.in(0.62, 0.78);
    int paint = r.pastel();
    c.object("wall")
        .of(tiled ? "tile" : "plaster")
        .outline(-0.5, -0.5, 1.5, -0.5, 1.5, floor, -0.5, floor);
    double kind = r.unit();
    if (tiled) {
      c.fill(Patterns.tiles(paint, Colors.mix(paint, 0xffffff, 0.6), unit * r.in(0.14, 0.22)));
    } else if (kind < 0.2) {
      c.fill(Patterns.stripes(paint, Colors.shade(paint, 0.92), unit * 0.25, 0));
    } else if (kind < 0.3) {
      c.fill(Patterns.dots(paint, Colors.shade(paint, 0.85), unit * 0.2, 0.25));
    } else if (kind < 0.4) {
      c.of("brick")
          .fill(
              Patterns.bricks(
                  Colors.hsv(r.in(8, 24), 0.45, 0.62),
                  0xc0b4a8,
                  unit * 0.3,
                  unit * 0.12,
                  r.salt()));
    } else {
      c.fill(Patterns.gradient(Colors.shade(paint, 1.05), 0, Colors.shade(paint, 0.9), floor));
    }
    int wood = r.wood();
    c.object("floor").outline(-0.5, floor, 1.5, floor, 1.5, 1.5, -0.5, 1.5);
    if (tiled || r.chance(0.35)) {
      int a = r.color(0, 360, 0, 0.35, 0.35, 0.95);
      int b = r.chance(0.5) ? 0xf0eee8 : Colors.shade(a, 0.6);
      double far = floor - 0.25;
      // Squares in perspective.
      c.of("tile")
          .fill(
              (x, y) -> {
                double z = 0.25 / (y - far);
                return (((int) Math.floor((x - 0.5) * z * 9 + 100) + (int) Math.floor(z * 9)) & 1)
                        == 0
                    ? a
                    : b;
              });
    } else if (r.chance(0.7)) {
      c.of("wood").fill(Patterns.planks(wood, 0.05, r.salt()));
    } else {
      int carpet = r.pastel();
      c.of("fabric").fill(Patterns.noise(Colors.shade(carpet, 0.8), carpet, 0.012, r.salt()));
    }
    c.object("wall")
        .part("baseboard")
        .of("wood")
        .rect(0xf0ece2, -0.5, floor - 0.05 * unit, 1.5, floor + 0.005);
  }

  /** Puts a thing at the back wall, or y metres-like towards the viewer (0 … 1). */
  private void place(double x, double near, Runnable draw) {
    double y = floor + near * (1.0 - floor);
    putSized(x, y, unit * (1 + 0.45 * near), r.chance(0.5), draw);
  }

  /** Hangs a thing on the wall, height in metres. */
  private void hang(double x, double height, Runnable draw) {
    c.save().move(x, floor - height * unit).scale(unit, unit);
    draw.run();
    c.restore();
  }

  private int daylight() {
    return r.chance(0.8)
        ? r.color(195, 220, 0.25, 0.6, 0.8, 1)
        : r.color(230, 260, 0.5, 0.7, 0.15, 0.3);
  }

  private void wallThings(double chance) {
    if (r.chance(chance)) {
      int sky = daylight();
      boolean curtains = r.chance(0.6);
      hang(r.in(0.1, 0.9), r.in(1.45, 1.7), () -> furniture.windowpane(curtains, sky));
    }
    if (r.chance(chance * 0.7)) {
      hang(r.in(0.1, 0.9), r.in(1.5, 1.8), furniture::painting);
    }
    if (r.chance(chance * 0.35)) {
      hang(r.in(0.1, 0.9), r.in(1.8, 2.0), furniture::clock);
    }
  }

  private void rug() {
    if (r.chance(0.45)) {
      int a = r.vivid();
      int b = r.vivid();
      c.object("rug").of("fabric").oval(r.in(0.3, 0.7), floor + 0.16, r.in(0.2, 0.4), 0.09);
      if (r.chance(0.5)) {
        c.fill(Patterns.stripes(a, b, 0.06, 0));
      } else {
        c.fill(Patterns.weave(a, b, 0.03));
      }
    }
  }

  private void visitors(double chance) {
    if (r.chance(chance)) {
      place(r.in(0.05, 0.95), r.in(0.2, 0.7), nature::person);
    }
  }

  private void kitchen() {
    room(0.3, 0.42, r.chance(0.6));
    wallThings(0.45);
    double from = r.in(-0.4, 0.3) / unit;
    double to = from + r.in(1.8, 3.0);
    putSized(0, floor + 0.01, unit, false, () -> furniture.kitchenRow(from, to));
    boolean left = r.chance(0.5);
    double fx = left ? from * unit - 0.13 : to * unit + 0.16;
    putSized(fx, floor + 0.012, unit, false, furniture::fridge);
    if (r.chance(0.5)) {
      boolean covered = r.chance(0.5);
      boolean cup = r.chance(0.6);
      place(
          r.in(0.3, 0.7),
          r.in(0.5, 0.8),
          () -> {
            double h = furniture.table(1.2, covered);
            c.save().move(r.in(-0.3, 0.3), -h);
            if (cup) {
              furniture.cup();
            } else {
              furniture.pot();
            }
            c.restore();
          });
    }
    visitors(0.3);
    flush();
    if (r.chance(0.4)) {
      hang(r.in(0.2, 0.8), 0, () -> furniture.pendant(2.5));
    }
  }

  private void bedroom() {
    room(0.3, 0.42, false);
    wallThings(0.75);
    rug();
    place(r.in(0.3, 0.7), r.in(0.15, 0.5), furniture::bed);
    if (r.chance(0.5)) {
      place(r.chance(0.5) ? r.in(0, 0.2) : r.in(0.8, 1), 0.02, furniture::wardrobe);
    }
    if (r.chance(0.6)) {
      place(r.in(0.05, 0.95), 0.03, furniture::floorLamp);
    }
    if (r.chance(0.25)) {
      place(r.in(0.05, 0.95), 0.1, furniture::pottedPlant);
    }
    visitors(0.2);
    flush();
  }

  private void livingRoom() {
    room(0.28, 0.4, false);
    wallThings(0.7);
    rug();
    place(r.in(0.3, 0.7), r.in(0.05, 0.35), furniture::sofa);
    if (r.chance(0.6)) {
      place(r.in(0.02, 0.98), 0.03, furniture::floorLamp);
    }
    if (r.chance(0.6)) {
      place(r.in(0.02, 0.98), 0.1, furniture::pottedPlant);
    }
    if (r.chance(0.35)) {
      place(r.in(0, 1), 0.01, furniture::bookshelf);
    }
    if (r.chance(0.3)) {
      place(r.in(0.1, 0.9), r.in(0.4, 0.8), nature::dog);
    }
    if (r.chance(0.4)) {
      boolean covered = r.chance(0.4);
      place(
          r.in(0.2, 0.8),
          0.75,
          () -> {
            double h = furniture.table(0.9, covered);
            c.save().move(0, -h);
            furniture.cup();
            c.restore();
          });
    }
    visitors(0.3);
    flush();
  }

  private void bathroom() {
    room(0.3, 0.44, true);
    if (r.chance(0.3)) {
      hang(r.in(0.1, 0.9), 1.6, () -> furniture.windowpane(false, daylight()));
    }
    boolean left = r.chance(0.5);
    double bx = left ? r.in(0.2, 0.4) : r.in(0.6, 0.8);
    if (r.chance(0.85)) {
      place(bx, r.in(0.05, 0.35), furniture::bathtub);
    }
    double sx = left ? r.in(0.65, 0.85) : r.in(0.15, 0.35);
    if (r.chance(0.7)) {
      hang(sx, 0, furniture::mirror);
      place(sx, 0.02, furniture::washbasin);
    }
    if (r.chance(0.6)) {
      place(left ? r.in(0.85, 1.0) : r.in(0, 0.15), r.in(0.1, 0.5), furniture::toilet);
    }
    if (r.chance(0.6)) {
      hang(r.in(0.1, 0.9), 0.2, furniture::towel);
    }
    visitors(0.15);
    flush();
  }

  private void office() {
    room(0.32, 0.46, false);
    wallThings(0.55);
    if (r.chance(0.4)) {
      place(r.in(0, 1), 0.01, furniture::bookshelf);
    }
    int desks = r.whole(1, 2);
    double x = r.in(0.2, 0.5);
    for (int i = 0; i < desks; i++) {
      boolean lamp = r.chance(0.35);
      place(
          x,
          r.in(0.1, 0.4),
          () -> {
            furniture.desk();
            c.save().move(r.in(-0.35, 0.1), -0.8);
            furniture.monitor();
            c.move(0.0, 0.05);
            furniture.keyboard();
            c.restore();
            if (lamp) {
              c.save().move(0.6, -0.78);
              furniture.tableLamp();
              c.restore();
            }
          });
      int cloth = r.anyColor();
      place(x + r.in(-0.15, 0.15), r.in(0.5, 0.7), () -> furniture.officeChair(cloth));
      x += r.in(0.4, 0.55);
    }
    if (r.chance(0.35)) {
      place(r.in(0.02, 0.98), 0.1, furniture::pottedPlant);
    }
    visitors(0.3);
    flush();
  }

  private void classroom() {
    room(0.26, 0.36, false);
    hang(r.in(0.35, 0.65), 0, furniture::blackboard);
    if (r.chance(0.4)) {
      hang(r.in(0.05, 0.95), 2.0, furniture::clock);
    }
    visitors(0.6);
    int wood = r.wood();
    for (int row = 0; row < 2; row++) {
      double near = 0.25 + row * 0.45;
      for (double x = r.in(0.0, 0.2); x < 1; x += r.in(0.32, 0.42)) {
        place(x, near, () -> furniture.table(0.75, false));
        place(x + 0.02, near + 0.08, () -> furniture.chair(wood));
      }
    }
    flush();
  }

  private void restaurant() {
    room(0.28, 0.4, false);
    wallThings(0.6);
    int wood = r.wood();
    for (int i = r.whole(2, 3); i > 0; i--) {
      double x = r.in(0.1, 0.9);
      double near = r.in(0.1, 0.7);
      boolean bottle = r.chance(0.7);
      place(x - 0.2, near - 0.02, () -> furniture.chair(wood));
      place(
          x,
          near,
          () -> {
            double h = furniture.table(0.95, true);
            c.save().move(-0.25, -h);
            furniture.plate();
            c.move(0.45, 0.02);
            furniture.plate();
            if (bottle) {
              c.move(-0.22, 0.02);
              furniture.bottle();
            }
            c.restore();
          });
      if (r.chance(0.6)) {
        place(x + 0.22, near + 0.02, () -> nature.person(true));
      }
      double px = x;
      hang(px, 0, () -> furniture.pendant(2.4));
    }
    visitors(0.3);
    flush();
  }

  private void library() {
    room(0.26, 0.38, false);
    for (double x = r.in(-0.1, 0.1); x < 1.1; x += unit * 1.06) {
      if (r.chance(0.88)) {
        putSized(x, floor + 0.01, unit, false, furniture::bookshelf);
      }
    }
    flush();
    if (r.chance(0.6)) {
      place(
          r.in(0.25, 0.75),
          r.in(0.4, 0.7),
          () -> {
            double h = furniture.table(1.4, false);
            c.save().move(r.in(-0.4, 0.4), -h);
            furniture.tableLamp();
            c.restore();
          });
    }
    int wood = r.wood();
    for (int i = r.whole(0, 2); i > 0; i--) {
      place(r.in(0.1, 0.9), r.in(0.5, 0.8), () -> furniture.chair(wood));
    }
    visitors(0.45);
    flush();
  }

  private void aquarium() {
    int top = r.color(180, 215, 0.5, 0.9, 0.6, 0.95);
    c.object("water")
        .of("water")
        .outline(-0.5, -0.5, 1.5, -0.5, 1.5, 1.5, -0.5, 1.5)
        .fill(Patterns.gradient(top, 0, Colors.shade(top, 0.45), 1));
    for (int i = 0; i < 3; i++) {
      double x = r.in(0, 1);
      c.outline(x, -0.3, x + 0.08, -0.3, x + 0.3, 1.2, x + 0.1, 1.2).tint(0xd8f4ff, 0.12);
    }
    double bed = r.in(0.78, 0.9);
    int sand = r.color(34, 50, 0.25, 0.5, 0.7, 0.9);
    strip("sand", "sand", bed, 1.5, Patterns.noise(Colors.shade(sand, 0.8), sand, 0.015, r.salt()));
    for (int i = r.whole(1, 3); i > 0; i--) {
      putSized(
          r.in(0, 1),
          bed + r.in(0.02, 0.12),
          r.in(0.08, 0.16),
          r.chance(0.5),
          () -> nature.rock(r.color(0, 360, 0.1, 0.5, 0.35, 0.65)));
    }
    for (int i = r.whole(2, 5); i > 0; i--) {
      putSized(r.in(0, 1), bed + r.in(0.02, 0.12), r.in(0.25, 0.55), false, nature::seaweed);
    }
    flush();
    for (int i = r.whole(3, 7); i > 0; i--) {
      int scale = r.vivid();
      double s = r.in(0.12, 0.34);
      c.save().move(r.in(0.05, 0.95), r.in(0.08, 0.8)).rotate(r.in(-0.25, 0.25));
      c.scale(r.chance(0.5) ? s : -s, s);
      nature.fish(scale);
      c.restore();
    }
    c.object("bubble");
    for (int i = r.whole(3, 12); i > 0; i--) {
      double s = r.in(0.01, 0.03);
      c.ring(0xe4f6fc, r.in(0, 1), r.in(0, 0.9), s, s * 0.35);
    }
  }
}
