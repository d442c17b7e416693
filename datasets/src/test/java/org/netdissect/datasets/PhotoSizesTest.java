package org.netdissect.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.Shared;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.datasets.broden.BrodenConverter;
import org.netdissect.datasets.check.DatasetVerifier;
import org.netdissect.datasets.check.UnreadablePhotographs;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Photographs.Photograph;
import org.netdissect.pictures.Pictures;
import org.netdissect.pictures.UnreadableImageException;

/** Labels belong to a picture of a certain size; a photograph of another is turned or left out. */
class PhotoSizesTest {
  private static final DatasetOptions SMALL = DatasetOptions.defaults().withMaskSize(4, 6);

  /** Exif with nothing but orientation 6: the stored picture's left edge is the top. */
  private static final byte[] EXIF_6 = {
    (byte) 0xff,
    (byte) 0xe1,
    0,
    34,
    'E',
    'x',
    'i',
    'f',
    0,
    0,
    'M',
    'M',
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    1,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    6,
    0,
    0,
    0,
    0,
    0,
    0
  };

  @TempDir Path temp;
  private Path dir;

  @BeforeEach
  void folder() {
    dir = temp.resolve("data");
  }

  /** A photograph stored with 24 rows of 40 pixels that asks to be shown with 40 of 24. */
  private static void turned(Path file) throws IOException {
    turned(file, 6);
  }

  private static void turned(Path file, int orientation) throws IOException {
    Pictures.photo(file, 24, 40);
    byte[] plain = Files.readAllBytes(file);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(plain, 0, 2);
    byte[] exif = EXIF_6.clone();
    exif[exif.length - 7] = (byte) orientation;
    all.writeBytes(exif);
    all.write(plain, 2, plain.length - 2);
    Files.write(file, all.toByteArray());
  }

  private static Photograph read(ConceptDataset data, int row) throws DataException {
    ImageRow image = data.images().get(row);
    return Photographs.read(data.photograph(image), image.photoHeight(), image.photoWidth());
  }

  private List<String> verify() throws IOException {
    List<String> found = new ArrayList<>();
    DatasetVerifier.verify(
        dir,
        SMALL,
        1,
        finding -> found.add((finding.serious() ? "error " : "note ") + finding.text()),
        Progress.NONE);
    return found;
  }

  private static void assertHas(List<String> lines, String start, String text) {
    assertTrue(
        lines.stream().anyMatch(line -> line.startsWith(start) && line.contains(text)),
        lines.toString());
  }

  /** COCO of two photographs, whose sizes it states. */
  private ConceptDataset coco(int height, int width) throws IOException {
    String size = "\"height\": " + height + ", \"width\": " + width + "}";
    Files.writeString(
        dir.resolve("annotations.json"),
        "{\"images\": [{\"id\": 1, \"file_name\": \"a.jpg\", "
            + size
            + ", {\"id\": 2, \"file_name\": \"b.jpg\", "
            + size
            + "], \"categories\": [{\"id\": 1, \"name\": \"cat\"}], \"annotations\": [{\"id\": 1,"
            + " \"image_id\": 1, \"category_id\": 1, \"segmentation\": [[2,2,12,2,12,12]]}]}",
        StandardCharsets.UTF_8);
    return Datasets.open(dir, SMALL);
  }

  @Test
  void statedSizesDecide() throws Exception {
    turned(dir.resolve("images/a.jpg"));
    Pictures.photo(dir.resolve("images/b.jpg"), 24, 40);
    Photograph stored = Photographs.read(dir.resolve("images/a.jpg"));

    ConceptDataset asStored = coco(24, 40);
    assertArrayEquals(stored.rgb(), read(asStored, 0).rgb());
    assertEquals(Set.of(), UnreadablePhotographs.of(asStored, Progress.NONE).keySet());
    assertHas(verify(), "note", "(6), which is not done");

    ConceptDataset asShown = coco(40, 24);
    Photograph shown = read(asShown, 0);
    assertEquals(40, shown.height());
    for (int y = 0; y < 40; y++) {
      for (int x = 0; x < 24; x++) {
        int from = 3 * ((23 - x) * 40 + y);
        assertEquals(stored.rgb()[from], shown.rgb()[3 * (y * 24 + x)], y + " " + x);
      }
    }
    UnreadableImageException e =
        assertThrows(UnreadableImageException.class, () -> read(asShown, 1));
    assertTrue(
        e.getMessage().contains("b.jpg is 24 × 40 pixels, the data set says 40 × 24"),
        e.getMessage());
    assertEquals(Set.of(1), UnreadablePhotographs.of(asShown, Progress.NONE).keySet());
    assertHas(verify(), "note", "(6), which is done");
    assertHas(verify(), "error", "b.jpg is 24 × 40 pixels, the data set says 40 × 24");
    BrodenConverter.Result result =
        BrodenConverter.convert(asShown, temp.resolve("out"), 32, 1, 1, false, Progress.NONE);
    assertEquals(new BrodenConverter.Result(1, 1), result);
    ConceptDataset colored = Datasets.open(dir, SMALL.withColors(null));
    assertEquals(24, colored.annotate(colored.images().get(0)).maps().get(0).labels().length);
    assertThrows(UnreadableImageException.class, () -> colored.annotate(colored.images().get(1)));
  }

