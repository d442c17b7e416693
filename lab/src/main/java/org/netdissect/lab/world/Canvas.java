package org.netdissect.lab.world;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Paints shapes into a picture and, at the same time, into its label layers: a pixel that a shape
 * covers at least half takes the shape's object, part and material, whatever was there. So labels
 * are occluded exactly as the picture is.
 *
 * <p>Coordinates are local to an affine transform; y runs down. Arithmetic is plain IEEE doubles
 * and StrictMath, hence the same pixels on every Java runtime from 17.
 */
final class Canvas {
  /** Sub-scanlines a pixel; coverage across is exact. */
  private static final int SUB = 4;

  /** A colour that varies over a shape, in local coordinates. */
  interface Pattern {
    int rgb(double x, double y);
  }

  final int size;
  private final int[] red;
  private final int[] green;
  private final int[] blue;
  private final char[] object;
  private final char[] part;
  private final char[] material;
  private final List<String> names = new ArrayList<>(List.of(""));
  private final Map<String, Character> codes = new HashMap<>(Map.of("", (char) 0));

  // x' = xx·x + xy·y + x0 and y' = yx·x + yy·y + y0, in pixels.
  private double xx;
  private double xy;
  private double x0;
  private double yx;
  private double yy;
  private double y0;
  private final Deque<double[]> saved = new ArrayDeque<>();

  private char nowObject;
  private char nowPart;
  private char nowMaterial;

  // Edges of the shape to fill, in pixels, top to bottom.
  private double[] ex0 = new double[64];
  private double[] ey0 = new double[64];
  private double[] ex1 = new double[64];
  private double[] ey1 = new double[64];
  private int edges;
  private final double[] crossings = new double[512];
  private final int[] cover;

  /** A square canvas whose unit is its whole side. */
  Canvas(int size) {
    this.size = size;
    red = new int[size * size];
    green = new int[size * size];
    blue = new int[size * size];
    object = new char[size * size];
    part = new char[size * size];
    material = new char[size * size];
    cover = new int[size + 1];
    xx = size;
    yy = size;
  }

  // ---- transform ----

  Canvas save() {
    saved.push(new double[] {xx, xy, x0, yx, yy, y0});
    return this;
  }

  Canvas restore() {
    double[] t = saved.pop();
    xx = t[0];
    xy = t[1];
    x0 = t[2];
    yx = t[3];
    yy = t[4];
    y0 = t[5];
    return this;
  }

  Canvas move(double x, double y) {
    x0 += xx * x + xy * y;
    y0 += yx * x + yy * y;
    return this;
  }

  Canvas scale(double sx, double sy) {
    xx *= sx;
    yx *= sx;
    xy *= sy;
    yy *= sy;
    return this;
  }

  Canvas rotate(double radians) {
    double cos = StrictMath.cos(radians);
    double sin = StrictMath.sin(radians);
    double a = xx * cos + xy * sin;
    double b = -xx * sin + xy * cos;
    xx = a;
    xy = b;
    a = yx * cos + yy * sin;
    b = -yx * sin + yy * cos;
    yx = a;
    yy = b;
    return this;
  }

  /** Pixels a local unit is long, roughly. */
  double pixelsPerUnit() {
    return Math.sqrt(Math.abs(xx * yy - xy * yx));
  }

  // ---- labels ----

  private char code(String name) {
    Character code = codes.get(name);
    if (code == null) {
      code = (char) names.size();
      names.add(name);
      codes.put(name, code);
    }
    return code;
  }

  /** What is painted next belongs to this object; part and material start blank. */
  Canvas object(String name) {
    nowObject = code(name);
    nowPart = 0;
    nowMaterial = 0;
    return this;
  }

  /** Name of a part, "" for none. */
  Canvas part(String name) {
    nowPart = code(name);
    return this;
  }

  /** Name of a material, "" for none. */
  Canvas of(String name) {
    nowMaterial = code(name);
    return this;
  }

  // ---- shapes ----

  private void edge(double ax, double ay, double bx, double by) {
    if (edges == ex0.length) {
      ex0 = Arrays.copyOf(ex0, 2 * edges);
      ey0 = Arrays.copyOf(ey0, 2 * edges);
      ex1 = Arrays.copyOf(ex1, 2 * edges);
      ey1 = Arrays.copyOf(ey1, 2 * edges);
    }
    double px = xx * ax + xy * ay + x0;
    double py = yx * ax + yy * ay + y0;
    double qx = xx * bx + xy * by + x0;
    double qy = yx * bx + yy * by + y0;
    boolean down = py <= qy;
    ex0[edges] = down ? px : qx;
    ey0[edges] = down ? py : qy;
    ex1[edges] = down ? qx : px;
    ey1[edges] = down ? qy : py;
    edges++;
  }

  /** Adds a closed outline, x and y in turn. */
  Canvas outline(double... xy) {
    for (int i = 0; i < xy.length; i += 2) {
      int j = (i + 2) % xy.length;
      edge(xy[i], xy[i + 1], xy[j], xy[j + 1]);
    }
    return this;
  }

