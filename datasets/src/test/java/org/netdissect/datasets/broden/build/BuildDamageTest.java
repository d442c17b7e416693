package org.netdissect.datasets.broden.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.RecordedProgress;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.Datasets;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.pictures.PngTest;
import org.netdissect.pictures.UnreadableImageException;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Struct;

/** Builds that are cut off, and sources that are damaged or hostile. */
class BuildDamageTest {
  private static final BrodenBuild.Options OPTIONS = Sample.options(64, false, 1, 0);

  @TempDir Path temp;

  /** What a kill does to the caller. */
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static void killAfter(int images, Path out) {
    AtomicInteger left = new AtomicInteger(images);
    RecordedProgress progress =
        new RecordedProgress(
            n -> {
              if (left.decrementAndGet() <= 0) {
                throw new Killed();
              }
            });
    assertThrows(
        Killed.class,
        () -> BrodenBuild.build(Sample.sources(Sample.shared("sources")), out, OPTIONS, progress));
  }

  @Test
  void goesOnAfterAKillWithTheSameBytes() throws IOException {
    Path straight = temp.resolve("a/broden");
    Sample.build(straight, OPTIONS);
    SortedMap<String, String> expected = Sample.digests(straight);
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Path out = temp.resolve("b/broden");
    killAfter(1 + random.nextInt(20), out);
    assertFalse(Files.exists(out.resolve("index.csv")));
    assertTrue(
        assertThrows(DataException.class, () -> Datasets.open(out, DatasetOptions.defaults()))
            .getMessage()
            .contains("unfinished"));
    killAfter(1 + random.nextInt(10), out);
    // What a kill in the middle of writing leaves: half a draft, half a photograph.
    Path drafts = out.resolve(".netdissect-drafts");
    try (RandomAccessFile file = new RandomAccessFile(drafts.toFile(), "rw")) {
      file.setLength(Math.max(0, file.length() - random.nextInt(5000)));
    }
    Files.write(out.resolve("images/ade20k/ADE_train_00016869.jpg"), new byte[] {1, 2});
    killAfter(51 + random.nextInt(30), out); // among the masks, as far as all were drafted
    Sample.build(out, OPTIONS);
    assertEquals(expected, Sample.digests(out), "seed " + seed);
  }

  @Test
  void goesOnOnlyWithTheSame() throws IOException {
    Path out = temp.resolve("broden");
    killAfter(5, out);
    SortedMap<String, String> before = Sample.digests(out);
    for (BrodenBuild.Options other :
        List.of(Sample.options(66, false, 1, 0), Sample.options(64, true, 1, 0))) {
      String message =
          assertThrows(DataException.class, () -> Sample.build(out, other)).getMessage();
      assertTrue(message.contains("other options"), message);
    }
    assertEquals(before, Sample.digests(out));
    // The minima matter only at the end.
    assertEquals(21, Sample.build(out, Sample.options(64, false, 10, 0.5)).labels());
    String message =
        assertThrows(DataException.class, () -> Sample.build(out, OPTIONS)).getMessage();
    assertTrue(message.contains("not empty"), message);
  }

  /** Nothing of categories that the first command kept and the second drops stays behind. */
  @Test
  void otherMinimaAfterAKill() throws IOException {
    BrodenBuild.Options few = Sample.options(64, false, 25, 0.5);
    Path straight = temp.resolve("a/broden");
    Sample.build(straight, few);
    Path out = temp.resolve("b/broden");
    killAfter(51 + 40, out);
    assertTrue(Files.exists(out.resolve("c_part.csv")));
    Sample.build(out, few);
    assertEquals(Sample.digests(straight), Sample.digests(out));
  }

  @Test
  void neverIntoTheSources() throws IOException {
    Path sources = Sample.copy(temp.resolve("sources"));
    String message =
        assertThrows(
                DataException.class,
                () -> BrodenBuild.build(Sample.sources(sources), temp, OPTIONS, Progress.NONE))
            .getMessage();
    assertTrue(message.contains("another folder"), message);
  }

