package org.netdissect.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.concepts.atlas.RegionsTest;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.pictures.Nearest;
import org.netdissect.pictures.PhotoHeader;
import org.netdissect.pictures.Pictures;
import org.netdissect.pictures.UnreadableImageException;

public class FormatsTest {
  private static final DatasetOptions SMALL = DatasetOptions.defaults().withMaskSize(2, 3);
  @TempDir Path temp;
  private Path dir;

  @BeforeEach
  void folder() {
    dir = temp.resolve("my set");
  }

  /** What an image says at a pixel of its mask: "category:name", sorted. */
  public static List<String> at(ConceptDataset data, String image, int y, int x)
      throws IOException {
    ImageRow row =
        data.images().stream().filter(r -> r.name().equals(image)).findFirst().orElseThrow();
    AnnotatedImage annotated = data.annotate(row);
    List<String> labels = new ArrayList<>();
    for (int label : RegionsTest.labelsOf(annotated, y * annotated.maskWidth() + x)) {
      labels.add(
          data.vocabulary().categories().get(label & 0xff).name()
              + ":"
              + data.vocabulary().concept(label >> 8).name());
    }
    labels.sort(null);
    return labels;
  }

  public static DataException assertBroken(String words, ThrowingRunnable action) {
    DataException e = assertThrows(DataException.class, action::run);
    assertTrue(e.getMessage().contains(words), e.getMessage());
    assertTrue(!e.getMessage().contains("\n"), e.getMessage());
    return e;
  }

  public interface ThrowingRunnable {
    void run() throws Exception;
  }

  private void labels(String... lines) throws IOException {
    Files.createDirectories(dir);
    Files.writeString(dir.resolve("labels.csv"), String.join("\n", lines) + "\n");
  }

  private static void annotateAll(ConceptDataset data) throws IOException {
    for (ImageRow row : data.images()) {
      data.annotate(row);
    }
  }

  @Test
  void simpleFormat() throws Exception {
    labels(
        "value,name,category,synonyms",
        "1,car,object,auto;motorcar",
        "2,wheel,part,",
        "3,void,object,",
        "300,car,object,",
        "0,background,object,");
    Pictures.photo(dir.resolve("images/train/a b.jpg"), 8, 12);
    Pictures.photo(dir.resolve("images/val/c.png"), 8, 12);
    Pictures.photo(dir.resolve("images/d.jpeg"), 9, 9);
    Pictures.photo(dir.resolve("images/without.jpg"), 9, 9);
    Pictures.palette(dir.resolve("masks/train/a b.png"), new int[][] {{1, 2, 0}, {255, 3, 1}});
    Pictures.grey(dir.resolve("masks/val/c.png"), 16, new int[][] {{300, 65_535, 2}, {0, 1, 1}});
    int[] line = {0x2C0100, 0x010000, 0x020000};
    Pictures.rgb(dir.resolve("masks/d.png"), new int[][] {line, line, line});
    assertEquals("masks", Datasets.recognise(dir, null).format());
    ConceptDataset data = Datasets.open(dir, SMALL);
    assertEquals("my set", data.name());
    assertEquals(
        List.of("d.jpeg", "train/a b.jpg", "val/c.png"),
        data.images().stream().map(ImageRow::name).sorted().toList());
    for (ImageRow row : data.images()) {
      assertEquals(row.name().startsWith("d") ? 9 : 8, row.photoHeight());
      if (!row.name().startsWith("d")) {
        assertEquals(row.name().substring(0, row.name().indexOf('/')), row.split());
      }
      assertTrue(Files.exists(data.photograph(row)));
      assertEquals(3, data.annotate(row).dataCategories());
    }
    assertEquals(List.of("object:car"), at(data, "train/a b.jpg", 0, 0));
    assertEquals(List.of("part:wheel"), at(data, "train/a b.jpg", 0, 1));
    assertEquals(List.of(), at(data, "train/a b.jpg", 0, 2));
    assertEquals(List.of(), at(data, "train/a b.jpg", 1, 0));
    assertEquals(List.of(), at(data, "train/a b.jpg", 1, 1));
    assertEquals(List.of("object:car"), at(data, "val/c.png", 0, 0));
    assertEquals(List.of(), at(data, "val/c.png", 0, 1));
    assertEquals(List.of("object:car"), at(data, "d.jpeg", 1, 0));
    assertEquals(List.of("part:wheel"), at(data, "d.jpeg", 1, 2));
    assertEquals(
        List.of("auto", "motorcar"), data.vocabulary().concepts().iterator().next().synonyms());

    Atlas atlas =
        Atlas.open(data, AtlasOptions.defaults().withCache(temp.resolve("cache")), Progress.NONE);
    Concept car = atlas.vocabulary().concepts().iterator().next();
    assertEquals((2 + 3 + 4) / 6.0, car.coverage(0), 1e-12);
  }

