package org.netdissect.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.netdissect.datasets.FormatsTest.assertBroken;
import static org.netdissect.datasets.FormatsTest.at;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.pictures.Pictures;

/** Folders side by side: classes, or photographs and what belongs to them? */
class ClassesOrMasksTest {
  private static final DatasetOptions SMALL = DatasetOptions.defaults().withMaskSize(2, 2);
  private static final String[] NAMES = {"ab_1", "ab_9", "cd_4"};
  @TempDir Path temp;
  private Path dir;

  @BeforeEach
  void folder() {
    dir = temp.resolve("my set");
  }

  private ConceptDataset open() throws IOException {
    return Datasets.open(dir, SMALL);
  }

  private void photo(String name) throws IOException {
    Pictures.photo(dir.resolve(name), 24, 36);
  }

  private static int[][] mask(int... values) {
    int[][] mask = new int[24][36];
    for (int y = 0; y < 24; y++) {
      for (int x = 0; x < 36; x++) {
        mask[y][x] = values[x * values.length / 36];
      }
    }
    return mask;
  }

  private void grey(String name) throws IOException {
    Pictures.grey(dir.resolve(name), 8, mask(0, 1));
  }

  private void assertClasses(int images) throws IOException {
    assertEquals("folders", Datasets.recognise(dir, null).format());
    assertEquals(images, open().images().size());
  }

  /** Refused in a line that names a file, and read as classes where a person says so. */
  private void assertRefused(String... words) throws IOException {
    for (String word : words) {
      assertBroken(word, this::open);
    }
    assertBroken("--format folders", this::open);
    Datasets.open(dir, SMALL.withFormat("folders"));
  }

  @Test
  void masksUnderNamesThatTellNothing() throws Exception {
    for (String[] names :
        new String[][] {{"A", "B"}, {"rgb", "sem"}, {"input", "target"}, {"x", "y"}}) {
      dir = temp.resolve(names[0] + names[1]);
      for (String name : NAMES) {
        photo(names[0] + "/" + name + ".jpg");
        grey(names[1] + "/" + name + ".png");
      }
      assertRefused(names[1] + "/ab_1.png", "looks like a mask (grey with 2 values)");
      Files.writeString(dir.resolve("labels.csv"), "value,name\n1,cat\n");
      ConceptDataset data = open();
      assertEquals(List.of(), at(data, "ab_1.jpg", 0, 0));
      assertEquals(List.of("object:cat"), at(data, "ab_1.jpg", 0, 1));
      assertEquals(3, data.images().size());
    }
  }

  /** That photographs lie in a folder does not make it their class. */
  @Test
  void aSingleFolder() throws Exception {
    for (String folder : new String[] {"holiday", "images/holiday", "a/deep/one"}) {
      dir = temp.resolve(folder.replace('/', '-'));
      photo(folder + "/ab_1.jpg");
      photo(folder + "/cd_4.jpg");
      assertRefused("all photographs are in one folder, ");
      assertBroken("--format photos", this::open);
      assertEquals(2, Datasets.open(dir, SMALL.withFormat("photos")).images().size());
      assertEquals(2, Datasets.open(dir, SMALL.withColors(null)).images().size());
      assertEquals(4, Datasets.open(List.of(dir, dir), SMALL).images().size());
    }
    // Beside an empty one it was sorted into classes.
    Files.createDirectories(dir.resolve("a/deep/other"));
    assertClasses(2);
    // As it was into splits.
    dir = temp.resolve("splits");
    photo("train/cat/1.jpg");
    photo("val/cat/2.jpg");
    assertClasses(2);
  }

  @Test
  void masksWithBeginningsAndEndings() throws Exception {
    for (String name : NAMES) {
      photo("A/" + name + ".png");
      Pictures.palette(dir.resolve("B/seg-" + name + ".png"), mask(1, 0));
    }
    assertRefused("B/seg-ab_1.png", "a palette with 2 values");
    Files.writeString(dir.resolve("labels.csv"), "value,name\n1,cat\n");
    assertEquals(List.of("object:cat"), at(open(), "cd_4.png", 1, 0));
  }

  @Test
  void camVid() throws Exception {
    photo("701_StillsRaw_full/0001TP_006690.png");
    photo("701_StillsRaw_full/0001TP_006720.png");
    for (String name : List.of("0001TP_006690_L", "0001TP_006720_L")) {
      Pictures.rgb(
          dir.resolve("LabeledApproved_full/" + name + ".png"), mask(0x408040, 0, 0xC00080));
    }
    assertRefused("LabeledApproved_full/0001TP_006690_L.png", "in colours with 3 values");
    Files.writeString(
        dir.resolve("label_colors.txt"), "64 128 64\tAnimal\n192 0 128\t\tArchway\n0 0 0\tVoid\n");
    ConceptDataset data = open();
    assertEquals(2, data.images().size());
    assertEquals(List.of("object:Animal"), at(data, "0001TP_006690.png", 0, 0));
    Files.writeString(dir.resolve("label_colors.txt"), "64 128 Animal\n");
    assertBroken("label_colors.txt line 1", this::open);
  }