  @Test
  void whatCannotBeReadIsNamedCountedAndLeftOut() throws IOException {
    Path sources = Sample.copy(temp.resolve("sources"));
    Path street = sources.resolve("ade20k/ADE20K_2016_07_26/images/training/s/street");
    Files.delete(street.resolve("ADE_train_00016900_seg.png"));
    Path huge = street.resolve("ADE_train_00016964_seg.png");
    Files.write(huge, PngTest.claim(Files.readAllBytes(huge), 60_000, 60_000));
    Files.writeString(sources.resolve("dtd/dtd-r1.0.1/images/bumpy/bumpy_0021.jpg"), "<html>");
    Path table = sources.resolve("dtd/dtd-r1.0.1/labels/labels_joint_anno.txt");
    Files.writeString(table, Files.readString(table) + "../../../etc/x.jpg banded \n");
    Path map = sources.resolve("pascal/context/trainval/2008_000652.mat");
    Files.copy(Sample.shared("mat/bad-code-459.mat"), map, StandardCopyOption.REPLACE_EXISTING);
    Path parts = sources.resolve("pascal/part/part2ind.m");
    Files.writeString(
        parts, Files.readString(parts).replaceAll("(?m)^pimap\\{15\\}\\('lebrow.*$", ""));
    RecordedProgress progress = new RecordedProgress();
    Path out = temp.resolve("broden");
    BrodenBuild.Result result = BrodenBuild.build(Sample.sources(sources), out, OPTIONS, progress);
    String warnings = String.join("\n", progress.warnings);
    for (String said :
        List.of(
            "00016900_seg.png",
            "60000 × 60000",
            "bumpy_0021.jpg",
            "leaves the data folder",
            "label 60000",
            "\"lebrow\" of object 15")) {
      assertTrue(warnings.contains(said), said + " in " + warnings);
    }
    assertEquals(progress.warnings.size(), result.leftOut());
    assertEquals(52, result.images() + result.leftOut());
    assertFalse(Files.exists(out.resolve("images/dtd/bumpy_0021.jpg")));
    assertFalse(Files.readString(out.resolve("index.csv")).contains("bumpy_0021"));
    BrodenBuild.Options strict =
        new BrodenBuild.Options(64, false, 1, 0, OPTIONS.colorTable(), 2, true);
    assertThrows(
        UnreadableImageException.class,
        () ->
            BrodenBuild.build(
                Sample.sources(sources), temp.resolve("strict"), strict, Progress.NONE));
  }

  private static Cell cell(String... texts) {
    Cell cell = Mat5.newCell(texts.length, 1);
    for (int i = 0; i < texts.length; i++) {
      cell.set(i, Mat5.newString(texts[i]));
    }
    return cell;
  }