  @Test
  void furtherMasks() throws Exception {
    labels("value,name", "1,cat");
    Files.writeString(dir.resolve("labels_parts.csv"), "value,name,category\n1,ear,part\n");
    Pictures.photo(dir.resolve("images/a.jpg"), 8, 12);
    Pictures.grey(dir.resolve("masks/a.png"), 8, new int[][] {{1, 0}});
    Pictures.grey(dir.resolve("masks_parts/a.png"), 8, new int[][] {{1, 1}});
    ConceptDataset data = Datasets.open(dir, SMALL.withCategory("animal"));
    assertEquals(List.of("animal:cat", "part:ear"), at(data, "a.jpg", 0, 0));
    assertEquals(List.of("part:ear"), at(data, "a.jpg", 1, 2));
  }

  @Test
  void masksWithAnEndingOfTheirOwn() throws Exception {
    labels("value,name", "1,cat");
    for (String name : List.of("a", "a_1", "b")) {
      Pictures.photo(dir.resolve("images/" + name + ".jpg"), 8, 12);
      Pictures.grey(
          dir.resolve("masks/" + name + "_L.png"), 8, new int[][] {{name.length() % 3, 0}});
    }
    ConceptDataset data = Datasets.open(dir, SMALL);
    assertEquals(3, data.images().size());
    assertEquals(List.of(), at(data, "a_1.jpg", 0, 0));
    assertEquals(List.of("object:cat"), at(data, "a.jpg", 0, 0));
  }

  @Test
  void masksDrawnInColours() throws Exception {
    labels("value,name", "#FF8000,car", "#0000ff,sky", "#000000,void");
    Pictures.photo(dir.resolve("images/a.jpg"), 8, 12);
    Path mask = dir.resolve("masks/a.png");
    Pictures.rgb(mask, new int[][] {{0xFF8000, 0x0000FF, 0}});
    ConceptDataset data = Datasets.open(dir, SMALL);
    assertEquals(List.of("object:car"), at(data, "a.jpg", 0, 0));
    assertEquals(List.of("object:sky"), at(data, "a.jpg", 1, 1));
    assertEquals(List.of(), at(data, "a.jpg", 1, 2));
    Pictures.rgb(mask, new int[][] {{0xFF8000, 0x0000FE, 0}});
    assertBroken("#0000FE at row 0, column 1", () -> annotateAll(data));
  }

