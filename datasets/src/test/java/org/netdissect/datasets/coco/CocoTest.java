package org.netdissect.datasets.coco;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.datasets.Datasets;
import org.netdissect.datasets.FormatsTest;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.shapes.Shapes;
import org.netdissect.pictures.Pictures;
import org.netdissect.pictures.UnreadableImageException;

class CocoTest {
  private static final DatasetOptions FULL = DatasetOptions.defaults().withMaskSize(4, 6);
  @TempDir Path temp;
  private Path dir;
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @BeforeEach
  void folder() throws IOException {
    dir = temp.resolve("coco");
    Pictures.photo(dir.resolve("images/val2017/a.jpg"), 4, 6);
    Pictures.photo(dir.resolve("images/val2017/é.jpg"), 8, 12);
  }

  private Path json(String name, String... annotations) throws IOException {
    Path file = dir.resolve("annotations").resolve(name);
    Files.createDirectories(file.getParent());
    // The name in Greek makes places in bytes and places in letters differ.
    return Files.writeString(
        file,
        "{\"info\": {\"description\": \"σύνολο\"},\n \"annotations\" : [ \n  "
            + String.join(" ,\n\n  ", annotations)
            + "\n],\n\"images\": [{\"id\": 7, \"file_name\": \"a.jpg\", \"height\": 4, \"width\":"
            + " 6, \"license\": [1, {\"x\": 2}]}, {\"width\": 12, \"height\": 8, \"file_name\":"
            + " \"é.jpg\", \"id\": 9000000000}],\n \"categories\": [{\"id\": 1, \"name\":"
            + " \"person\", \"supercategory\": \"x\"}, {\"id\": 90, \"name\": \"cat\"}, {\"id\":"
            + " 5, \"name\": \"other\"}]}");
  }

  private ConceptDataset open() throws IOException {
    return Datasets.open(dir, FULL);
  }

  private static String polygon(int id, long image, int category, String shape) {
    return "{\"id\": "
        + id
        + ", \"segmentation\": "
        + shape
        + ", \"area\": 1.5, \"iscrowd\": 0, \"image_id\": "
        + image
        + ", \"bbox\": [1,2,3,4], \"category_id\": "
        + category
        + "}";
  }

  private List<String> at(ConceptDataset data, String image, int y, int x) throws IOException {
    return FormatsTest.at(data, "images/val2017/" + image, y, x);
  }

  @Test
  void shapesOfEveryKind() throws Exception {
    json(
        "instances_val2017.json",
        polygon(1, 7, 1, "[[1,1, 3,1, 3,3, 1,3], [5,0,6,0,6,4,5,4], [1,1]]"),
        polygon(2, 7, 90, "[[2,0, 4,0, 4,4.0e0, 2,4]]"),
        polygon(3, 9_000_000_000L, 90, "{\"size\": [8, 12], \"counts\": [8, 16, 72]}"),
        polygon(4, 9_000_000_000L, 1, "{\"counts\": \"" + pack(88, 8) + "\", \"size\": [8, 12]}"));
    assertEquals("coco", Datasets.recognise(dir, null).format());
    ConceptDataset data = open();
    assertEquals("val", data.images().get(0).split());
    assertEquals(12, data.images().get(1).photoWidth());
    assertEquals(List.of(), at(data, "a.jpg", 0, 0));
    assertEquals(List.of("object:person"), at(data, "a.jpg", 1, 1));
    assertEquals(List.of("object:cat", "object:person"), at(data, "a.jpg", 2, 2));
    assertEquals(List.of("object:cat"), at(data, "a.jpg", 2, 3));
    assertEquals(List.of("object:person"), at(data, "a.jpg", 3, 5));
    // Columns 1 and 2 of 12 are cat; mask column 0 shows photo column 1, and 1 shows 3.
    assertEquals(List.of("object:cat"), at(data, "é.jpg", 0, 0));
    assertEquals(List.of(), at(data, "é.jpg", 0, 1));
    assertEquals(List.of("object:person"), at(data, "é.jpg", 3, 5));
    assertTrue(Files.exists(data.photograph(data.images().get(1))));

    // A single file, and another category.
    ConceptDataset alone =
        Datasets.open(dir.resolve("annotations/instances_val2017.json"), FULL.withCategory("part"));
    assertEquals(List.of("part:person"), at(alone, "a.jpg", 1, 1));
    Atlas.open(data, AtlasOptions.defaults().withCache(temp.resolve("c")), Progress.NONE);
  }