  @Test
  void masksHaveTheShapeOfWhatWasLabelled() throws Exception {
    Files.createDirectories(dir);
    Files.writeString(dir.resolve("labels.csv"), "value,name\n1,cat\n");
    turned(dir.resolve("images/shown.jpg"));
    Pictures.grey(dir.resolve("masks/shown.png"), 8, new int[80][48]);
    turned(dir.resolve("images/stored.jpg"));
    Pictures.grey(dir.resolve("masks/stored.png"), 8, new int[12][20]);
    turned(dir.resolve("images/wrong.jpg"));
    Pictures.grey(dir.resolve("masks/wrong.png"), 8, new int[24][24]);
    ConceptDataset data = Datasets.open(dir, SMALL);
    List<String> sizes =
        data.images().stream().map(row -> row.photoHeight() + "×" + row.photoWidth()).toList();
    assertEquals(List.of("40×24", "24×40", "24×40"), sizes);
    assertEquals(40, read(data, 0).height());
    assertEquals(24, read(data, 1).height());
    data.annotate(data.images().get(0));
    data.annotate(data.images().get(1));
    assertThrows(UnreadableImageException.class, () -> data.annotate(data.images().get(2)));
  }

  /**
   * Labelled as stored or as shown: where no size tells, there is no label rather than a wrong one.
   */
  @Test
  void aFlippedPhotographIsLeftOutWhereNoSizeTells() throws Exception {
    turned(dir.resolve("images/a.jpg"), 3);
    turned(dir.resolve("images/b.jpg"), 6);
    Pictures.photo(dir.resolve("images/c.jpg"), 24, 40);
    Path masks = dir.resolve("labels.csv");
    Files.writeString(masks, "value,name\n1,cat\n");
    for (String name : List.of("a", "b", "c")) {
      int[][] of = name.equals("b") ? new int[40][24] : new int[24][40];
      Pictures.grey(dir.resolve("masks/" + name + ".png"), 8, of);
    }
    assertLeftOut(Datasets.open(dir, SMALL), 0);
    Files.delete(masks);

    Path yolo = Files.createDirectories(dir.resolve("labels"));
    for (String name : List.of("a", "b", "c")) {
      Files.writeString(yolo.resolve(name + ".txt"), "0 0.1 0.1 0.5 0.1 0.5 0.5\n");
    }
    Files.writeString(dir.resolve("data.yaml"), "names: [cat]\n");
    assertLeftOut(Datasets.open(dir, SMALL.withFormat("yolo")), 0);

    StringBuilder coco = new StringBuilder("{\"images\": [");
    for (int i = 0; i < 3; i++) {
      coco.append(i == 0 ? "" : ", ")
          .append("{\"id\": %d, \"file_name\": \"%c.jpg\"}".formatted(i, 'a' + i));
    }
    coco.append(
        "], \"categories\": [{\"id\": 1, \"name\": \"cat\"}], \"annotations\": [{\"id\": 1,"
            + " \"image_id\": 1, \"category_id\": 1, \"segmentation\": [[2,2,12,2,12,12]]}]}");
    Files.writeString(dir.resolve("annotations.json"), coco);
    assertLeftOut(Datasets.open(dir, SMALL.withFormat("coco")), 0, 1);
  }

  private static void assertLeftOut(ConceptDataset data, Integer... rows) throws Exception {
    for (ImageRow row : data.images()) {
      if (List.of(rows).contains(row.row())) {
        UnreadableImageException e =
            assertThrows(UnreadableImageException.class, () -> data.annotate(row));
        assertTrue(e.getMessage().contains("Exif asks to turn or flip it"), e.getMessage());
        assertTrue(e.getMessage().contains(row.name()), e.getMessage());
      } else {
        data.annotate(row);
      }
    }
  }

