package org.netdissect.datasets.broden.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.RecordedProgress;
import org.netdissect.base.files.Trees;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.pictures.UnreadableImageException;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Struct;

/** Sources in which something is missing, doubled or empty: refused, or left out with a word. */
class SourceFaultsTest {
  private static final BrodenBuild.Options OPTIONS = Sample.options(64, false, 1, 0);
  private static final String OBJECTS = "pascal/context/labels.txt";
  private static final String TEXTURES = "dtd/dtd-r1.0.1/labels/labels_joint_anno.txt";
  private static final String STREET =
      "ade20k/ADE20K_2016_07_26/images/training/s/street/ADE_train_00016869";

  @TempDir Path temp;
  private Path sources;
  private Path out;

  @BeforeEach
  void copy() throws IOException {
    sources = Sample.copy(temp.resolve("sources"));
    out = temp.resolve("broden");
  }

  private Path at(String name) {
    return sources.resolve(name);
  }

  private void change(String name, String what, String to) throws IOException {
    String text = Files.readString(at(name));
    String changed = Pattern.compile(what, Pattern.MULTILINE).matcher(text).replaceFirst(to);
    assertFalse(text.equals(changed), what);
    Files.writeString(at(name), changed);
  }

  /** What the build is refused with; nothing is begun. */
  private String refusal() {
    String message =
        assertThrows(
                DataException.class,
                () -> BrodenBuild.build(Sample.sources(sources), out, OPTIONS, Progress.NONE))
            .getMessage();
    assertFalse(message.contains("\n"), message);
    assertFalse(Files.exists(out));
    return message;
  }

  private static void assertSays(String message, String... parts) {
    for (String part : parts) {
      assertTrue(message.contains(part), part + " in " + message);
    }
  }

  @Test
  void aGapInTheNamesOfObjects() throws IOException {
    change(OBJECTS, "^(2|7): .*\\R", "");
    assertSays(refusal(), "labels.txt names numbers up to 459, but not 2; fetch it again");
    change(OBJECTS, "^7: .*\\R", "");
    assertSays(refusal(), "but not 2 and 1 others");
    Files.writeString(at(OBJECTS), "1: accordion\n2: aeroplane\n2: plane\n");
    assertSays(refusal(), "labels.txt line 3", "a second name for 2");
  }

  @Test
  void tablesWithoutOneEntry() throws IOException {
    for (String name : List.of(OBJECTS, TEXTURES, "pascal/part/part2ind.m")) {
      byte[] before = Files.readAllBytes(at(name));
      Files.writeString(at(name), "\n");
      assertSays(refusal(), Path.of(name).getFileName().toString(), "fetch it again");
      Files.write(at(name), before);
    }
    String photos = "opensurfaces/photos.csv";
    Files.writeString(at(photos), Files.readAllLines(at(photos)).get(0) + "\r\n");
    assertSays(refusal(), "opensurfaces", "photos.csv names none");
  }

  @Test
  void noMapOfParts() throws IOException {
    Trees.delete(at("pascal/part/Annotations_Part"));
    Files.createDirectory(at("pascal/part/Annotations_Part"));
    assertSays(refusal(), "pascal", "Annotations_Part names none");
  }

  @Test
  void aWhollyMissingPartIsToldOnce() throws IOException {
    for (String folder :
        List.of(
            "opensurfaces/photos-labels",
            "opensurfaces/photos",
            "dtd/dtd-r1.0.1/images",
            "pascal/VOC2010/JPEGImages",
            "ade20k/ADE20K_2016_07_26/images")) {
      Path away = temp.resolve("away");
      Files.move(at(folder), away);
      if (folder.endsWith("JPEGImages")) {
        Files.createDirectory(at(folder)); // there, and empty
        assertSays(refusal(), "not one is whole", "missing file", "2007_");
        Files.delete(at(folder));
      } else {
        assertSays(
            refusal(),
            folder.substring(0, folder.indexOf('/')),
            "not one is whole: there is no folder " + at(folder));
      }
      Files.move(away, at(folder));
    }
  }

