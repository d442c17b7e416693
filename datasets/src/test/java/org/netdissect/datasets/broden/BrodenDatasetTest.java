package org.netdissect.datasets.broden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.DataException;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.pictures.PngTest;
import org.netdissect.pictures.UnreadableImageException;

class BrodenDatasetTest {
  @TempDir Path temp;
  private BrodenFolder broden;

  @BeforeEach
  void folder() throws IOException {
    broden = new BrodenFolder(temp.resolve("my data"));
  }

  private BrodenDataset open(String... rows) throws IOException {
    broden.index.clear();
    broden.index.addAll(List.of(rows));
    broden.writeIndex();
    return BrodenDataset.open(broden.folder);
  }

  private void assertRefused(String row, String... words) {
    DataException e = assertThrows(DataException.class, () -> open("a.jpg,train,4,4,2,2,,,,", row));
    assertSays(e, "index.csv line 3");
    assertSays(e, words);
  }

  private static void assertSays(Exception e, String... words) {
    for (String word : words) {
      assertTrue(e.getMessage().contains(word), e.getMessage());
    }
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
    assertTrue(e.getMessage().length() < 1000, e.getMessage());
  }

  @Test
  void cells() throws Exception {
    broden.mask("m.png", 2, 2, new char[] {0, 3, 4, 0x1234});
    BrodenDataset data =
        open(
            "ä b.jpg,train,4,6,2,2,,m.png;;m.png,5,0;7;007;",
            "b.jpg,val,4,6,2,2,1;2,,,",
            "c.jpg,,4,6,2,2,,,,0");
    assertEquals("my data", data.name());
    ImageRow row = data.images().get(0);
    assertEquals(new ImageRow("ä b.jpg", "train", 4, 6, 2, 2, 0), row);
    AnnotatedImage image = data.annotate(row);
    assertEquals(2, image.maps().size());
    assertEquals(1, image.maps().get(1).category());
    assertArrayEquals(new char[] {0, 3, 4, 0x1234}, image.maps().get(0).labels());
    assertEquals(
        List.of(
            new AnnotatedImage.WholeLabel(2, 5),
            new AnnotatedImage.WholeLabel(3, 7),
            new AnnotatedImage.WholeLabel(3, 7)),
        image.wholeLabels());
    assertEquals(0b1110, image.dataCategories());
    assertEquals(0b0001, data.annotate(data.images().get(1)).dataCategories());
    assertEquals(0, data.annotate(data.images().get(2)).dataCategories());
    assertTrue(data.photograph(row).endsWith(Path.of("my data", "images", "ä b.jpg")));
  }

  @Test
  void vocabulary() throws Exception {
    Vocabulary vocabulary = open("a.jpg,train,4,4,2,2,,,,").vocabulary();
    assertEquals(
        List.of(
            new Category(0, "color"),
            new Category(1, "object"),
            new Category(2, "part"),
            new Category(3, "scene")),
        vocabulary.categories());
    assertEquals("straße-s", vocabulary.concept(7).name());
    assertEquals(List.of("auto", "automobile"), vocabulary.concept(3).synonyms());
    assertEquals("", vocabulary.concept(8).name());
    assertEquals("", vocabulary.concept(99_999).name());
    assertEquals(300, vocabulary.maxNumber());
    assertEquals(8, vocabulary.concepts().size());
    assertEquals(15, vocabulary.allCategories());
    assertEquals(3, vocabulary.category("scene").index());
    // Object and part cover the same: the later one; what covers nothing: the last selected.
    assertEquals(2, vocabulary.primaryCategory(5, 15));
    assertEquals(1, vocabulary.primaryCategory(5, 0b1011));
    assertEquals(1, vocabulary.primaryCategory(3, Set.of(0, 1, 2, 3)));
    assertEquals(3, vocabulary.primaryCategory(0, 15));
    assertEquals(1, vocabulary.primaryCategory(300, 0b0011));
  }