  @Test
  void wrongLabelsAndMasks() throws Exception {
    labels("value,name", "1,car");
    Pictures.photo(dir.resolve("images/a.jpg"), 8, 12);
    Path mask = Pictures.grey(dir.resolve("masks/a.png"), 8, new int[][] {{1, 1}, {0, 7}});
    assertBroken(
        "a.png holds the value 7 at row 1, column 1", () -> annotateAll(Datasets.open(dir, SMALL)));
    labels("value,name", "1,car", "7,");
    annotateAll(Datasets.open(dir, SMALL));
    Pictures.rgb(mask, new int[][] {{0x808000, 0}});
    assertBroken("#RRGGBB", () -> annotateAll(Datasets.open(dir, SMALL)));
    labels("value,name", "1,car", "1,cat");
    assertBroken("labels.csv line 3, column \"value\"", () -> Datasets.open(dir, SMALL));
    labels("value,name", "70000,car");
    assertBroken("labels.csv line 2, column \"value\"", () -> Datasets.open(dir, SMALL));
    labels("value,name", "#12345,car");
    assertBroken("not a colour", () -> Datasets.open(dir, SMALL));
    labels("value,name", "1,car", "#123456,cat");
    assertBroken("one table", () -> Datasets.open(dir, SMALL));
    labels("value,name,category", "1,car,../x");
    assertBroken("labels.csv line 2, column \"category\"", () -> Datasets.open(dir, SMALL));
    labels("value,name", "1,");
    assertBroken("names no label", () -> Datasets.open(dir, SMALL));
    labels("value,name", "1,car");
    Files.write(mask, new byte[] {1, 2, 3});
    assertThrows(UnreadableImageException.class, () -> annotateAll(Datasets.open(dir, SMALL)));
    Pictures.photo(dir.resolve("images/a.png"), 8, 12);
    assertBroken("differ only in their endings", () -> Datasets.open(dir, SMALL));
    Files.delete(dir.resolve("images/a.png"));
    Files.delete(mask);
    assertBroken("no photograph with a mask", () -> Datasets.open(dir, SMALL));
  }

  @Test
  void voc() throws Exception {
    Pictures.photo(dir.resolve("JPEGImages/2007_000001.jpg"), 8, 12);
    Pictures.photo(dir.resolve("JPEGImages/2007_000002.jpg"), 8, 12);
    Pictures.photo(dir.resolve("JPEGImages/2007_000003.jpg"), 8, 12);
    Pictures.palette(dir.resolve("SegmentationClass/2007_000001.png"), new int[][] {{0, 15, 255}});
    Pictures.palette(dir.resolve("SegmentationClass/2007_000003.png"), new int[][] {{20, 1, 2}});
    Files.createDirectories(dir.resolve("ImageSets/Segmentation"));
    Files.writeString(dir.resolve("ImageSets/Segmentation/val.txt"), "2007_000003\n");
    Files.writeString(dir.resolve("ImageSets/Segmentation/train.txt"), "2007_000001\n");
    assertEquals("voc", Datasets.recognise(dir, null).format());
    ConceptDataset data = Datasets.open(dir, SMALL);
    assertEquals(2, data.images().size());
    assertEquals("train", data.images().get(0).split());
    assertEquals("val", data.images().get(1).split());
    assertEquals(List.of("object:person"), at(data, "2007_000001.jpg", 0, 1));
    assertEquals(List.of(), at(data, "2007_000001.jpg", 0, 2));
    assertEquals(List.of("object:tvmonitor"), at(data, "2007_000003.jpg", 0, 0));
  }

  @Test
  void ade20k() throws Exception {
    Pictures.photo(dir.resolve("images/training/ADE_train_00000001.jpg"), 8, 12);
    Pictures.grey(
        dir.resolve("annotations/training/ADE_train_00000001.png"), 8, new int[][] {{0, 1, 2}});
    Files.write(
        dir.resolve("objectInfo150.txt"),
        List.of(
            "Idx\tRatio\tTrain\tVal\tStuff\tName",
            "1\t0.1576\t11664\t1172\t1\twall",
            "2\t0.1072\t6046\t612\t1\tbuilding, edifice"));
    Files.writeString(
        dir.resolve("sceneCategories.txt"), "ADE_train_00000001 airport_terminal\nx misc\n");
    assertEquals("ade20k", Datasets.recognise(dir, null).format());
    ConceptDataset data = Datasets.open(dir, SMALL);
    String name = "training/ADE_train_00000001.jpg";
    assertEquals("train", data.images().get(0).split());
    assertEquals(List.of("scene:airport_terminal-s"), at(data, name, 0, 0));
    assertEquals(List.of("object:building", "scene:airport_terminal-s"), at(data, name, 0, 2));
    assertEquals(List.of("edifice"), data.vocabulary().concept(2).synonyms());
    Files.writeString(dir.resolve("objectInfo150.txt"), "Idx\nx\ty\n");
    assertBroken("objectInfo150.txt line 2", () -> Datasets.open(dir, SMALL));
  }