  /** Adds an ellipse's outline. */
  Canvas oval(double cx, double cy, double rx, double ry) {
    double radius = Math.max(Math.abs(rx), Math.abs(ry)) * pixelsPerUnit();
    int n = (int) Math.min(48, 10 + 2 * Math.sqrt(radius) * 2);
    double px = cx + rx;
    double py = cy;
    for (int i = 1; i <= n; i++) {
      double t = 2 * StrictMath.PI * i / n;
      double qx = i == n ? cx + rx : cx + rx * StrictMath.cos(t);
      double qy = i == n ? cy : cy + ry * StrictMath.sin(t);
      edge(px, py, qx, qy);
      px = qx;
      py = qy;
    }
    return this;
  }

  void poly(int color, double... xy) {
    outline(xy).fill(color);
  }

  void rect(int color, double left, double top, double right, double bottom) {
    outline(left, top, right, top, right, bottom, left, bottom).fill(color);
  }

  void ellipse(int color, double cx, double cy, double rx, double ry) {
    oval(cx, cy, rx, ry).fill(color);
  }

  void ring(int color, double cx, double cy, double radius, double width) {
    oval(cx, cy, radius, radius).oval(cx, cy, radius - width, radius - width).fill(color);
  }

  /** A line with round ends. */
  void line(int color, double width, double... xy) {
    for (int i = 0; i + 3 < xy.length; i += 2) {
      capsule(xy[i], xy[i + 1], xy[i + 2], xy[i + 3], width / 2, width / 2);
      fill(color);
    }
  }

  /** Adds the outline of a limb: two round ends of different radius. */
  Canvas capsule(double ax, double ay, double bx, double by, double ra, double rb) {
    double dx = bx - ax;
    double dy = by - ay;
    double length = Math.sqrt(dx * dx + dy * dy);
    double ux = length == 0 ? 1 : dx / length;
    double uy = length == 0 ? 0 : dy / length;
    double[] p = new double[20];
    int n = 0;
    for (int end = 0; end < 2; end++) {
      double r = end == 0 ? ra : rb;
      double ex = end == 0 ? -ux * r : ux * r;
      double ey = end == 0 ? -uy * r : uy * r;
      double nx = end == 0 ? -uy * r : uy * r;
      double ny = end == 0 ? ux * r : -ux * r;
      double cx = end == 0 ? ax : bx;
      double cy = end == 0 ? ay : by;
      // A half circle in four steps, from one side over the tip to the other.
      for (int k = 0; k <= 4; k++) {
        double cos = COS[k];
        double sin = SIN[k];
        p[n++] = cx + nx * cos + ex * sin;
        p[n++] = cy + ny * cos + ey * sin;
      }
    }
    return outline(p);
  }

  private static final double[] COS = {1, 0.70710678, 0, -0.70710678, -1};
  private static final double[] SIN = {0, 0.70710678, 1, 0.70710678, 0};

  // ---- filling ----

  /** Fills the outlines added (even-odd) and forgets them. */
  void fill(int color) {
    scan(color, null, 256, true);
  }

  void fill(Pattern pattern) {
    scan(0, pattern, 256, true);
  }

  /** Tints what is there without changing labels: shadows, light, glass. */
  void tint(int color, double alpha) {
    scan(color, null, (int) (alpha * 256), false);
  }

  private void scan(int color, @Nullable Pattern pattern, int alpha, boolean label) {
    double top = size;
    double bottom = 0;
    for (int i = 0; i < edges; i++) {
      top = Math.min(top, ey0[i]);
      bottom = Math.max(bottom, ey1[i]);
    }
    double det = xx * yy - xy * yx;
    int yFrom = Math.max(0, (int) Math.floor(top));
    int yTo = Math.min(size - 1, (int) Math.floor(bottom));
    int r = Colors.red(color);
    int g = Colors.green(color);
    int b = Colors.blue(color);
    for (int y = yFrom; y <= yTo; y++) {
      int left = size;
      int right = -1;
      for (int s = 0; s < SUB; s++) {
        double sy = y + (s + 0.5) / SUB;
        int n = 0;
        for (int i = 0; i < edges; i++) {
          if (ey0[i] <= sy && sy < ey1[i] && n < crossings.length) {
            crossings[n++] = ex0[i] + (sy - ey0[i]) * (ex1[i] - ex0[i]) / (ey1[i] - ey0[i]);
          }
        }
        sort(n);
        for (int i = 0; i + 1 < n; i += 2) {
          double from = Math.max(0, crossings[i]);
          double to = Math.min(size, crossings[i + 1]);
          if (to <= from) {
            continue;
          }
          int first = (int) from;
          int last = Math.min(size - 1, (int) to);
          left = Math.min(left, first);
          right = Math.max(right, last);
          if (first == last) {
            cover[first] += (int) ((to - from) * 64);
          } else {
            cover[first] += (int) ((first + 1 - from) * 64);
            for (int x = first + 1; x < last; x++) {
              cover[x] += 64;
            }
            cover[last] += (int) ((to - last) * 64);
          }
        }
      }
      for (int x = left; x <= right; x++) {
        int c = cover[x];
        cover[x] = 0;
        if (c == 0) {
          continue;
        }
        int at = y * size + x;
        if (pattern != null) {
          double px = x + 0.5 - x0;
          double py = y + 0.5 - y0;
          int p = pattern.rgb((yy * px - xy * py) / det, (xx * py - yx * px) / det);
          r = Colors.red(p);
          g = Colors.green(p);
          b = Colors.blue(p);
        }
        int a = (c * alpha) >> 8;
        red[at] += (r - red[at]) * a / 256;
        green[at] += (g - green[at]) * a / 256;
        blue[at] += (b - blue[at]) * a / 256;
        if (label && c >= 128) {
          object[at] = nowObject;
          part[at] = nowPart;
          material[at] = nowMaterial;
        }
      }
    }
    edges = 0;
  }