  @Test
  void instancesAndStuffTogether() throws Exception {
    json("instances_val2017.json", polygon(1, 7, 1, "[[0,0,6,0,6,4,0,4]]"));
    json(
        "stuff_val2017.json",
        polygon(1, 7, 90, "[[0,0,6,0,6,4,0,4]]"),
        polygon(1, 7, 5, "[[0,0,6,0,6,4,0,4]]"));
    Files.writeString(dir.resolve("annotations/captions_val2017.json"), "{\"images\": [");
    ConceptDataset data = open();
    assertEquals(2, data.images().size());
    assertEquals(List.of("object:cat", "object:person"), at(data, "a.jpg", 0, 0));
  }

  @Test
  void panoptic() throws Exception {
    json(
        "panoptic_val2017.json",
        "{\"image_id\": 7, \"file_name\": \"a.png\", \"segments_info\": [{\"id\": 70000,"
            + " \"category_id\": 90, \"bbox\": [0,0,1,1]}, {\"id\": 3, \"category_id\": 1}]}");
    int[][] segments = new int[4][6];
    Arrays.fill(segments[0], ((70_000 & 0xff) << 16) | (70_000 & 0xff00) | (70_000 >> 16));
    Arrays.fill(segments[1], 3 << 16);
    Path picture = dir.resolve("annotations/panoptic_val2017/a.png");
    Pictures.rgb(picture, segments);
    ConceptDataset data = open();
    assertEquals(List.of("object:cat"), at(data, "a.jpg", 0, 0));
    assertEquals(List.of("object:person"), at(data, "a.jpg", 1, 5));
    assertEquals(List.of(), at(data, "a.jpg", 2, 0));
    segments[3][3] = 0x010203;
    Pictures.rgb(picture, segments);
    FormatsTest.assertBroken("segment 197121", () -> at(open(), "a.jpg", 0, 0));
    Pictures.rgb(picture, new int[][] {{1}});
    FormatsTest.assertBroken("1 × 1 pixels", () -> at(open(), "a.jpg", 0, 0));
    Files.delete(picture);
    FormatsTest.assertBroken("missing file", () -> at(open(), "a.jpg", 0, 0));
  }