  @Test
  void cityscapes() throws Exception {
    Pictures.photo(dir.resolve("leftImg8bit/val/ulm/ulm_000_leftImg8bit.png"), 8, 12);
    Pictures.grey(
        dir.resolve("gtFine/val/ulm/ulm_000_gtFine_labelIds.png"), 8, new int[][] {{4, 7, 33}});
    Pictures.rgb(dir.resolve("gtFine/val/ulm/ulm_000_gtFine_color.png"), new int[][] {{4, 7, 33}});
    assertEquals("cityscapes", Datasets.recognise(dir, null).format());
    ConceptDataset data = Datasets.open(dir, SMALL);
    String name = "val/ulm/ulm_000_leftImg8bit.png";
    assertEquals("val", data.images().get(0).split());
    assertEquals(List.of(), at(data, name, 0, 0));
    assertEquals(List.of("object:road"), at(data, name, 0, 1));
    assertEquals(List.of("object:bicycle"), at(data, name, 0, 2));
  }

  @Test
  void foldersOfImages() throws Exception {
    Pictures.photo(dir.resolve("beach/1.jpg"), 8, 12);
    Pictures.photo(dir.resolve("beach/2.png"), 8, 13);
    Pictures.photo(dir.resolve("forêt/deep/1.jpg"), 8, 12);
    Files.writeString(dir.resolve("beach/notes.txt"), "x");
    assertEquals("folders", Datasets.recognise(dir, null).format());
    ConceptDataset data = Datasets.open(dir, SMALL);
    assertEquals(3, data.images().size());
    assertEquals(13, data.images().get(1).photoWidth());
    assertEquals(List.of("scene:beach-s"), at(data, "beach/1.jpg", 1, 2));
    assertEquals(List.of("scene:forêt-s"), at(data, "forêt/deep/1.jpg", 1, 2));
    data = Datasets.open(dir, SMALL.withCategory("texture"));
    assertEquals(List.of("texture:beach"), at(data, "beach/1.jpg", 1, 2));
    Files.createDirectories(dir.resolve("empty"));
    assertEquals(3, Datasets.open(dir, SMALL.withFormat("folders")).images().size());
  }

  @Test
  void foldersOfImagesInSplits() throws Exception {
    Pictures.photo(dir.resolve("train/beach/1.jpg"), 8, 12);
    Pictures.photo(dir.resolve("validation/beach/1.jpg"), 8, 12);
    Pictures.photo(dir.resolve("validation/city/1.jpg"), 8, 12);
    ConceptDataset data = Datasets.open(dir, SMALL);
    TreeMap<String, String> splits = new TreeMap<>();
    data.images().forEach(row -> splits.put(row.name(), row.split()));
    assertEquals(
        "{train/beach/1.jpg=train, validation/beach/1.jpg=val, validation/city/1.jpg=val}",
        splits.toString());
    assertEquals(2, data.vocabulary().concepts().size());
    assertEquals(List.of("scene:beach-s"), at(data, "validation/beach/1.jpg", 0, 0));
  }

  @Test
  void foldersOfImagesFurtherDown() throws Exception {
    Pictures.photo(dir.resolve("set/images/banded/1.jpg"), 8, 12);
    Pictures.photo(dir.resolve("set/images/dotted/1.jpg"), 8, 12);
    Files.createDirectories(dir.resolve("set/labels"));
    ConceptDataset data = Datasets.open(dir, SMALL.withCategory("texture"));
    assertEquals(List.of("texture:dotted"), at(data, "set/images/dotted/1.jpg", 0, 0));
    assertEquals(2, data.vocabulary().concepts().size());
  }

