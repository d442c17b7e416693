package org.netdissect.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.netdissect.datasets.FormatsTest.assertBroken;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netdissect.base.DataException;
import org.netdissect.base.Shared;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.ImageList;
import org.netdissect.pictures.UnreadableImageException;

/** Small data sets that people really have, and what must come of them. */
class SharedCasesTest {
  /** Photographs have 48 × 64 pixels, and a label covers a quarter of one. */
  private static final DatasetOptions FULL = DatasetOptions.defaults().withMaskSize(48, 64);

  @TempDir Path temp;

  /** What each label covers, in whole images; images that are left out count as "unreadable". */
  private static Map<String, Double> coverage(ConceptDataset data) throws IOException {
    Map<String, Double> coverage = new TreeMap<>();
    for (ImageRow row : data.images()) {
      try {
        for (AnnotatedImage.LabelMap map : data.annotate(row).maps()) {
          for (char label : map.labels()) {
            if (label != 0) {
              coverage.merge(data.vocabulary().concept(label).name(), 1.0 / (48 * 64), Double::sum);
            }
          }
        }
      } catch (UnreadableImageException e) {
        coverage.merge("unreadable", 1.0, Double::sum);
      }
    }
    coverage.replaceAll((name, share) -> Math.round(share * 1e6) / 1e6);
    return coverage;
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "coco-json-dialects/absolute, coco, `cat=0.25, toothbrush=0.25`",
        "coco-json-dialects/backslash, coco, `cat=0.25, toothbrush=0.25`",
        "coco-json-dialects/flat_polygon, coco, `cat=0.25, toothbrush=0.25`",
        "coco-json-dialects/float_size, coco, `cat=0.25, toothbrush=0.25`",
        "coco-json-dialects/lvis, coco, `cat=0.25, toothbrush=0.25`",
        "coco-json-dialects/no_size, coco, `cat=0.25, toothbrush=0.25`",
        "coco-json-dialects/points, coco, `cat=0.25, toothbrush=0.25`",
        "coco-json-dialects/string_image_id, coco, `cat=0.25, toothbrush=0.25`",
        "coco-json-dialects/updir, coco, `cat=0.25, toothbrush=0.25`",
        "coco-keypoints-file/d, coco, `cat=0.25, toothbrush=0.25`",
        "coco-stuff10k-list-of-runs/d, coco, `cat=0.25, toothbrush=0.25`",
        "coco-one-unknown-category/d, coco, `toothbrush=0.25, unreadable=1.0`",
        "coco-boxes-only/d, coco, ``",
        "cityscapes-trainids-only/d, cityscapes, `car=0.5`",
        "voc-cvat-labelmap/d, voc, `mug=0.25, spoon=0.25`",
        "voc-own-class-names/d, voc, `mug=0.25, spoon=0.25`",
      })
  void areRead(String name, String format, String expected) throws IOException {
    Path folder = Shared.path("cases").resolve(name);
    assertEquals(format, Datasets.recognise(folder, null).format());
    assertEquals("{" + expected + "}", coverage(Datasets.open(folder, FULL)).toString());
  }

  @Test
  void boxesAreTakenWhereTheyAreAskedFor() throws IOException {
    Path folder = Shared.path("cases/coco-boxes-only/d");
    ConceptDataset without = Datasets.open(folder, FULL);
    assertTrue(
        without.remarks().get(0).contains("2 of 2 annotations have a box but no shape"),
        without.remarks().toString());
    ConceptDataset boxes = Datasets.open(folder, FULL.withBoxes());
    assertEquals("{cat=0.25, toothbrush=0.25}", coverage(boxes).toString());
    assertTrue(boxes.remarks().get(0).contains("drawn as rectangles"), boxes.remarks().toString());
  }

  @Test
  void yolo() throws IOException {
    ConceptDataset data = Datasets.open(Shared.path("cases/yolo-folder-message/d"), FULL);
    assertEquals(4, data.images().size());
    // Shares of 0.167 and 0.667 are not quite those of whole pixels.
    assertEquals(1.0, coverage(data).get("mug"), 0.01);
  }

  @Test
  void theFullAde20kIsRefused() {
    Path folder = Shared.path("cases/ade20k-full-taken-as-folders/d");
    assertBroken("is the full ADE20K", () -> Datasets.open(folder, FULL));
  }

  @Test
  void picturesThatAreNotReadAreCounted() throws IOException {
    ConceptDataset data = Datasets.open(Shared.path("cases/photos-passed-over-silently/d"), FULL);
    assertEquals(3, data.images().size());
    assertTrue(data.remarks().get(0).contains("2 pictures"), data.remarks().toString());
  }

  @ParameterizedTest
  @CsvSource({"bom.txt", "powershell.txt", "backslash.txt", "prefix.txt"})
  void listsOfWindows(String list) throws IOException {
    BrodenDataset data = BrodenDataset.open(Shared.path("data/minibroden-224"));
    Path cases = Shared.path("cases/image-list-windows");
    List<String> expected = data.images().stream().limit(8).map(ImageRow::name).toList();
    assertEquals(expected, ImageList.read(cases.resolve(list), data));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "`image\n%s\n%s`",
        "`File Name\r\n%s\r\n%s\r\n`",
        "`\"%s\"\n\"%s\"`",
        "`,file\n0,%s\n1,%s`",
        "`image;label\n%s;street\n%s;sky`",
        "`%s\t3\n%s\t4`",
        "`%s 3\n%s 4`",
        "`id,filename,note\n1,\"images/%s\",\"a, b\"\n2,\"images/%s\",`",
      })
  void columnsOfTables(String written) throws IOException {
    BrodenDataset data = BrodenDataset.open(Shared.path("data/minibroden-224"));
    List<String> names = data.images().stream().limit(2).map(ImageRow::name).toList();
    Path list = temp.resolve("list.csv");
    Files.writeString(list, written.formatted(names.get(0), names.get(1)));
    assertEquals(names, ImageList.read(list, data));
  }

  @Test
  void listsThatCannotBeRight() throws IOException {
    ConceptDataset data = BrodenDataset.open(Shared.path("data/minibroden-224"));
    String name = data.images().get(0).name();
    assertList(data, "\nno.jpg\n", "line 1: \"\" is not in the data set");
    assertList(data, name + "\nno\u001b.jpg\n", "line 2: \"no\\u001b.jpg\" is not in the data set");
    assertList(data, name + "\nimages/" + name + "\n", "stands twice; it is on line 1 too");
    assertList(data, "x".repeat(5_000_000), "a line of 5000000 characters");
    assertList(data, "x".repeat(60_000), "is not in the data set");
    assertList(data, "", "lists no image");
    assertList(data, "no.jpg 3\n" + name + " 4\n", "line 1: \"no.jpg 3\" is not in the data set");
    assertList(data, "a\n" + name + "\n", "line 1: \"a\" is not in the data set");
    assertList(data, "file,n\n" + name + ",1\nno.jpg,1", "line 3: \"no.jpg\" is not in");
    String other = data.images().get(1).name();
    assertList(data, name + "," + other + "\n", "line 1: ");
    assertBroken("is a folder", () -> ImageList.read(temp, data));
    assertBroken("missing file", () -> ImageList.read(temp.resolve("none"), data));
  }

  private void assertList(ConceptDataset data, String text, String words) throws IOException {
    Path list = Files.writeString(temp.resolve("list.txt"), text);
    DataException e = assertThrows(DataException.class, () -> ImageList.read(list, data));
    assertTrue(e.getMessage().contains(words), e.getMessage());
    assertTrue(e.getMessage().contains("list.txt"), e.getMessage());
    assertTrue(e.getMessage().length() < 1000, "short");
  }
}
