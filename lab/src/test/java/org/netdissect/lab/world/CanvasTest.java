package org.netdissect.lab.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CanvasTest {
  /** Counts points of a fine grid inside the outline, even-odd. */
  private static double coverage(double[] xy, int px, int py) {
    int inside = 0;
    int grid = 32;
    for (int sy = 0; sy < grid; sy++) {
      for (int sx = 0; sx < grid; sx++) {
        double x = px + (sx + 0.5) / grid;
        double y = py + (sy + 0.5) / grid;
        boolean in = false;
        for (int i = 0; i < xy.length; i += 2) {
          int j = (i + 2) % xy.length;
          if (xy[i + 1] > y != xy[j + 1] > y
              && x < xy[i] + (y - xy[i + 1]) * (xy[j] - xy[i]) / (xy[j + 1] - xy[i + 1])) {
            in = !in;
          }
        }
        inside += in ? 1 : 0;
      }
    }
    return (double) inside / (grid * grid);
  }

  @Test
  void shapesCoverWhatCountingPointsSays() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int trial = 0; trial < 40; trial++) {
      int size = 32;
      Canvas canvas = new Canvas(size);
      double[] xy = new double[2 * (3 + random.nextInt(5))];
      double[] pixels = new double[xy.length];
      double turn = random.nextDouble() * 6;
      for (int i = 0; i < xy.length; i += 2) {
        xy[i] = random.nextDouble() * 1.2 - 0.6;
        xy[i + 1] = random.nextDouble() * 1.2 - 0.6;
        pixels[i] = size * (0.5 + xy[i] * Math.cos(turn) - xy[i + 1] * Math.sin(turn));
        pixels[i + 1] = size * (0.5 + xy[i] * Math.sin(turn) + xy[i + 1] * Math.cos(turn));
      }
      canvas.move(0.5, 0.5).rotate(turn).object("thing").part("piece").of("stuff");
      canvas.poly(0xff0000, xy);
      WorldImage image = canvas.finish("", List.of());
      double off = 0;
      for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
          double expected = coverage(pixels, x, y);
          double found = (image.rgb()[3 * (y * size + x)] & 255) / 255.0;
          off += Math.abs(found - expected);
          // Four sub-scanlines may miss or gain one quarter where a sliver lies along a row.
          assertEquals(
              expected,
              found,
              0.27,
              "pixel " + x + "," + y + ", seed " + seed + ", trial " + trial);
        }
      }
      assertEquals(0, off / (size * size), 0.01, "mean error, seed " + seed);
      for (int y = 0; y < size / 2; y++) {
        for (int x = 0; x < size / 2; x++) {
          boolean all = true;
          boolean none = true;
          for (int k = 0; k < 4; k++) {
            double part = coverage(pixels, 2 * x + k % 2, 2 * y + k / 2);
            all &= part > 0.65;
            none &= part < 0.35;
          }
          String label = image.names().get(image.objects()[y * size / 2 + x]);
          if (all || none) {
            assertEquals(all ? "thing" : "", label, "seed " + seed);
            assertEquals(all ? "piece" : "", image.names().get(image.parts()[y * size / 2 + x]));
          }
        }
      }
    }
  }

  @Test
  void whatIsPaintedLaterHidesPictureAndLabels() {
    Canvas canvas = new Canvas(32);
    canvas.object("under").part("p").of("m").rect(0x00ff00, 0, 0, 1, 1);
    canvas.object("over").rect(0xff0000, 0.5, 0, 1, 1);
    canvas.outline(0, 0, 1, 0, 1, 1, 0, 1).tint(0x000000, 0.5);
    WorldImage image = canvas.finish("s", List.of());
    assertEquals("under", image.names().get(image.objects()[0]));
    assertEquals("p", image.names().get(image.parts()[0]));
    assertEquals("m", image.names().get(image.materials()[0]));
    assertEquals("over", image.names().get(image.objects()[15]));
    assertEquals("", image.names().get(image.parts()[15]));
    assertEquals("green-c", image.names().get(image.colors()[0]));
    assertTrue((image.rgb()[1] & 255) > 120 && (image.rgb()[1] & 255) < 135);
  }

  @Test
  void namesBasicColors() {
    String[][] cases = {
      {"0", "black"}, {"ffffff", "white"}, {"ff0000", "red"}, {"00ff00", "green"},
      {"0000ff", "blue"}, {"ffff00", "yellow"}, {"ffa500", "orange"}, {"808080", "grey"},
      {"ffc0cb", "pink"}, {"800080", "purple"}, {"8b4513", "brown"}, {"5c3a21", "brown"},
      {"87ceeb", "blue"}, {"228b22", "green"}, {"d0d0d0", "white"}, {"b22222", "red"},
    };
    for (String[] c : cases) {
      int rgb = Integer.parseInt(c[0], 16);
      assertEquals(
          c[1],
          Colors.NAMES[Colors.name(Colors.red(rgb), Colors.green(rgb), Colors.blue(rgb))],
          c[0]);
    }
  }
}