  @Test
  void brokenAnnotationsLeaveTheirImageOut() throws Exception {
    String[] shapes = {
      "[[1,1,1e999,1,3,3]]",
      "[[1,1,\"x\",1,3,3]]",
      "[[1,1,null,1,3,3]]",
      "[[NaN,1,2,1,3,3]]",
      "[[1,1,2,1,3,-Infinity]]",
      "[[1,1,2,1,3]]",
      "[1,2,3,4,5]",
      "[1,2,3,4,5,[6,7]]",
      "[[[1,2],[3,4],[5,6,7]]]",
      "[{\"size\": [4, 6], \"counts\": [8, 17]}]",
      "{\"size\": [4, 6], \"counts\": [8, 17]}",
      "{\"size\": [4, 6], \"counts\": [8, 15]}",
      "{\"size\": [4, 6], \"counts\": [1e300]}",
      "{\"size\": [4, 6], \"counts\": [-4, 28]}",
      "{\"size\": [4, 7], \"counts\": [28]}",
      "{\"size\": [4, 6], \"counts\": \"~~~\"}",
      "{\"size\": [4, 6], \"counts\": \"" + pack(8, 170) + "\"}",
      "{\"size\": [4, 6], \"counts\": \"" + "0".repeat(10_000) + "\"}",
      "{\"size\": [4, 6]}",
    };
    for (String shape : shapes) {
      json("instances_val2017.json", polygon(55, 7, 1, shape));
      UnreadableImageException e =
          assertThrows(UnreadableImageException.class, () -> at(open(), "a.jpg", 0, 0), shape);
      assertTrue(e.getMessage().contains("a.jpg: annotation 55 in "), e.getMessage());
      assertTrue(e.getMessage().contains("instances_val2017.json"), e.getMessage());
      at(open(), "é.jpg", 0, 0);
    }
    json("instances_val2017.json", polygon(55, 7, 77, "[]"));
    UnreadableImageException unknown =
        assertThrows(UnreadableImageException.class, () -> at(open(), "a.jpg", 0, 0));
    assertTrue(unknown.getMessage().contains("category 77"), unknown.getMessage());
    at(open(), "é.jpg", 0, 0);
  }