  private void sort(int n) {
    for (int i = 1; i < n; i++) {
      double v = crossings[i];
      int j = i - 1;
      while (j >= 0 && crossings[j] > v) {
        crossings[j + 1] = crossings[j];
        j--;
      }
      crossings[j + 1] = v;
    }
  }

  // ---- the finished picture ----

  /** Light, lens and sensor: gains a channel, contrast about mid-grey, blur, noise. */
  void develop(
      double gainR, double gainG, double gainB, double contrast, double blur, int noise, int salt) {
    if (blur > 0) {
      blur(red, blur);
      blur(green, blur);
      blur(blue, blur);
    }
    for (int i = 0; i < size * size; i++) {
      int grain =
          noise == 0 ? 0 : (int) ((Rng.hash(i, 1, salt) + Rng.hash(i, 2, salt) - 1) * noise * 1.5);
      red[i] = grade(red[i], gainR, contrast, grain, noise, Rng.hash(i, 3, salt));
      green[i] = grade(green[i], gainG, contrast, grain, noise, Rng.hash(i, 4, salt));
      blue[i] = grade(blue[i], gainB, contrast, grain, noise, Rng.hash(i, 5, salt));
    }
  }

  private static int grade(int v, double gain, double contrast, int grain, int noise, double own) {
    int graded =
        (int) ((v * gain - 110) * contrast + 110 + 0.5) + grain + (int) ((own - 0.5) * noise);
    return graded < 0 ? 0 : Math.min(graded, 255);
  }

  private void blur(int[] channel, double amount) {
    int w = (int) (amount * 64); // weight of each neighbour out of 256
    int[] row = new int[size];
    for (int pass = 0; pass < 2; pass++) {
      int step = pass == 0 ? 1 : size;
      int line = pass == 0 ? size : 1;
      for (int k = 0; k < size; k++) {
        int base = k * line;
        for (int i = 0; i < size; i++) {
          int before = channel[base + Math.max(0, i - 1) * step];
          int after = channel[base + Math.min(size - 1, i + 1) * step];
          row[i] = (channel[base + i * step] * (256 - 2 * w) + (before + after) * w + 128) >> 8;
        }
        for (int i = 0; i < size; i++) {
          channel[base + i * step] = row[i];
        }
      }
    }
  }

  /** The picture with its labels at half its size. */
  WorldImage finish(String scene, List<String> textures) {
    int half = size / 2;
    byte[] rgb = new byte[3 * size * size];
    for (int i = 0; i < size * size; i++) {
      rgb[3 * i] = (byte) red[i];
      rgb[3 * i + 1] = (byte) green[i];
      rgb[3 * i + 2] = (byte) blue[i];
    }
    char[] colors = new char[half * half];
    char[] objects = new char[half * half];
    char[] parts = new char[half * half];
    char[] materials = new char[half * half];
    char[] colorCodes = new char[Colors.NAMES.length];
    for (int i = 0; i < colorCodes.length; i++) {
      colorCodes[i] = code(Colors.NAMES[i] + "-c");
    }
    for (int y = 0; y < half; y++) {
      for (int x = 0; x < half; x++) {
        int a = 2 * y * size + 2 * x;
        int to = y * half + x;
        colors[to] =
            colorCodes[
                Colors.name(
                    (red[a] + red[a + 1] + red[a + size] + red[a + size + 1] + 2) / 4,
                    (green[a] + green[a + 1] + green[a + size] + green[a + size + 1] + 2) / 4,
                    (blue[a] + blue[a + 1] + blue[a + size] + blue[a + size + 1] + 2) / 4)];
        objects[to] = most(object, a);
        parts[to] = most(part, a);
        materials[to] = most(material, a);
      }
    }
    return new WorldImage(
        size, rgb, half, colors, objects, parts, materials, List.copyOf(names), scene, textures);
  }

  /** The commonest of four pixels' labels; among equals the first in reading order. */
  private char most(char[] layer, int at) {
    char a = layer[at];
    char b = layer[at + 1];
    char c = layer[at + size];
    char d = layer[at + size + 1];
    if (a == b || a == c || a == d) {
      return a;
    }
    if (b == c || b == d) {
      return b;
    }
    return c == d ? c : a;
  }
}
