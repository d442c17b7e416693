package org.netdissect.datasets.broden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.files.Unfinished;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ImageRow;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.pictures.PngWriter;

class BrodenWriterTest {
  private static final List<String> CATEGORIES = List.of("object", "part", "scene");

  @TempDir Path temp;

  private static BrodenWriter.Image image(
      String name, List<BrodenWriter.AddedMap> maps, List<BrodenWriter.AddedWhole> whole) {
    return new BrodenWriter.Image(name, new byte[] {1, 2, 3}, 4, 4, 2, 2, maps, whole);
  }

  private static char[] map(int... codes) {
    char[] map = new char[codes.length];
    for (int i = 0; i < codes.length; i++) {
      map[i] = (char) codes[i];
    }
    return map;
  }

  @Test
  void writesTheTablesOfAHandMadeFolder() throws IOException {
    Path out = temp.resolve("hand");
    try (BrodenWriter writer = BrodenWriter.builder(out, CATEGORIES).open()) {
      int car = writer.code("car", "auto", "automobile");
      int wheel = writer.code("wheel");
      int cat = writer.code("cat");
      int street = writer.code("street-s");
      writer.code("never");
      writer.add(
          image(
              "a/1.jpg",
              List.of(
                  new BrodenWriter.AddedMap(0, map(car, car, car, 0)),
                  new BrodenWriter.AddedMap(1, map(0, wheel, 0, 0)),
                  new BrodenWriter.AddedMap(1, map(0, car, 0, 0))),
              List.of(new BrodenWriter.AddedWhole(2, street))));
      writer.add(
          image(
              "a/1.png",
              List.of(new BrodenWriter.AddedMap(0, map(cat, 0, 0, car))),
              List.of(new BrodenWriter.AddedWhole(2, 0))));
      assertFalse(Files.exists(out.resolve("index.csv")));
      writer.finish();
    }
    // md5sum says 466d… for a/1.jpg and c752… for a/1.png; the train split ends at 0.7 · 2^64 =
    // b333….
    assertEquals(
        crlf(
            "image,split,ih,iw,sh,sw,object,part,scene",
            "a/1.jpg,train,4,4,2,2,a/1_object.png,a/1_part_1.png;a/1_part_2.png,2",
            "a/1.png,val,4,4,2,2,a/1-2_object.png,,"),
        Files.readString(out.resolve("index.csv")));
    assertEquals(
        crlf(
            "number,name,category,frequency,coverage,syns",
            "1,car,object(2);part(1),3,1.250000,auto;automobile",
            "2,street-s,scene(1),1,1.000000,",
            "3,cat,object(1),1,0.250000,",
            "4,wheel,part(1),1,0.250000,"),
        Files.readString(out.resolve("label.csv")));
    assertEquals(
        crlf("name,first,last,count,frequency", "object,1,3,2,3", "part,1,4,2,2", "scene,2,2,1,1"),
        Files.readString(out.resolve("category.csv")));
    assertEquals(
        crlf("code,number,name,frequency,coverage", "1,1,car,2,1.000000", "2,3,cat,1,0.250000"),
        Files.readString(out.resolve("c_object.csv")));
    assertArrayEquals(new int[] {1, 1, 1, 0}, mask(out, "a/1_object.png"));
    assertArrayEquals(new int[] {0, 4, 0, 0}, mask(out, "a/1_part_1.png"));
    assertArrayEquals(new int[] {3, 0, 0, 1}, mask(out, "a/1-2_object.png"));
    assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(out.resolve("images/a/1.jpg")));
    try (Stream<Path> inside = Files.list(out)) {
      assertEquals(7, inside.count(), "images, the tables, and no spool");
    }
  }

  private static String crlf(String... lines) {
    return String.join("\r\n", lines) + "\r\n";
  }

  private static int[] mask(Path folder, String name) throws IOException {
    byte[] file = Files.readAllBytes(folder.resolve("images").resolve(name));
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
    int[] labels = new int[image.getWidth() * image.getHeight()];
    for (int i = 0; i < labels.length; i++) {
      int rgb = image.getRGB(i % image.getWidth(), i / image.getWidth());
      labels[i] = (rgb >> 16 & 255) + 256 * (rgb >> 8 & 255);
    }
    return labels;
  }

  @Test
  void masksNumbersAndSumsAgreeWithCountingOnRandomImages() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int labels = 600;
    int images = 25;
    List<BrodenWriter.Image> all = new ArrayList<>();
    Path out = temp.resolve("random");
    try (BrodenWriter writer = BrodenWriter.builder(out, CATEGORIES).optMinimum(2, 0.001).open()) {
      for (int l = 1; l <= labels; l++) {
        assertEquals(l, writer.code("name " + l));
      }
      for (int i = 0; i < images; i++) {
        int side = 1 + random.nextInt(40);
        List<BrodenWriter.AddedMap> maps = new ArrayList<>();
        for (int m = random.nextInt(4); m > 0; m--) {
          char[] codes = new char[side * side];
          for (int p = 0; p < codes.length; p++) {
            codes[p] = (char) (random.nextInt(3) == 0 ? random.nextInt(labels + 1) : 0);
          }
          maps.add(new BrodenWriter.AddedMap(random.nextInt(2), codes));
        }
        all.add(
            new BrodenWriter.Image(
                "r/" + i + ".png", new byte[1], 80, 80, side, side, maps, List.of()));
      }
      Thread other =
          new Thread(
              () -> {
                for (int i = 1; i < images; i += 2) {
                  try {
                    writer.add(all.get(i));
                  } catch (IOException e) {
                    throw new IllegalStateException(e);
                  }
                }
              });
      other.start();
      for (int i = 0; i < images; i += 2) {
        writer.add(all.get(i));
      }
      other.join();
      writer.finish();
    }
    // Which label got which number.
    int[] number = new int[labels + 1];
    int[] frequency = new int[labels + 1];
    double[] coverage = new double[labels + 1];
    for (BrodenWriter.Image image : all) {
      for (int category = 0; category < 2; category++) {
        int[] count = new int[labels + 1];
        for (BrodenWriter.AddedMap map : image.maps()) {
          if (map.category() == category) {
            for (char code : map.codes()) {
              count[code]++;
            }
          }
        }
        for (int l = 1; l <= labels; l++) {
          frequency[l] += count[l] > 0 ? 1 : 0;
          coverage[l] += (double) count[l] / (image.maskHeight() * image.maskWidth());
        }
      }
    }
    List<String> lines = Files.readAllLines(out.resolve("label.csv"));
    for (int i = 1; i < lines.size(); i++) {
      String[] cells = lines.get(i).split(",", -1);
      int l = Integer.parseInt(cells[1].substring(5));
      assertEquals(i, Integer.parseInt(cells[0]), "seed " + seed);
      assertEquals(frequency[l], Integer.parseInt(cells[3]), "seed " + seed);
      assertEquals(coverage[l], Double.parseDouble(cells[4]), 1e-6, "seed " + seed);
      number[l] = i;
    }
    long kept = 0;
    for (int l = 1; l <= labels; l++) {
      boolean stays = frequency[l] >= 2 && coverage[l] >= 0.001;
      assertEquals(stays, number[l] > 0, "label " + l + ", seed " + seed);
      kept += stays ? 1 : 0;
    }
    assertEquals(kept, lines.size() - 1);
    TreeMap<String, String[]> rows = new TreeMap<>();
    for (String line : Files.readAllLines(out.resolve("index.csv"))) {
      rows.put(line.split(",", -1)[0], line.split(",", -1));
    }
    for (BrodenWriter.Image image : all) {
      String[] row = rows.get(image.name());
      for (int category = 0; category < 2; category++) {
        int index = category;
        List<BrodenWriter.AddedMap> maps =
            image.maps().stream().filter(map -> map.category() == index).toList();
        String[] files = row[6 + category].isEmpty() ? new String[0] : row[6 + category].split(";");
        assertEquals(maps.size(), files.length);
        for (int m = 0; m < files.length; m++) {
          char[] codes = maps.get(m).codes();
          int[] expected = new int[codes.length];
          Arrays.setAll(expected, p -> number[codes[p]]);
          assertArrayEquals(expected, mask(out, files[m]), "seed " + seed);
        }
      }
    }
  }

  @Test
  void splitAndOrderAreThoseOfTheOfficialIndex() throws IOException {
    Path index =
        Path.of(System.getProperty("netdissect.shared", "none"))
            .resolve("oracles/official/index_ade20k_224.csv");
    Assumptions.assumeTrue(Files.exists(index), "no reference data");
    List<String> official = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (String line : Files.readAllLines(index)) {
      String[] cells = line.split(",", -1);
      if (!cells[0].equals("image")) {
        official.add(cells[0] + "," + cells[1]);
        names.add(cells[0]);
      }
    }
    assertTrue(names.size() > 20_000);
    Collections.sort(names);
    names.sort((a, b) -> Long.compareUnsigned(Splits.hash(a), Splits.hash(b)));
    List<String> ours = new ArrayList<>();
    for (String name : names) {
      ours.add(name + "," + Splits.ofHash(Splits.hash(name)));
    }
    assertEquals(official, ours);
  }

  @Test
  void aRunThatDoesNotFinishIsBegunAnew() throws IOException {
    Path out = temp.resolve("killed");
    try (BrodenWriter writer = BrodenWriter.builder(out, CATEGORIES).open()) {
      writer.add(image("x.jpg", List.of(), List.of()));
      IOException twice =
          assertThrows(IOException.class, () -> BrodenWriter.builder(out, CATEGORIES).open());
      assertTrue(twice.getMessage().contains("in use"), twice.getMessage());
    }
    assertFalse(Files.exists(out.resolve("index.csv")));
    assertTrue(Unfinished.is(out));
    Path foreign = Files.writeString(out.resolve("notes.txt"), "mine");
    IOException e =
        assertThrows(IOException.class, () -> BrodenWriter.builder(out, CATEGORIES).open());
    assertTrue(e.getMessage().contains("notes.txt"), e.getMessage());
    Files.delete(foreign);
    try (BrodenWriter writer = BrodenWriter.builder(out, CATEGORIES).open()) {
      writer.add(image("y.jpg", List.of(), List.of()));
      writer.finish();
    }
    assertFalse(Unfinished.is(out));
    assertFalse(Files.exists(out.resolve("images/x.jpg")));
    assertTrue(Files.exists(out.resolve("index.csv")));
    e = assertThrows(IOException.class, () -> BrodenWriter.builder(out, CATEGORIES).open());
    assertTrue(e.getMessage().contains("not empty"), e.getMessage());
  }

  @Test
  void aFolderMayBeNamedInARoundaboutWay() throws IOException {
    Files.createDirectories(temp.resolve("here"));
    Path out = temp.resolve("here/../there/out");
    try (BrodenWriter writer = BrodenWriter.builder(out, CATEGORIES).open()) {
      writer.add(image("x.jpg", List.of(), List.of()));
      writer.finish();
    }
    assertTrue(Files.exists(temp.resolve("there/out/images/x.jpg")));
  }

  @Test
  void onlyWhatTheSameCommandWroteIsDeleted() throws IOException {
    Path out = temp.resolve("killed");
    BrodenWriter.Builder builder = BrodenWriter.builder(out, CATEGORIES).optCommand("one");
    try (BrodenWriter writer = builder.open()) {
      writer.add(image("a/x.jpg", List.of(), List.of()));
    }
    for (String name : List.of("images/mine/thesis.txt", "images/a/me.jpg", "README.txt")) {
      Path mine = out.resolve(name);
      Files.createDirectories(mine.getParent());
      Files.writeString(mine, "mine");
      IOException e = assertThrows(IOException.class, builder::open);
      assertTrue(e.getMessage().contains(name), e.getMessage());
      assertEquals("mine", Files.readString(mine));
      assertTrue(Files.exists(out.resolve("images/a/x.jpg")));
      Files.delete(mine);
    }
    IOException e =
        assertThrows(
            IOException.class,
            () -> BrodenWriter.builder(out, CATEGORIES).optCommand("two").open());
    assertTrue(e.getMessage().contains("\"one\""), e.getMessage());
    assertTrue(Files.exists(out.resolve("images/a/x.jpg")));
    try (BrodenWriter writer = builder.open()) {
      assertFalse(Files.exists(out.resolve("images/a")));
      writer.add(image("y.jpg", List.of(), List.of()));
      writer.finish();
    }
    assertTrue(Files.exists(out.resolve("index.csv")));
  }

  /** Where two masks, or a mask and a photograph, would be one file, all keep their labels. */
  @Test
  void noTwoThingsAreOneFile() throws IOException {
    Path out = temp.resolve("names");
    List<String> categories = List.of("part", "b_part", "object");
    List<String> names =
        List.of("x.jpg", "x_b.jpg", "x_object.png", "y.jpg", "y.png", "z.jpg", "z_part_1.png");
    try (BrodenWriter writer = BrodenWriter.builder(out, categories).open()) {
      for (int i = 0; i < names.size(); i++) {
        List<BrodenWriter.AddedMap> maps = new ArrayList<>();
        for (int c = 0; c < 3; c++) {
          int code = writer.code(names.get(i) + " " + categories.get(c));
          maps.add(new BrodenWriter.AddedMap(c, map(code, code, 0, 0)));
        }
        maps.add(new BrodenWriter.AddedMap(0, map(0, 0, 0, 0)));
        writer.add(
            new BrodenWriter.Image(
                names.get(i), new byte[] {(byte) i}, 4, 4, 2, 2, maps, List.of()));
      }
      for (String again : List.of("X.jpg", "x.JPG", "x.jpg/a.jpg", "\uff58.jpg")) {
        assertThrows(
            IOException.class, () -> writer.add(image(again, List.of(), List.of())), again);
      }
      writer.finish();
    }
    BrodenDataset data = BrodenDataset.open(out);
    Set<String> files = new HashSet<>();
    for (ImageRow row : data.images()) {
      int i = names.indexOf(row.name());
      assertArrayEquals(new byte[] {(byte) i}, Files.readAllBytes(data.photograph(row)));
      for (AnnotatedImage.LabelMap map : data.annotate(row).maps()) {
        if (map.labels()[0] != 0) {
          assertEquals(
              row.name() + " " + data.vocabulary().categories().get(map.category()).name(),
              data.vocabulary().concept(map.labels()[0]).name());
        }
      }
    }
    try (Stream<Path> all = Files.walk(out.resolve("images"))) {
      all.forEach(file -> assertTrue(files.add(file.toString().toLowerCase(Locale.ROOT))));
    }
    assertEquals(1 + names.size() * 5, files.size());
    for (List<String> wrong : List.of(List.of("Part", "part"), List.of("split"))) {
      assertThrows(IllegalArgumentException.class, () -> BrodenWriter.builder(out, wrong));
    }
  }

  @Test
  void refusesNamesThatLeaveTheFolder() throws IOException {
    try (BrodenWriter writer = BrodenWriter.builder(temp.resolve("n"), CATEGORIES).open()) {
      for (String name : List.of("../x.jpg", "/x.jpg", "a//x.jpg", "", "a\\b", "a;b", "a/./b")) {
        assertThrows(IOException.class, () -> writer.add(image(name, List.of(), List.of())), name);
      }
      writer.add(image("x.jpg", List.of(), List.of()));
      assertThrows(IOException.class, () -> writer.add(image("x.jpg", List.of(), List.of())));
    }
  }

  @Test
  void pngsAreReadBackByAnotherReader() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (PngWriter.Filter filter : PngWriter.Filter.values()) {
      for (int level : new int[] {0, 1, 9}) {
        int h = 1 + random.nextInt(50);
        int w = 1 + random.nextInt(50);
        byte[] rgb = new byte[3 * h * w];
        random.nextBytes(rgb);
        BufferedImage image =
            ImageIO.read(new ByteArrayInputStream(PngWriter.encode(rgb, h, w, filter, level)));
        assertEquals(h, image.getHeight());
        assertEquals(w, image.getWidth());
        for (int i = 0; i < h * w; i++) {
          int expected =
              (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | (rgb[3 * i + 2] & 255);
          assertEquals(expected, image.getRGB(i % w, i / w) & 0xffffff, "seed " + seed);
        }
      }
    }
  }
}
