package org.netdissect.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.netdissect.datasets.FormatsTest.assertBroken;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Progress;
import org.netdissect.datasets.check.DatasetVerifier;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.pictures.Pictures;

/** Pipes, closed folders, links that lead back, labels without photographs. */
class OddEntriesTest {
  private static final DatasetOptions SMALL = DatasetOptions.defaults().withMaskSize(4, 4);
  @TempDir Path temp;
  private Path dir;

  @BeforeEach
  void folder() throws IOException {
    dir = Files.createDirectories(temp.resolve("set"));
  }

  private List<String> verify() throws IOException {
    List<String> found = new ArrayList<>();
    DatasetVerifier.verify(
        dir,
        SMALL,
        2,
        finding -> found.add((finding.serious() ? "error " : "note ") + finding.text()),
        Progress.NONE);
    return found;
  }

  private List<String> remarks() throws IOException {
    return Datasets.open(dir, SMALL).remarks();
  }

  private static void assertOne(List<String> lines, String... words) {
    long count =
        lines.stream().filter(line -> List.of(words).stream().allMatch(line::contains)).count();
    assertEquals(1, count, String.join(" + ", words) + " in " + lines);
  }

  private void pipe(String name) throws Exception {
    Files.createDirectories(dir.resolve(name).getParent());
    assumeTrue(new ProcessBuilder("mkfifo", dir.resolve(name).toString()).start().waitFor() == 0);
  }

  private void masks(int... values) throws IOException {
    Files.writeString(dir.resolve("labels.csv"), "value,name\n1,car\n");
    for (int i = 0; i < values.length; i++) {
      Pictures.photo(dir.resolve("images/" + i + ".jpg"), 8, 8 + i);
      int[] row = new int[8 + i];
      java.util.Arrays.fill(row, values[i]);
      int[][] mask = new int[8][];
      java.util.Arrays.fill(mask, row);
      Pictures.grey(dir.resolve("masks/" + i + ".png"), 8, mask);
    }
  }

  @Test
  void pipesAndDeadLinks() throws Exception {
    masks(1, 1, 1);
    Files.delete(dir.resolve("masks/2.png"));
    pipe("masks/2.png");
    Files.delete(dir.resolve("masks/1.png"));
    Files.createSymbolicLink(dir.resolve("masks/1.png"), Path.of("nowhere"));
    assertOne(verify(), "error ", "2.png is no file");
    assertOne(verify(), "error ", "1.png is no file", "a link to nothing");
    assertOne(remarks(), "2.png is no file");
    assertOne(remarks(), "2 photographs have no mask");
  }

  @Test
  void pipesInClasses() throws Exception {
    Pictures.photo(dir.resolve("cat/1.jpg"), 8, 8);
    Pictures.photo(dir.resolve("dog/1.jpg"), 8, 9);
    pipe("dog/2.jpg");
    assertOne(verify(), "error ", "2.jpg is no file");
    assertOne(remarks(), "2.jpg is no file");
  }

  @Test
  void linksThatLeadBack() throws Exception {
    Pictures.photo(dir.resolve("cat/1.jpg"), 8, 8);
    Pictures.photo(dir.resolve("dog/2.jpg"), 8, 9);
    Files.createSymbolicLink(dir.resolve("loop"), dir);
    Files.createSymbolicLink(dir.resolve("cat/loop"), dir);
    assertEquals(2, Datasets.open(dir, SMALL).images().size());
    assertOne(remarks(), "cat/loop leads back");
    // Two ways to one data set are no choice.
    Path set = temp.resolve("other/set");
    Files.createDirectories(set);
    dir = set;
    masks(1);
    Files.createSymbolicLink(temp.resolve("other/link"), set);
    assertEquals("masks", Datasets.recognise(temp.resolve("other"), null).format());
  }

  @Test
  void closedFolders() throws Exception {
    Pictures.photo(dir.resolve("cat/1.jpg"), 8, 8);
    Pictures.photo(dir.resolve("dog/2.jpg"), 8, 9);
    Path closed = Files.createDirectories(dir.resolve("dog/more"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    try {
      assumeTrue(!Files.isReadable(closed), "for a user who may not read everything");
      assertOne(remarks(), "dog/more cannot be looked into (no permission)");
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void aMissingRowIsToldOnce() throws Exception {
    masks(7, 7, 1, 7, 9);
    List<String> found = verify();
    assertOne(found, "error ", "0.png holds the value 7");
    assertOne(found, "error ", "holds the value 7");
    assertOne(found, "error the value 7 is in no table, and in 2 further images");
    assertOne(found, "value 9");
  }

  @Test
  void masksWithoutPhotographs() throws Exception {
    masks(1, 1);
    Files.delete(dir.resolve("images/0.jpg"));
    assertOne(remarks(), "1 mask is left out", "0.png");
  }

  @Test
  void yoloLabelsWithoutPhotographsAndNamesThatAreMissing() throws Exception {
    for (int i = 0; i < 3; i++) {
      Pictures.photo(dir.resolve("images/" + i + ".jpg"), 8, 8 + i);
      Files.createDirectories(dir.resolve("labels"));
      Files.writeString(
          dir.resolve("labels/" + i + ".txt"), (i == 0 ? 0 : 4) + " 0.1 0.1 0.9 0.1 0.5 0.9\n");
    }
    Files.writeString(dir.resolve("labels/orphan.txt"), "0 0.1 0.1 0.9 0.1 0.5 0.9\n");
    Files.writeString(dir.resolve("labels/notes.txt"), "drawn by Ann\n");
    Files.writeString(dir.resolve("data.yaml"), "nc: 5\nnames: [cat, dog]\n");
    assertOne(remarks(), "nc says 5 classes, but names has 2");
    assertOne(remarks(), "1 file of labels left out", "orphan.txt");
    List<String> found = verify();
    assertOne(found, "error ", "no photograph for the labels", "orphan.txt");
    assertOne(found, "error ", "1.txt line 1", "class \"4\" is not in data.yaml");
    assertOne(found, "error class \"4\" is in no table, and in 1 further image");
    Files.writeString(dir.resolve("data.yaml"), "nc: 2\nnames: [cat, dog]\n");
    assertTrue(remarks().stream().noneMatch(line -> line.contains("nc says")));
  }

  @Test
  void ade20kInAnyCase() throws Exception {
    Pictures.photo(dir.resolve("Images/training/a.jpg"), 8, 8);
    int[][] mask = new int[8][8];
    mask[0][0] = 1;
    Pictures.grey(dir.resolve("Annotations/training/a.png"), 8, mask);
    Files.writeString(dir.resolve("ObjectInfo150.txt"), "Idx\tRatio\tName\n1\t0.1\twall\n");
    Files.writeString(dir.resolve("scenecategories.txt"), "a kitchen\n");
    assertEquals("ade20k", Datasets.recognise(dir, null).format());
    assertEquals(2, Datasets.open(dir, SMALL).vocabulary().concepts().size());
    Files.move(dir.resolve("Annotations"), dir.resolve("away"));
    assertBroken("annotations is missing", () -> Datasets.open(dir, SMALL.withFormat("ade20k")));
  }
}
