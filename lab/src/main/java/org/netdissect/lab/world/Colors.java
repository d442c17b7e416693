package org.netdissect.lab.world;

/** Packed RGB colours and their names. */
final class Colors {
  /** The eleven basic colour terms (Berlin and Kay 1969), as Broden's colour category has them. */
  static final String[] NAMES = {
    "black", "blue", "brown", "grey", "green", "orange", "pink", "purple", "red", "white", "yellow"
  };

  private static final int BLACK = 0;
  private static final int BLUE = 1;
  private static final int BROWN = 2;
  private static final int GREY = 3;
  private static final int GREEN = 4;
  private static final int ORANGE = 5;
  private static final int PINK = 6;
  private static final int PURPLE = 7;
  private static final int RED = 8;
  private static final int WHITE = 9;
  private static final int YELLOW = 10;

  private Colors() {}

  static int rgb(int r, int g, int b) {
    return clamp(r) << 16 | clamp(g) << 8 | clamp(b);
  }

  private static int clamp(int v) {
    return v < 0 ? 0 : Math.min(v, 255);
  }

  static int red(int c) {
    return c >> 16 & 255;
  }

  static int green(int c) {
    return c >> 8 & 255;
  }

  static int blue(int c) {
    return c & 255;
  }

  /** Hue in degrees (any), saturation and value 0 … 1. */
  static int hsv(double hue, double s, double v) {
    double h = hue / 60 - 6 * Math.floor(hue / 360);
    int sector = (int) h;
    double f = h - sector;
    double p = v * (1 - s);
    double q = v * (1 - s * f);
    double t = v * (1 - s * (1 - f));
    return switch (sector) {
      case 0 -> of(v, t, p);
      case 1 -> of(q, v, p);
      case 2 -> of(p, v, t);
      case 3 -> of(p, q, v);
      case 4 -> of(t, p, v);
      default -> of(v, p, q);
    };
  }

  private static int of(double r, double g, double b) {
    return rgb((int) (r * 255 + 0.5), (int) (g * 255 + 0.5), (int) (b * 255 + 0.5));
  }

  /** Darker below 1, lighter above. */
  static int shade(int c, double f) {
    return rgb((int) (red(c) * f), (int) (green(c) * f), (int) (blue(c) * f));
  }

  static int mix(int a, int b, double t) {
    return rgb(
        (int) (red(a) + (red(b) - red(a)) * t),
        (int) (green(a) + (green(b) - green(a)) * t),
        (int) (blue(a) + (blue(b) - blue(a)) * t));
  }

  /**
   * Names a colour by simple rules on value (the largest channel), chroma (largest minus smallest)
   * and hue: dark is black; little chroma is black, grey or white by value; dark orange is brown;
   * light red is pink; the rest goes by hue.
   *
   * @return index in {@link #NAMES}
   */
  static int name(int r, int g, int b) {
    int max = Math.max(r, Math.max(g, b));
    int min = Math.min(r, Math.min(g, b));
    int chroma = max - min;
    if (max < 48) {
      return BLACK;
    }
    if (chroma * 100 < max * 15 || chroma < 22) {
      return max < 70 ? BLACK : max < 205 ? GREY : WHITE;
    }
    int hue; // degrees
    if (max == r) {
      hue = 60 * (g - b) / chroma;
      hue = hue < 0 ? hue + 360 : hue;
    } else if (max == g) {
      hue = 120 + 60 * (b - r) / chroma;
    } else {
      hue = 240 + 60 * (r - g) / chroma;
    }
    boolean pale = chroma * 100 < max * 55;
    if (hue < 14 || hue >= 345) {
      return pale && max >= 170 ? PINK : hue >= 345 || max >= 105 ? RED : BROWN;
    } else if (hue < 42) {
      return max < 175 || (pale && max < 215) ? BROWN : pale && hue < 25 ? PINK : ORANGE;
    } else if (hue < 68) {
      return max < 130 ? (hue < 52 ? BROWN : GREEN) : YELLOW;
    } else if (hue < 168) {
      return GREEN;
    } else if (hue < 258) {
      return BLUE;
    } else if (hue < 310) {
      return PURPLE;
    }
    return max >= 150 ? PINK : PURPLE;
  }
}
