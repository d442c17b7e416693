package org.netdissect.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
  void whatIsWrongIsSaidInOneLine() throws Exception {
    Path out = folder.resolve("out");
    List<String> words = runs.recorded(out, "exact");
    words.addAll(List.of("--master", "nowhere:7"));
    String said = JavaProcess.netdissect(folder, 1, "no Spark at nowhere:7", List.of(), words);
    assertFalse(said.contains("\tat "), said);
    assertFalse(Files.exists(out.resolve("dissection.json")));
  }
}