  @Test
  void foldersOfImagesByFirstLetter() throws Exception {
    Pictures.photo(dir.resolve("a/abbey/1.jpg"), 8, 12);
    Pictures.photo(dir.resolve("a/apartment/outdoor/1.jpg"), 8, 12);
    Pictures.photo(dir.resolve("b/bar/1.jpg"), 8, 12);
    ConceptDataset data = Datasets.open(dir, SMALL);
    assertEquals(List.of("scene:abbey-s"), at(data, "a/abbey/1.jpg", 0, 0));
    assertEquals(List.of("scene:apartment-outdoor-s"), at(data, "a/apartment/outdoor/1.jpg", 0, 0));
    assertEquals(3, data.vocabulary().concepts().size());
    // Letters that hold photographs are classes themselves.
    Path signs = temp.resolve("signs");
    Pictures.photo(signs.resolve("A/1.jpg"), 8, 12);
    Pictures.photo(signs.resolve("B/1.jpg"), 8, 12);
    assertEquals(List.of("scene:B-s"), at(Datasets.open(signs, SMALL), "B/1.jpg", 0, 0));
  }

  @Test
  void photographsInSplitsAreNoClasses() throws Exception {
    Pictures.photo(dir.resolve("train/a.jpg"), 8, 12);
    Pictures.photo(dir.resolve("val/b.jpg"), 8, 12);
    assertBroken("photographs without labels", () -> Datasets.open(dir, SMALL));
    Pictures.grey(dir.resolve("trainannot/a.png"), 8, new int[][] {{1}});
    Pictures.grey(dir.resolve("valannot/b.png"), 8, new int[][] {{2}});
    assertBroken("no labels.csv", () -> Datasets.open(dir, SMALL));
    labels("value,name", "1,car", "2,bus");
    ConceptDataset data = Datasets.open(dir, SMALL);
    assertEquals(List.of("object:car"), at(data, "train/a.jpg", 0, 0));
    assertEquals(List.of("object:bus"), at(data, "val/b.jpg", 0, 0));
    assertEquals("val", data.images().get(1).split());
  }

  @Test
  void masksUnderOtherNames() throws Exception {
    Files.createDirectories(dir);
    Files.writeString(
        dir.resolve("class_dict.csv"), "name,r,g,b\nCar,255,128,0\nVoid,0,0,0\n\"Sky\",0,0,255\n");
    for (String split : List.of("train", "valid")) {
      Pictures.photo(dir.resolve(split + "/photos/a.jpg"), 8, 12);
      Pictures.rgb(
          dir.resolve(split + "/annotations/a_L.png"), new int[][] {{0xFF8000, 0x0000FF, 0}});
    }
    ConceptDataset data = Datasets.open(temp, SMALL);
    assertEquals("my set", data.name());
    assertEquals(List.of("object:Car"), at(data, "train/a.jpg", 0, 0));
    assertEquals(List.of("object:Sky"), at(data, "valid/a.jpg", 0, 1));
    assertEquals(List.of(), at(data, "valid/a.jpg", 0, 2));
    Files.writeString(dir.resolve("class_dict.csv"), "name,r,g,b\nCar,256,128,0\n");
    assertBroken("line 2, column \"r\"", () -> Datasets.open(dir, SMALL));
    Files.writeString(dir.resolve("class_dict.csv"), "name,r,g\nCar,25,128\n");
    assertBroken("column \"value\" is missing", () -> Datasets.open(dir, SMALL));
  }

