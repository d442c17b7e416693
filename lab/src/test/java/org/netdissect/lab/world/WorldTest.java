package org.netdissect.lab.world;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorldTest {
  @TempDir Path temp;

  @Test
  void theSamePixelsAndLabelsOnEveryJavaRuntime() {
    CRC32 crc = new CRC32();
    for (int size : new int[] {112, 224}) {
      World world = World.of(7, size);
      for (int i = 0; i < 60; i++) {
        WorldImage image = world.render(i);
        crc.update(image.rgb());
        for (char[] layer :
            List.of(image.colors(), image.objects(), image.parts(), image.materials())) {
          for (char code : layer) {
            crc.update(image.names().get(code).getBytes(StandardCharsets.UTF_8));
          }
        }
      }
    }
    // Changes whenever anything that is drawn changes; then a demo network must be trained anew.
    assertEquals("5aa6f12b", Long.toHexString(crc.getValue()));
  }

  @Test
  void hasWhatItPromisesAndNothingTooCommonToDetect() {
    World world = World.of(11, 64);
    int images = 1200;
    List<Map<String, Integer>> pixels =
        List.of(new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
    Map<String, Integer> scenes = new HashMap<>();
    Map<String, Integer> textures = new HashMap<>();
    for (int i = 0; i < images; i++) {
      WorldImage image = world.render(i);
      List<char[]> layers =
          List.of(image.colors(), image.objects(), image.parts(), image.materials());
      for (int l = 0; l < 4; l++) {
        for (char code : layers.get(l)) {
          pixels.get(l).merge(image.names().get(code), 1, Integer::sum);
        }
      }
      if (image.scene().isEmpty()) {
        image.textures().forEach(name -> textures.merge(name, 1, Integer::sum));
        for (char code : image.objects()) {
          assertEquals("", image.names().get(code), "a close-up shows no object");
        }
      } else {
        scenes.merge(image.scene(), 1, Integer::sum);
      }
    }
    assertEquals(World.scenes().size(), scenes.size());
    assertEquals(World.textures().size(), textures.size());
    assertEquals(11, pixels.get(0).size());
    double all = images * 32.0 * 32;
    int[] detectable = new int[4];
    for (int l = 0; l < 4; l++) {
      for (Map.Entry<String, Integer> entry : pixels.get(l).entrySet()) {
        double share = entry.getValue() / all;
        // A mask of 0.5 % of all pixels can reach IoU 0.04 only below 0.125.
        if (!entry.getKey().isEmpty() && share > 0.0004 && share < 0.1) {
          detectable[l]++;
        }
      }
    }
    assertTrue(detectable[1] >= 45, "objects " + detectable[1]);
    assertTrue(detectable[2] >= 25, "parts " + detectable[2]);
    assertTrue(detectable[3] >= 12, "materials " + detectable[3]);
    for (String name : List.of("car", "wheel", "door", "window", "roof", "sail", "leg", "head")) {
      assertTrue(pixels.get(1).containsKey(name) || pixels.get(2).containsKey(name), name);
    }
    scenes.values().forEach(n -> assertTrue(n <= images * 0.05));
  }

  @Test
  void writesADataSet() throws IOException {
    Path out = temp.resolve("w");
    WorldFolder.write(3, 64, 60, out, 2, done -> {});
    List<String> index = Files.readAllLines(out.resolve("index.csv"));
    assertEquals(61, index.size());
    Map<Integer, String> names = new HashMap<>();
    for (String line : Files.readAllLines(out.resolve("label.csv"))) {
      String[] cells = line.split(",", -1);
      if (!cells[0].equals("number")) {
        names.put(Integer.parseInt(cells[0]), cells[1]);
      }
    }
    World world = World.of(3, 64);
    for (String line : index.subList(1, index.size())) {
      String[] cells = line.split(",", -1);
      int i = Integer.parseInt(cells[0].substring(6, 12));
      WorldImage image = world.render(i);
      BufferedImage photo = ImageIO.read(out.resolve("images/" + cells[0]).toFile());
      byte[] rgb = new byte[3 * 64 * 64];
      for (int p = 0; p < 64 * 64; p++) {
        int v = photo.getRGB(p % 64, p / 64);
        rgb[3 * p] = (byte) (v >> 16);
        rgb[3 * p + 1] = (byte) (v >> 8);
        rgb[3 * p + 2] = (byte) v;
      }
      assertArrayEquals(image.rgb(), rgb);
      if (image.scene().isEmpty()) {
        assertEquals(image.textures().get(0), names.get(Integer.parseInt(cells[11])));
      } else {
        assertEquals(image.scene() + "-s", names.get(Integer.parseInt(cells[10])));
        BufferedImage mask = ImageIO.read(out.resolve("images/" + cells[7]).toFile());
        for (int p = 0; p < 32 * 32; p++) {
          int v = mask.getRGB(p % 32, p / 32);
          int number = (v >> 16 & 255) + 256 * (v >> 8 & 255);
          String name = image.names().get(image.objects()[p]);
          assertEquals(name, number == 0 ? "" : names.get(number));
        }
      }
    }
  }

  @Test
  void refusesOddSizes() {
    assertThrows(IllegalArgumentException.class, () -> World.of(1, 113));
    assertThrows(IllegalArgumentException.class, () -> World.of(1, 4096));
  }

  @Test
  void aFolderThatWasCutOffIsMadeAnewAndAFinishedOneIsKept() throws IOException {
    Path folder = temp.resolve("world");
    Path unfinished = Files.createDirectories(temp.resolve("world.inc").resolve("images"));
    Files.writeString(unfinished.resolve("half.png"), "half");
    WorldFolder.ensure(4, 32, 10, folder, 2, done -> {});
    assertTrue(Files.notExists(temp.resolve("world.inc")));
    assertTrue(Files.notExists(folder.resolve("images").resolve("half.png")));
    assertTrue(Files.exists(folder.resolve("index.csv")));
    WorldFolder.ensure(
        4,
        32,
        10,
        folder,
        2,
        done -> {
          throw new AssertionError("rendered again");
        });
    IOException other =
        assertThrows(IOException.class, () -> WorldFolder.ensure(4, 32, 11, folder, 2, done -> {}));
    assertTrue(other.getMessage().contains("other images"), other.getMessage());
  }
}