  @Test
  void whateverStandsInAPhotographsPlaceIsNamed() throws Exception {
    Pictures.photo(dir.resolve("images/a.jpg"), 24, 40);
    Files.createDirectories(dir.resolve("images/b.jpg"));
    ConceptDataset data = coco(24, 40);
    assertEquals(Set.of(1), UnreadablePhotographs.of(data, Progress.NONE).keySet());
    BrodenConverter.Result result =
        BrodenConverter.convert(data, temp.resolve("out"), 32, 1, 1, false, Progress.NONE);
    assertEquals(new BrodenConverter.Result(1, 1), result);
  }

  @Test
  void everyEndingOfJpegIsReadAndOtherPicturesAreCounted() throws Exception {
    dir = Shared.path("cases/photos-passed-over-silently/d");
    ConceptDataset data = Datasets.open(dir, SMALL);
    assertEquals(
        List.of("a/x.jpg", "b/y.jfif", "c/z.jpe"),
        data.images().stream().map(ImageRow::name).toList());
    assertTrue(
        data.remarks().stream()
            .anyMatch(line -> line.contains("2 pictures of kinds that are not read (AVIF, WebP)")),
        data.remarks()::toString);
    assertHas(verify(), "note", "(AVIF, WebP)");
  }

  @Test
  void picturesUnderOddNamesAreReadOrCounted() throws Exception {
    Pictures.photo(dir.resolve("a/1.jpg"), 24, 40);
    Pictures.photo(dir.resolve("b/2.jpg"), 24, 40);
    for (String name : List.of("3.pjpeg", "4.JIF", "5.mpo", "6.jpg_large", "7", "8.jpg.1")) {
      Files.copy(dir.resolve("a/1.jpg"), dir.resolve("b/" + name));
    }
    Files.writeString(dir.resolve("b/README"), "no picture");
    ConceptDataset data = Datasets.open(dir, SMALL);
    assertEquals(
        List.of("a/1.jpg", "b/2.jpg", "b/3.pjpeg", "b/4.JIF", "b/5.mpo"),
        data.images().stream().map(ImageRow::name).toList());
    assertTrue(
        data.remarks().stream().anyMatch(line -> line.contains(": 3 pictures whose names do not")),
        data.remarks()::toString);
    Files.writeString(Files.createDirectories(temp.resolve("w/images")).resolve("a.webp"), "RIFF");
    Files.createDirectories(temp.resolve("w/masks"));
    Files.writeString(temp.resolve("w/labels.csv"), "value,name\n1,cat\n");
    DataException none =
        assertThrows(DataException.class, () -> Datasets.open(temp.resolve("w"), SMALL));
    assertTrue(none.getMessage().contains("WebP"), none.getMessage());
  }

  @Test
  void textsThatAreNoLabelsAreNamed() throws Exception {
    Pictures.photo(dir.resolve("images/train/a.jpg"), 24, 40);
    Files.createDirectories(dir.resolve("labels/train"));
    Files.writeString(dir.resolve("labels/train/a.txt"), "-1 0.1 0.1 0.5 0.1 0.5 0.5\n");
    Files.writeString(dir.resolve("data.yaml"), "names: [cat]\n");
    DataException odd = assertThrows(DataException.class, () -> Datasets.open(dir, SMALL));
    assertTrue(odd.getMessage().contains("a.txt and its neighbours"), odd.getMessage());
  }

  @Test
  void theFolderItselfIsNoPhotograph() throws Exception {
    Pictures.photo(dir.resolve("images/b.jpg"), 24, 40);
    coco(24, 40);
    Path json = dir.resolve("annotations.json");
    for (String name : List.of(".", "./", "././.", "images/..", "..")) {
      Files.writeString(json, Files.readString(json).replaceAll("[^\"]*\", \"h", name + "\", \"h"));
      DataException e = assertThrows(DataException.class, () -> Datasets.open(dir, SMALL), name);
      assertTrue(e.getMessage().contains("file name"), e.getMessage());
    }
  }

  @Test
  void turnedPhotographsOfTheCase() throws Exception {
    ConceptDataset data = Datasets.open(Shared.path("cases/coco-photo-turned/d"), SMALL);
    assertEquals(Set.of(), UnreadablePhotographs.of(data, Progress.NONE).keySet());
    assertEquals(64, read(data, 0).height());
  }
}