  @Test
  void theFolderAnArchiveWasUnpackedTo() throws Exception {
    for (String year : List.of("VOC2007", "VOC2012")) {
      Path voc = dir.resolve("VOCdevkit").resolve(year);
      String stem = year.equals("VOC2007") ? "000001" : "2012_000001";
      Pictures.photo(voc.resolve("JPEGImages/" + stem + ".jpg"), 8, 12);
      Pictures.palette(voc.resolve("SegmentationClass/" + stem + ".png"), new int[][] {{15}});
      if (year.equals("VOC2007")) {
        assertBroken("nothing says what its masks", () -> Datasets.open(voc, SMALL));
        Files.createDirectories(voc.resolve("ImageSets"));
        Files.createDirectories(voc.resolve("Annotations"));
      }
      ConceptDataset data = Datasets.open(voc, SMALL);
      assertEquals(year, data.name());
      if (year.equals("VOC2007")) {
        assertEquals(voc, Datasets.recognise(dir, null).folder());
        assertEquals(voc, Datasets.recognise(dir, "voc").folder());
        assertEquals(data.images(), Datasets.open(dir, SMALL).images());
      } else {
        assertBroken("VOC2007 (voc), ", () -> Datasets.open(dir, SMALL));
        assertBroken("name the one you mean", () -> Datasets.open(dir, SMALL));
      }
    }
    Path city = temp.resolve("city");
    Pictures.photo(
        city.resolve("leftImg8bit_trainvaltest/leftImg8bit/val/x/1_leftImg8bit.png"), 8, 12);
    Pictures.grey(
        city.resolve("gtFine_trainvaltest/gtFine/val/x/1_gtFine_labelIds.png"),
        8,
        new int[][] {{26}});
    assertEquals(
        List.of("object:car"), at(Datasets.open(city, SMALL), "val/x/1_leftImg8bit.png", 0, 0));
  }

  @Test
  void foldersOfMasksAreNoClasses() throws Exception {
    Pictures.photo(dir.resolve("images/a.jpg"), 8, 12);
    Pictures.grey(dir.resolve("masks/a.png"), 8, new int[][] {{1}});
    assertBroken("labels.csv", () -> Datasets.open(dir, SMALL));
  }

  @Test
  void unknownFolders() throws Exception {
    assertBroken("no such data folder", () -> Datasets.open(dir, SMALL));
    Files.createDirectories(dir);
    assertBroken("no known format", () -> Datasets.open(dir, SMALL));
    assertBroken("unknown format \"x\"", () -> Datasets.open(dir, SMALL.withFormat("x")));
    assertBroken("one folder a class", () -> Datasets.open(dir, SMALL.withFormat("folders")));
  }

  @Test
  void sizesFromHeaders() throws Exception {
    Path file = Pictures.photo(dir.resolve("a.jpg"), 31, 17);
    assertEquals(new PhotoHeader(31, 17, 1), PhotoFiles.header(file));
    // A profile of 200 kB before the size.
    byte[] jpeg = Files.readAllBytes(file);
    byte[] segment = new byte[50_002];
    segment[0] = (byte) 0xff;
    segment[1] = (byte) 0xe2;
    segment[2] = (byte) (50_000 >> 8);
    segment[3] = (byte) 50_000;
    java.io.ByteArrayOutputStream large = new java.io.ByteArrayOutputStream();
    large.write(jpeg, 0, 2);
    for (int i = 0; i < 4; i++) {
      large.writeBytes(segment);
    }
    large.write(jpeg, 2, jpeg.length - 2);
    Files.write(file, large.toByteArray());
    assertEquals(new PhotoHeader(31, 17, 1), PhotoFiles.header(file));
    Files.write(file, new byte[10]);
    assertNull(PhotoFiles.header(file));
    assertNull(PhotoFiles.header(dir.resolve("none")));
  }

  @Test
  void nearestTakesThePixelUnderTheCentre() {
    assertArrayEquals(new int[] {0, 1, 2}, Nearest.indices(3, 3));
    assertArrayEquals(new int[] {1, 3, 5}, Nearest.indices(6, 3));
    assertArrayEquals(new int[] {0, 0, 1, 1, 2, 2}, Nearest.indices(3, 6));
    for (int source = 1; source < 40; source++) {
      for (int target = 1; target < 40; target++) {
        int[] indices = Nearest.indices(source, target);
        for (int i = 0; i < target; i++) {
          assertEquals(
              (int) Math.floor((i + 0.5) * source / target + 1e-9), indices[i], source + "→" + i);
        }
      }
    }
  }
}