  @Test
  void aLevelOfPartsThatIsMissing() throws IOException {
    assertTrue(Files.exists(at(STREET + "_parts_2.png")));
    Files.delete(at(STREET + "_parts_1.png"));
    RecordedProgress progress = new RecordedProgress();
    BrodenBuild.Result result = BrodenBuild.build(Sample.sources(sources), out, OPTIONS, progress);
    assertEquals(1, result.leftOut());
    assertSays(progress.warnings.get(0), "ADE_train_00016869_parts_1.png");
    assertSays(
        String.join(
            "\n", Sample.sources(sources).survey(temp.resolve("x"), 64, 1, Progress.NONE).lines()),
        "1 of them not whole",
        "_parts_1.png");
  }

  @Test
  void whatIsNamedTwiceCountsOnce() throws IOException {
    Sample.build(out, OPTIONS);
    List<String> rows = Files.readAllLines(at(TEXTURES));
    String first = rows.get(0);
    Files.writeString(
        at(TEXTURES),
        String.join("\n", rows) + "\n" + first + "\nbanded/none.jpg \n" + first + "\n");
    List<String> photos = Files.readAllLines(at("opensurfaces/photos.csv"));
    Files.writeString(
        at("opensurfaces/photos.csv"), String.join("\r\n", photos) + "\r\n" + photos.get(1));
    RecordedProgress progress = new RecordedProgress();
    Path again = temp.resolve("again/broden");
    BrodenBuild.build(Sample.sources(sources), again, OPTIONS, progress);
    assertEquals(Sample.digests(out), Sample.digests(again));
    assertEquals(4, progress.warnings.size(), progress.warnings.toString());
    assertSays(progress.warnings.get(0), "line 13", "is that of line 1, and counts once");
    assertSays(progress.warnings.get(1), "line 14", "none.jpg\" has no texture");
    assertSays(progress.warnings.get(3), "photos.csv line 11", "line 2");
  }

  private static Cell cell(String... texts) {
    Cell cell = Mat5.newCell(1, texts.length);
    for (int i = 0; i < texts.length; i++) {
      cell.set(i, Mat5.newString(texts[i]));
    }
    return cell;
  }

  @Test
  void anIndexOfAde20kThatNamesAnImageTwice() throws IOException {
    Struct index = Mat5.newStruct();
    index.set("filename", cell("a.jpg", "a.jpg", "a.jpg", "b.jpg"));
    index.set("folder", cell("x", "y", "x", "x"));
    index.set("scene", cell("street", "airport", "lake", "sea"));
    index.set("objectnames", cell("-", "wall"));
    Path file = temp.resolve("index.mat");
    Mat5.writeToFile(Mat5.newMatFile().addArray("index", index), file.toFile());
    RecordedProgress progress = new RecordedProgress();
    Ade2016 ade = new Ade2016(temp, file, e -> progress.warn(e.getMessage()));
    assertEquals(3, ade.size());
    assertEquals(temp.resolve("x/b.jpg"), ade.photograph(2));
    assertSays(progress.warnings.get(0), "index.mat image 3", "\"x/a.jpg\"", "image 1");
    assertEquals(1, progress.warnings.size());
  }

  @Test
  void codesThatNoTableNames() throws IOException {
    change("opensurfaces/label-substance-colors.csv", "^16,Brick,1\\R", "");
    RecordedProgress progress = new RecordedProgress();
    BrodenBuild.build(Sample.sources(sources), out, OPTIONS, progress);
    assertEquals(1, progress.warnings.size(), progress.warnings.toString());
    assertSays(progress.warnings.get(0), "opensurfaces: labels that no table", "1 in ");
  }

  /** Photographs of another shape than their maps: each is left out by name. */
  @Test
  void mapsOfAnotherShapeThanTheirPhotograph() throws IOException {
    List<String> spoilt =
        List.of(
            STREET + ".jpg",
            "pascal/VOC2010/JPEGImages/2008_000652.jpg",
            "opensurfaces/photos/102.jpg");
    Path other = at("dtd/dtd-r1.0.1/images/banded/banded_0002.jpg");
    for (String name : spoilt) {
      Files.copy(other, at(name), StandardCopyOption.REPLACE_EXISTING);
    }
    RecordedProgress progress = new RecordedProgress();
    BrodenBuild.Result result = BrodenBuild.build(Sample.sources(sources), out, OPTIONS, progress);
    assertEquals(spoilt.size(), result.leftOut(), progress.warnings.toString());
    assertSays(
        progress.warnings.toString(),
        "ADE_train_00016869.jpg is ",
        "its map of kind object 512 × ",
        "2008_000652.jpg is ",
        " 213 × 320 (height × width): one is of another image",
        "102.jpg is ",
        "its map of kind material 256 × 384");
  }