  private static Path index(Path folder, Cell files, Cell folders, Cell scenes) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve("index_ade20k.mat");
    Struct index = Mat5.newStruct();
    index.set("filename", files);
    index.set("folder", folders);
    index.set("scene", scenes);
    index.set("objectPresence", Mat5.newMatrix(300, 3));
    index.set("objectnames", cell("-", "wall, brick wall"));
    Mat5.writeToFile(Mat5.newMatFile().addArray("index", index), file.toFile());
    return file;
  }

  @Test
  void rowsOfTheIndexStayInTheirFolder() throws IOException {
    Path folder = temp.resolve("ADE20K_2016_07_26");
    Path file =
        index(
            folder,
            cell("a.jpg", "b.jpg", "../c.jpg", "d.jpg"),
            cell("ADE20K_2016_07_26/images/x", "ADE20K_2016_07_26/../../etc", "x", "/etc"),
            cell("street", "~not labeled", "airport/airport", "street"));
    Ade2016 index = new Ade2016(folder, file, Problems.STOP);
    assertEquals(4, index.size());
    assertEquals(folder.resolve("images/x/a.jpg"), index.photograph(0));
    assertEquals(List.of("wall", "brick wall"), index.names(Kind.OBJECT, 2));
    for (int i = 1; i < 4; i++) {
      int row = i;
      String message =
          assertThrows(UnreadableImageException.class, () -> index.photograph(row)).getMessage();
      assertTrue(message.contains("index_ade20k.mat image " + (i + 1)), message);
    }
    Path uneven = index(temp.resolve("uneven"), cell("a.jpg"), cell("x", "y"), cell("street"));
    String message =
        assertThrows(DataException.class, () -> new Ade2016(folder, uneven, Problems.STOP))
            .getMessage();
    assertTrue(message.contains("1 files, 2 folders"), message);
  }

  /** The release's own folder may have been renamed. */
  @Test
  void theIndexIsFollowedWhereverItsFolderLies() throws IOException {
    Path release = Sample.copy(temp.resolve("sources")).resolve("ade20k/ADE20K_2016_07_26");
    Path renamed = temp.resolve("ade");
    Files.move(release, renamed);
    Ade2016 moved = new Ade2016(renamed, renamed.resolve("index_ade20k.mat"), Problems.STOP);
    assertEquals(11, moved.size());
    for (int i = 0; i < moved.size(); i++) {
      assertTrue(Files.exists(moved.photograph(i)), moved.file(i));
    }
  }

  private String refusal(String line) throws IOException {
    Path file = temp.resolve("part2ind.m");
    Files.writeString(file, "function x\n% [cat]\n" + line + "\n", StandardCharsets.UTF_8);
    return assertThrows(DataException.class, () -> new PartTable(file)).getMessage();
  }

  @Test
  void linesOfPart2indThatAreNotUnderstood() throws IOException {
    for (String line :
        List.of(
            "delete everything",
            "pimap{1}(\"body\") = 1;",
            "pimap{1}('body') = one;",
            "for ii = 1:99999999",
            "pimap{999999}('body') = 1;")) {
      String message = refusal(line);
      assertTrue(message.contains("part2ind.m line 3"), message);
    }
  }

  @Test
  void missingSourcesAreNamed() {
    for (BrodenSources sources :
        List.of(
            new BrodenSources(temp, null, null, List.of()),
            new BrodenSources(null, temp, null, List.of()),
            new BrodenSources(null, null, temp, List.of()),
            new BrodenSources(null, null, null, List.of(temp)),
            new BrodenSources(temp.resolve("none"), null, null, List.of()))) {
      String message =
          assertThrows(
                  DataException.class,
                  () -> BrodenBuild.build(sources, temp.resolve("out"), OPTIONS, Progress.NONE))
              .getMessage();
      assertTrue(message.contains(temp.toString()), message);
      assertFalse(Files.exists(temp.resolve("out")));
    }
  }

  @Test
  void roomIsLookedAtBeforehand() throws IOException {
    BrodenBuild.checkRoom(1000, 224, temp, folder -> 100_000_000L);
    BrodenBuild.checkRoom(1000, 224, temp, folder -> -1);
    String message =
        assertThrows(
                DataException.class,
                () -> BrodenBuild.checkRoom(1000, 224, temp, folder -> 10_000_000L))
            .getMessage();
    assertTrue(message.contains("37.1 MB") && message.contains("10.0 MB is free"), message);
  }

  @Test
  void aSurveySaysWhatIsThere() throws IOException {
    Path sources = Sample.copy(temp.resolve("sources"));
    Files.delete(sources.resolve("opensurfaces/photos/101.jpg"));
    Files.write(sources.resolve("pascal/part/Annotations_Part/._2008_000652.mat"), new byte[9]);
    assertEquals(19, SourceFolders.pascal(List.of(sources.resolve("pascal"))).size());
    Files.delete(sources.resolve("pascal/part/part2ind.m"));
    BrodenSources.Survey survey =
        Sample.sources(sources).survey(temp.resolve("out"), 224, 2, Progress.NONE);
    String said = String.join("\n", survey.lines());
    assertFalse(survey.isUsable());
    for (String line :
        List.of(
            "ade20k: ADE20K of 2016, 11 images, nothing is missing",
            "opensurfaces: OpenSurfaces, 9 images, 1 of them not whole:",
            "photos/101.jpg",
            "PASCAL: no part2ind.m")) {
      assertTrue(said.contains(line), said);
    }
    assertFalse(Files.exists(temp.resolve("out")));
  }
}
