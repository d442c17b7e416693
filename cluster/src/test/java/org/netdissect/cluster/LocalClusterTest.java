package org.netdissect.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.TestModels;

/** The command on Spark in one process against the command without it, byte for byte. */
class LocalClusterTest {
  @TempDir Path folder;
  private TestRuns runs;

  @BeforeEach
  void makeWorld() throws Exception {
    runs = new TestRuns(folder, 40);
  }

  @Test
  void recordedMapsGiveTheSameFolder() throws Exception {
    Path here = folder.resolve("here");
    Path there = folder.resolve("there");
    runs.here(runs.recorded(here, "exact"));
    String said = runs.here(runs.recorded(there, "exact"), "--master", "local[2]", "--parts", "7");
    assertTrue(said.contains("at local[2], 2 cores"), said);
    JavaProcess.assertSameFolders(here, there);
  }

  @Test
  void aNetworkGivesTheSameFolder() throws Exception {
    Path model = TestModels.tiny(1).write(folder.resolve("model.onnx"));
    Path here = folder.resolve("here");
    Path there = folder.resolve("there");
    runs.here(runs.network(here, model));
    runs.here(runs.network(there, model), "--master", "local[2]");
    JavaProcess.assertSameFolders(here, there);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aRunThatIsInterruptedLeavesNothingOnItsDisksAndGoesOn() throws Exception {
    Path here = folder.resolve("here");
    Path there = folder.resolve("there");
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Path said = folder.resolve("said.txt");
    runs.here(runs.recorded(here, "exact"));
    List<String> words = runs.recorded(there, "exact");
    words.addAll(List.of("--master", "local[2]", "--parts", "30"));
    Process run = JavaProcess.netdissect(List.of("-Dspark.local.dir=" + disk), words, said);
    interrupt(run, () -> holds(disk, "spill.bin"), disk, said);
    assertFalse(Files.exists(there.resolve("dissection.json")));
    runs.here(words);
    JavaProcess.assertSameFolders(here, there);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aStudyThatIsInterruptedLeavesNothingOnItsDisksAndGoesOn() throws Exception {
    Path here = folder.resolve("here");
    Path there = folder.resolve("there");
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Path said = folder.resolve("said.txt");
    runs.here(runs.study(here));
    List<String> words = runs.study(there);
    words.addAll(List.of("--master", "local[2]"));
    Process study = JavaProcess.netdissect(List.of("-Dspark.local.dir=" + disk), words, said);
    interrupt(study, () -> Files.exists(there) && holds(there, ".work"), disk, said);
    runs.here(words);
    Files.delete(here.resolve("lock"));
    Files.delete(there.resolve("lock"));
    JavaProcess.assertSameFolders(here, there);
  }

  /** Interrupts a process at some moment, and makes sure that it leaves nothing on its disk. */
  private static void interrupt(Process process, TestCluster.Condition moment, Path disk, Path said)
      throws Exception {
    TestCluster.await(() -> !process.isAlive() || moment.holds(), "the moment does not come");
    process.destroy();
    assertTrue(process.waitFor(1, TimeUnit.MINUTES));
    assertTrue(
        Files.readString(said).contains("interrupted; repeat the command to go on where it was"),
        Files.readString(said));
    assertEquals(128 + 15, process.exitValue());
    try (Stream<Path> left = Files.list(disk)) {
      assertEquals(List.of(), left.toList());
    }
  }

  private static boolean holds(Path folder, String name) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.anyMatch(file -> file.endsWith(name));
    } catch (UncheckedIOException e) {
      // It is changing.
      return false;
    }
  }

  @Test
  void whatIsWrongIsSaidInOneLine() throws Exception {
    Path out = folder.resolve("out");
    List<String> words = runs.recorded(out, "exact");
    words.addAll(List.of("--master", "nowhere:7"));
    String said = JavaProcess.netdissect(folder, 1, "no Spark at nowhere:7", List.of(), words);
    assertFalse(said.contains("\tat "), said);
    assertFalse(Files.exists(out.resolve("dissection.json")));
  }
}