  @Test
  void celebAMask() throws Exception {
    for (int i = 0; i < 4; i++) {
      photo("CelebA-HQ-img/" + i + ".jpg");
      grey("0/0000" + i + "_skin.png");
      grey("0/0000" + i + "_l_brow.png");
    }
    assertRefused("0/00000_l_brow.png");
  }

  @Test
  void masksBesideClasses() throws Exception {
    for (String name : NAMES) {
      for (String of : List.of("cat", "dog")) {
        photo(of + "/" + name + ".jpg");
      }
      grey("masks_cat/" + name + ".png");
      grey("dog_masks/" + name + ".png");
    }
    assertRefused("dog_masks/ab_1.png");
  }

  @Test
  void masksAmongThePhotographsOfAClass() throws Exception {
    for (String name : NAMES) {
      photo("cat/" + name + ".jpg");
      grey("cat/" + name + "-skin.png");
      photo("dog/" + name + ".jpg");
    }
    assertRefused("cat/ab_1-skin.png");
  }

  @Test
  void fewMasksOfManyPhotographs() throws Exception {
    for (int i = 0; i < 60; i++) {
      photo((i % 2 == 0 ? "A/p" : "B/p") + (i * i) + ".jpg");
    }
    grey("C/p9.png");
    assertRefused("C/p9.png");
    // A drawing that has to do with no photograph.
    Files.move(dir.resolve("C/p9.png"), dir.resolve("C/logo.png"));
    assertClasses(61);
  }

  @Test
  void masksThatAreJpegs() throws Exception {
    for (int i = 0; i < 3; i++) {
      photo("A/" + i + ".jpg");
      Pictures.rgb(dir.resolve("B/" + i + ".jpg"), mask(0, 0xFFFFFF));
    }
    assertRefused("B/0.jpg", "black and white");
  }

  @Test
  void pairsOfPhotographs() throws Exception {
    for (String name : NAMES) {
      photo("before/" + name + ".jpg");
      photo("after/" + name + ".jpg");
    }
    assertRefused("\"after\" and \"before\" hold pictures of the same names", "\"ab_1\"");
    dir = temp.resolve("numbered");
    for (int i = 0; i < 3; i++) {
      photo("input/" + i + ".jpg");
      photo("target/" + i + ".jpg");
    }
    assertRefused("\"input\" and \"target\"");
  }

  @Test
  void classesOfNumberedPhotographs() throws Exception {
    for (int i = 1; i < 5; i++) {
      photo("cat/img_00" + i + ".jpg");
      photo("dog/img_00" + i + ".png");
    }
    assertClasses(8);
    // Each actor with every face, each picture with every noise.
    for (String name : NAMES) {
      for (String face : List.of("glad", "sad", "cross")) {
        dir = temp.resolve("faces");
        photo(face + "/" + name + ".jpg");
      }
    }
    assertClasses(9);
  }

  @Test
  void classesOfDrawings() throws Exception {
    for (String letter : List.of("alpha", "beta")) {
      for (int i = 1; i < 5; i++) {
        grey(letter + "/" + i + ".png");
      }
    }
    assertClasses(8);
    photo("alpha/5.jpg"); // one photograph, and drawings named by the same numbers as everywhere
    assertRefused("looks like a mask");
  }

  @Test
  void labelsInAFolderOfTheirOwn() throws Exception {
    photo("pictures of cats/a.jpg");
    photo("pictures of dogs/b.jpg");
    Files.createDirectories(dir.resolve("boxes"));
    Files.writeString(dir.resolve("boxes/b.xml"), "<annotation/>");
    assertRefused("boxes/b.xml", "labels of the photograph of its name");
  }

  @Test
  void labelsBesideAnyClass() throws Exception {
    for (int i = 0; i < 30; i++) {
      photo("c" + (char) ('a' + i / 10) + i + "/deep/p" + i + ".jpg");
    }
    assertClasses(30);
    Files.writeString(dir.resolve("cc29/deep/p29.json"), "{}");
    assertRefused("p29.json", "beside it");
  }

  @Test
  void photographsAndMasksOfCityscapesInOneFolder() throws Exception {
    int[][] road = mask(7);
    for (String name : List.of("train/ulm_0_1", "val/bonn/bonn_2_3")) {
      photo(name + "_leftImg8bit.png");
      Pictures.grey(dir.resolve(name + "_gtFine_labelIds.png"), 8, road);
      Pictures.grey(dir.resolve(name + "_gtFine_instanceIds.png"), 8, road);
    }
    photo("train/ulm_5_5_leftImg8bit.png");
    assertEquals("cityscapes", Datasets.recognise(dir, null).format());
    ConceptDataset data = open();
    assertEquals(2, data.images().size());
    assertEquals("val", data.images().get(1).split());
    assertEquals(List.of("object:road"), at(data, "train/ulm_0_1_leftImg8bit.png", 0, 0));
    assertEquals(
        data.images().get(0).photoWidth(),
        Datasets.open(dir.resolve("train"), SMALL).images().get(0).photoWidth());
  }
}