  /** Rounded sides are no other shape where maps are scaled; a pixel is one where they are not. */
  @Test
  void whatIsTheSameShape() throws UnreadableImageException {
    int[][] scaled = {{250, 371, 256, 379}, {500, 333, 256, 170}, {3, 4, 256, 341}, {400, 4, 9, 1}};
    for (int[] of : scaled) {
      material(of[2], of[3]).checkShape(Path.of("a.jpg"), of[0], of[1], true);
      assertThrows(
          UnreadableImageException.class,
          () -> material(of[2], of[3]).checkShape(Path.of("a.jpg"), of[0], of[1], false));
    }
    material(7, 5).checkShape(Path.of("a.jpg"), 7, 5, false);
    for (int[] of : new int[][] {{300, 400, 256, 384}, {300, 400, 400, 300}, {9, 9, 256, 200}}) {
      assertThrows(
          UnreadableImageException.class,
          () -> material(of[2], of[3]).checkShape(Path.of("a.jpg"), of[0], of[1], true));
    }
    assertThrows(
        UnreadableImageException.class,
        () -> material(500, 499).checkShape(Path.of("a.jpg"), 500, 500, false));
  }

  private static KindLabels material(int height, int width) {
    return KindLabels.map(Kind.MATERIAL, new CodeMap(height, width, new char[height * width]));
  }

  @Test
  void bothReleasesOfAde20k() throws IOException {
    try (Stream<Path> files = Files.walk(Sample.shared("sources/ade20k-2021"))) {
      Path json = files.filter(file -> file.toString().endsWith(".json")).findFirst().orElseThrow();
      Files.copy(json, at("ade20k").resolve(json.getFileName()));
    }
    assertSays(refusal(), "both releases", "index_ade20k.mat of 2016", "of 2021");
  }

  @Test
  void whichOfTwoIsMeant() throws IOException {
    Files.createDirectories(at("pascal/VOC2012/JPEGImages"));
    assertSays(refusal(), "JPEGImages in ", "VOC2010 and in ", "VOC2012", "the one that is meant");
    Path ade = at("ade20k/ADE20K_2016_07_26");
    Trees.delete(at("pascal/VOC2012"));
    Files.copy(ade.resolve("index_ade20k.mat"), ade.resolve("index_old.mat"));
    assertSays(refusal(), "ADE20K: there is an index in", "index_old.mat");
  }

  @Test
  void noLabelReachesTheMinima() throws IOException {
    for (BrodenBuild.Options high :
        List.of(Sample.options(64, false, 52, 0), Sample.options(64, false, 1, 1e300))) {
      String message =
          assertThrows(
                  DataException.class,
                  () -> BrodenBuild.build(Sample.sources(sources), out, high, Progress.NONE))
              .getMessage();
      assertSays(message, "--min-images", "--min-coverage", "it goes on from here");
      assertFalse(Files.exists(out.resolve("index.csv")));
    }
    RecordedProgress progress = new RecordedProgress();
    BrodenBuild.build(Sample.sources(sources), out, Sample.options(64, false, 10, 0.5), progress);
    assertEquals(21, BrodenDataset.open(out).vocabulary().maxNumber());
    assertSays(progress.warnings.toString(), "no category scene", "no category texture");
    for (double wrong :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1, Double.NEGATIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> Sample.options(64, false, 1, wrong));
    }
    assertThrows(IllegalArgumentException.class, () -> Sample.options(64, false, -1, 0));
  }

  @Test
  void aTableOfColoursThatIsNotThere() {
    BrodenBuild.Options none =
        new BrodenBuild.Options(64, false, 1, 0, temp.resolve("w2color.npy"), 1, false);
    String message =
        assertThrows(
                DataException.class,
                () -> BrodenBuild.build(Sample.sources(sources), out, none, Progress.NONE))
            .getMessage();
    assertSays(message, "w2color.npy", "CSAILVision/NetDissect");
    assertFalse(Files.exists(out));
  }
}