  @Test
  void brokenFiles() throws Exception {
    Path file = json("instances_val2017.json", polygon(1, 7, 1, "[[1,1,2,1,.,3]]"));
    FormatsTest.assertBroken("instances_val2017.json line 3", this::open);
    json("instances_val2017.json", polygon(1, 7, 1, "[[1,1,2,1,3,3]]"));
    String sound = Files.readString(file);
    Files.writeString(file, sound.substring(0, sound.length() - 30));
    DataException cut = FormatsTest.assertBroken("the JSON text ends in the middle", this::open);
    assertTrue(
        cut.getMessage().matches(".*instances_val2017[.]json line 6, column \\d+: [^:]+"),
        cut.getMessage());
    for (Charset wide : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE)) {
      Files.writeString(file, sound, wide);
      FormatsTest.assertBroken("instances_val2017.json: json in UTF-16 or UTF-32", this::open);
    }
    Files.writeString(file, sound.replace("\"a.jpg\"", "\"a\\nb.jpg\""));
    assertEquals(1, open().images().size());
    assertTrue(open().remarks().get(0).contains("control character"), open().remarks().toString());
    for (String height : List.of("2147483648", "-4", "\"x\"", "4.5", "[4]")) {
      Files.writeString(file, sound.replace("\"height\": 4", "\"height\": " + height));
      assertThrows(UnreadableImageException.class, () -> at(open(), "a.jpg", 0, 0), height);
      at(open(), "é.jpg", 0, 0);
    }
    Files.writeString(file, sound + "x");
    FormatsTest.assertBroken("instances_val2017.json line", this::open);
    Files.writeString(file, sound + "{}");
    FormatsTest.assertBroken("after the end", this::open);
    Files.writeString(file, sound.replace("9000000000", "7"));
    FormatsTest.assertBroken("stands twice", this::open);
    Files.writeString(file, sound.replace("\"categories\"", "\"cats\""));
    FormatsTest.assertBroken("not a COCO file", this::open);
    Files.writeString(file, sound.replace("a.jpg", "c.jpg").replace("é.jpg", "d.jpg"));
    FormatsTest.assertBroken("no photographs of", this::open);
    Files.writeString(file, "[".repeat(100_000) + "\"images\"");
    FormatsTest.assertBroken(
        "instances_val2017.json", () -> Datasets.open(file, FULL.withFormat("coco")));
    for (int round = 0; round < 300; round++) {
      byte[] damaged = sound.getBytes(java.nio.charset.StandardCharsets.UTF_8);
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      Files.write(file, damaged);
      try {
        ConceptDataset data = Datasets.open(dir, FULL.withFormat("coco"));
        for (ImageRow row : data.images()) {
          data.annotate(row);
        }
      } catch (DataException e) {
        assertFalse(e.getMessage().contains("\n"), e.getMessage() + " seed " + seed);
        assertFalse(e.getMessage().contains("Source"), e.getMessage() + " seed " + seed);
      }
    }
  }

  /** COCO's packing, written from its description. */
  static String pack(long... runs) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < runs.length; i++) {
      long value = i > 2 ? runs[i] - runs[i - 2] : runs[i];
      boolean more = true;
      while (more) {
        long bits = value & 31;
        value >>= 5;
        more = (bits & 16) != 0 ? value != -1 : value != 0;
        text.append((char) ((more ? bits | 32 : bits) + 48));
      }
    }
    return text.toString();
  }

  @Test
  void runsAgreeWithTheDefinition() {
    for (int round = 0; round < 300; round++) {
      int h = 1 + random.nextInt(20);
      int w = 1 + random.nextInt(20);
      int mh = 1 + random.nextInt(20);
      int mw = 1 + random.nextInt(20);
      boolean[] columnMajor = new boolean[h * w];
      List<Long> runs = new ArrayList<>();
      boolean now = false;
      for (int p = 0; p < h * w; ) {
        int n = Math.min(h * w - p, random.nextInt(12));
        Arrays.fill(columnMajor, p, p + n, now);
        runs.add((long) n);
        p += n;
        now = !now;
      }
      long[] list = runs.stream().mapToLong(x -> x).toArray();
      assertArrayEquals(list, Shapes.decodeRuns(pack(list), (long) h * w), "seed " + seed);
      boolean[] target = new boolean[mh * mw];
      assertTrue(new Shapes(h, w, mh, mw).fill(list, target));
      for (int y = 0; y < mh; y++) {
        for (int x = 0; x < mw; x++) {
          int sy = (int) Math.floor((y + 0.5) * h / mh + 1e-9);
          int sx = (int) Math.floor((x + 0.5) * w / mw + 1e-9);
          assertEquals(columnMajor[sx * h + sy], target[y * mw + x], "seed " + seed);
        }
      }
    }
    assertNull(Shapes.decodeRuns("0".repeat(50), 24));
    // By hand: 6 is one group; 40 is 8 with more to come, then 1; 4 − 1 = 3; 5 − 40 = −35.
    assertArrayEquals(new long[] {6, 1, 40, 4, 5}, Shapes.decodeRuns("61X13mN", 99));
  }

  @Test
  void polygonsAgreeWithTheDefinition() {
    for (int round = 0; round < 300; round++) {
      int h = 1 + random.nextInt(20);
      int w = 1 + random.nextInt(20);
      int mh = 1 + random.nextInt(20);
      int mw = 1 + random.nextInt(20);
      double[] xy = new double[2 * (3 + random.nextInt(8))];
      for (int i = 0; i < xy.length; i++) {
        xy[i] = random.nextBoolean() ? random.nextInt(25) - 2 : random.nextDouble() * 25 - 2;
      }
      boolean[] target = new boolean[mh * mw];
      new Shapes(h, w, mh, mw).fill(xy, target);
      for (int y = 0; y < mh; y++) {
        for (int x = 0; x < mw; x++) {
          double py = Math.floor((y + 0.5) * h / mh + 1e-9) + 0.5;
          double px = Math.floor((x + 0.5) * w / mw + 1e-9) + 0.5;
          boolean inside = false;
          for (int i = 0, j = xy.length - 2; i < xy.length; j = i, i += 2) {
            if ((xy[i + 1] <= py) != (xy[j + 1] <= py)) {
              // The edge is taken in the direction it is drawn, so that rounding is the same.
              double cross = xy[j] + (py - xy[j + 1]) * (xy[i] - xy[j]) / (xy[i + 1] - xy[j + 1]);
              inside ^= cross <= px;
            }
          }
          assertEquals(inside, target[y * mw + x], "seed " + seed + " round " + round);
        }
      }
    }
  }
}