  @Test
  void palettesMeanTheirColours() throws Exception {
    byte[] red = {0, 44, 3};
    byte[] green = {0, 1, 0};
    byte[] blue = {0, 9, 0};
    IndexColorModel model = new IndexColorModel(8, 3, red, green, blue);
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_INDEXED, model);
    image.getRaster().setSample(0, 0, 0, 2);
    image.getRaster().setSample(1, 1, 0, 1);
    ImageIO.write(image, "png", broden.folder.resolve("images/p.png").toFile());
    BrodenDataset data = open("a.jpg,train,4,4,2,2,,p.png,,");
    assertArrayEquals(
        new char[] {3, 0, 0, 300}, data.annotate(data.images().get(0)).maps().get(0).labels());
  }

  @Test
  void masksOfTheWrongKind() throws Exception {
    int[] types = {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY};
    for (int type : types) {
      BufferedImage image = new BufferedImage(2, 2, type);
      ImageIO.write(image, "png", broden.folder.resolve("images/g.png").toFile());
      BrodenDataset data = open("a.jpg,train,4,4,2,2,,g.png,,");
      DataException e =
          assertThrows(DataException.class, () -> data.annotate(data.images().get(0)));
      assertSays(e, "g.png", "grey PNG", "R + 256·G");
    }
    byte[] claim =
        PngTest.claim(
            Files.readAllBytes(broden.folder.resolve("images/g.png")), 0x7fffffff, 0x7fffffff);
    Files.write(broden.folder.resolve("images/g.png"), claim);
    BrodenDataset data = open("a.jpg,train,4,4,2,2,,g.png,,");
    assertSays(
        assertThrows(UnreadableImageException.class, () -> data.annotate(data.images().get(0))),
        "g.png",
        "claims");
  }

  @Test
  void malformedRows() {
    assertRefused("b.jpg,train,4,4,2,x,,,,", "column \"sw\"", "\"x\"", "whole number");
    assertRefused("b.jpg,train,0,4,2,2,,,,", "column \"ih\"");
    assertRefused("b.jpg,train,60000,60000,2,2,,,,", "60000 × 60000");
    assertRefused("b.jpg,train,4,4,9000,9000,,,,", "9000 × 9000");
    assertRefused("b.jpg,train,4,4,2147483648,2,,,,", "column \"sh\"");
    assertRefused("b.jpg,train,4,4,2,2,,,", "10 columns", "this row 9");
    assertRefused("b.jpg,train,4,4,2,2,,,,,", "this row 11");
    assertRefused("a.jpg,train,4,4,2,2,,,,", "\"a.jpg\" stands twice", "line 2");
    assertRefused("../b.jpg,train,4,4,2,2,,,,", "column \"image\"", "leaves");
    assertRefused("x/../../b.jpg,train,4,4,2,2,,,,", "leaves");
    assertRefused("/etc/b.jpg,train,4,4,2,2,,,,", "not below");
    assertRefused("x\\..\\b.jpg,train,4,4,2,2,,,,", "leaves");
    assertRefused(",train,4,4,2,2,,,,", "blank");
    assertRefused("\"b\n.jpg\",train,4,4,2,2,,,,", "line break");
    assertRefused("b\u0000.jpg,train,4,4,2,2,,,,", "control character");
    assertRefused("b.jpg,train,4,4,2,2,,../m.png,,", "column \"object\"", "leaves");
    assertRefused("b.jpg,train,4,4,2,2,,,,1000001", "column \"scene\"", "1000001");
    assertRefused("b.jpg,train,4,4,2,2,,,,99999999999999999999", "column \"scene\"");
    assertRefused("b.jpg,train,4,4,2,2,,,," + "1;".repeat(2000), "labels in one cell");
    assertRefused("b".repeat(2000) + ".jpg,train,4,4,2,2,,,,", "more than 1000");
  }

  @Test
  void namesThatLookLikeHtmlAreJustNames() throws Exception {
    BrodenDataset data = open("<script>alert(1)</script>.jpg,train,4,4,2,2,,,,");
    assertTrue(data.photograph(data.images().get(0)).startsWith(broden.folder.toAbsolutePath()));
  }

  @Test
  void malformedTables() throws Exception {
    open("a.jpg,train,4,4,2,2,,,,");
    assertBroken("no such data folder", () -> BrodenDataset.open(temp.resolve("none")));
    Path file = broden.folder.resolve("index.csv");
    String index = Files.readString(file);
    Files.delete(file);
    assertBroken("missing file", () -> BrodenDataset.open(broden.folder));
    Files.writeString(file, "");
    assertBroken("index.csv is empty", () -> BrodenDataset.open(broden.folder));
    Files.writeString(file, index.replace("sh,", "hs,"));
    assertBroken("\"sh\" is missing", () -> BrodenDataset.open(broden.folder));
    Files.writeString(file, index.replace(",scene", ""));
    assertBroken("\"scene\" is missing", () -> BrodenDataset.open(broden.folder));
    Files.writeString(file, index.replace("split", "image"));
    assertBroken("twice", () -> BrodenDataset.open(broden.folder));
    Files.writeString(file, "a,".repeat(1_000_000));
    assertBroken("index.csv", () -> BrodenDataset.open(broden.folder));
    Files.writeString(file, "x".repeat(5_000_000));
    assertBroken("index.csv", () -> BrodenDataset.open(broden.folder));
    Files.writeString(file, "\"" + index);
    assertBroken("index.csv line 1", () -> BrodenDataset.open(broden.folder));
    Files.write(file, index.replace("a.jpg", "ä.jpg").getBytes(StandardCharsets.ISO_8859_1));
    assertBroken("not UTF-8", () -> BrodenDataset.open(broden.folder));
    Files.writeString(file, broden.header + "\n");
    assertBroken("lists no image", () -> BrodenDataset.open(broden.folder));
    Files.writeString(file, index);

    broden.write("label.csv", "number,name", "1,a", "1,b");
    assertBroken("label.csv line 3", () -> BrodenDataset.open(broden.folder));
    broden.write("label.csv", "number,name", "x,a");
    assertBroken("label.csv line 2, column \"number\"", () -> BrodenDataset.open(broden.folder));
    broden.write("label.csv", "number,name", "1,a");
    broden.write("c_part.csv", "number,coverage", "1,NaN");
    assertBroken("c_part.csv line 2, column \"coverage\"", () -> BrodenDataset.open(broden.folder));
    broden.write("c_part.csv", "number,coverage", "1,1", "1,1");
    assertBroken("c_part.csv line 3", () -> BrodenDataset.open(broden.folder));
    Files.delete(broden.folder.resolve("c_part.csv"));
    assertBroken("c_part.csv", () -> BrodenDataset.open(broden.folder));
    broden.write("category.csv", "name", "../../x");
    assertBroken("category.csv line 2", () -> BrodenDataset.open(broden.folder));
    broden.write("category.csv", "name", "a", "a");
    assertBroken("category.csv line 3", () -> BrodenDataset.open(broden.folder));
    String[] many = new String[70];
    many[0] = "name";
    for (int i = 1; i < many.length; i++) {
      many[i] = "c" + i;
    }
    broden.write("category.csv", many);
    assertBroken("more than 64", () -> BrodenDataset.open(broden.folder));
  }

  private interface Action {
    void run() throws IOException;
  }

  private static void assertBroken(String words, Action action) {
    assertSays(assertThrows(DataException.class, action::run), words);
  }

  @Test
  void randomDamageNeverCrashes() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    BrodenFolder folder = BrodenFolder.random(temp.resolve("r"), 5, random);
    for (String name : List.of("index.csv", "label.csv", "category.csv", "c_object.csv")) {
      Path file = folder.folder.resolve(name);
      byte[] sound = Files.readAllBytes(file);
      for (int round = 0; round < 200; round++) {
        byte[] damaged = sound.clone();
        for (int k = 0; k <= random.nextInt(3); k++) {
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        Files.write(file, damaged);
        try {
          BrodenDataset data = BrodenDataset.open(folder.folder);
          for (ImageRow row : data.images()) {
            data.annotate(row);
          }
        } catch (DataException e) {
          assertSays(e, "");
        } catch (RuntimeException e) {
          throw new AssertionError(
              "seed " + seed + " " + new String(damaged, StandardCharsets.UTF_8), e);
        }
      }
      Files.write(file, sound);
    }
  }
}
