package org.netdissect.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.cluster.hadoop.TestHdfs;
import org.netdissect.networks.GraphBuilder;
import org.netdissect.networks.TestModels;

/** Model, data, compiled labels and result in HDFS: the result is that of the files here. */
@DisabledOnOs(OS.WINDOWS)
class HdfsRunTest {
  private static final List<String> OPTIONS = List.of("-D" + TestHdfs.SETTING + "=1");

  @TempDir static Path folder;
  private static TestHdfs hdfs;
  private static TestRuns here;
  private static TestRuns there;

  /** The data in HDFS, in a folder whose name is awkward. */
  private static Path place;

  @BeforeAll
  static void start() throws Exception {
    hdfs = TestHdfs.start(folder.resolve("hdfs"));
    here = new TestRuns(folder.resolve("runs"), 40);
    place = hdfs.root().resolve("50% of ü");
    there = here.copiedTo(place);
  }

  @AfterAll
  static void stop() {
    hdfs.close();
  }

  private static String run(List<String> words, String... more) throws Exception {
    return run(0, "", words, more);
  }

  private static String run(int code, String said, List<String> words, String... more)
      throws Exception {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of(more));
    return JavaProcess.netdissect(folder, code, said, OPTIONS, all);
  }

  private static void assertSame(Path expected, Path found) throws IOException {
    Path copy = folder.resolve("copy-" + found.getFileName());
    copy(found, copy);
    JavaProcess.assertSameFolders(expected, copy);
    try (Stream<Path> files = Files.walk(copy)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertFalse(text.contains("hdfs:") || text.contains("50% of"), file.toString());
      }
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /** With labels that are compiled once for several runs. */
  private static List<String> compiled(List<String> words) {
    List<String> all = new ArrayList<>(words);
    all.set(all.indexOf("--cache") + 1, place.resolve("labels").toString());
    return all;
  }

  private static List<String> names(Path in) throws IOException {
    try (Stream<Path> entries = Files.list(in)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void recordedMapsGiveTheSameFolder() throws Exception {
    Path expected = folder.resolve("maps");
    Path found = hdfs.root().resolve("maps out");
    here.here(here.recorded(expected, "exact"));
    run(there.recorded(found, "exact"), "--master", "local[2]", "--parts", "5");
    assertSame(expected, found);
    assertFalse(Files.exists(found.resolve(".work")));
    assertTrue(names(TestRuns.cache(found)).stream().allMatch(name -> name.endsWith(".atlas")));
  }

  @Test
  void aNetworkWithWeightsBesideItReadsEachPhotographOnce() throws Exception {
    Path weights = Files.createDirectories(folder.resolve("model/beside")).resolve("weights.bin");
    GraphBuilder graph = TestModels.tiny(1);
    graph.external("conv2.weight", "beside/weights.bin", weights);
    Path model = graph.write(folder.resolve("model/model.onnx"));
    Path expected = folder.resolve("network");
    Path found = hdfs.root().resolve("network out");
    here.here(here.network(expected, model));
    // Labels are compiled here before, which reads all photographs once.
    run(compiled(there.network(hdfs.root().resolve("before"), model)), "--master", "local[2]");
    Path copy = place.resolve("model/model.onnx");
    copy(folder.resolve("model"), place.resolve("model"));
    Map<Path, Integer> before = opened();
    run(compiled(there.network(found, copy)), "--master", "local[2]");
    assertSame(expected, found);
    Map<Path, Integer> after = opened();
    assertEquals(40, after.size());
    after.forEach((file, times) -> assertEquals(before.get(file) + 1, times, file.toString()));
  }

  /** How often each photograph was opened. */
  private static Map<Path, Integer> opened() throws IOException {
    Map<Path, Integer> opened = new LinkedHashMap<>();
    for (String row : Files.readAllLines(here.world().resolve("index.csv")).subList(1, 41)) {
      String name = row.substring(0, row.indexOf(','));
      Path file = there.world().resolve("images").resolve(name);
      opened.put(file, hdfs.opened(file));
    }
    return opened;
  }

  @Test
  void theReportAndWhatIsReadLaterWorkThereToo() throws Exception {
    List<String> words = new ArrayList<>(here.recorded(folder.resolve("with report"), "exact"));
    words.remove("--no-report");
    here.here(words);
    Path found = hdfs.root().resolve("with report");
    words = new ArrayList<>(there.recorded(found, "exact"));
    words.remove("--no-report");
    run(words, "--master", "local[2]");
    assertSame(folder.resolve("with report"), found);
    assertEquals(
        run(List.of("show", folder.resolve("with report").toString())),
        run(List.of("show", found.toString())));
  }

  @Test
  void aRunThatWasKilledGoesOn() throws Exception {
    Path expected = folder.resolve("whole");
    Path found = hdfs.root().resolve("killed");
    here.here(here.recorded(expected, "exact"));
    List<String> words = there.recorded(found, "exact");
    words.addAll(List.of("--master", "local[2]", "--parts", "30"));
    Path said = folder.resolve("killed.txt");
    Process run = JavaProcess.netdissect(OPTIONS, words, said);
    TestCluster.await(() -> !run.isAlive() || holds(found, "tally-"), "no tally comes");
    run.destroyForcibly();
    assertTrue(run.waitFor(1, TimeUnit.MINUTES));
    assertFalse(Files.exists(found.resolve("dissection.json")), Files.readString(said));
    assertTrue(run(words).contains("whether it lives"));
    assertSame(expected, found);
    assertFalse(Files.exists(found.resolve(".work")));
  }

  private static boolean holds(Path in, String name) throws IOException {
    Path parts = in.resolve(".work").resolve("parts-30");
    return Files.exists(parts) && names(parts).stream().anyMatch(file -> file.startsWith(name));
  }

  @Test
  void whatCannotBeIsSaidInOneLine() throws Exception {
    Path out = hdfs.root().resolve("none");
    List<String> words = there.recorded(out, "exact");
    run(2, "needs --master", words);
    run(2, "--trust needs a folder of this machine", words, "--master", "local[2]", "--trust");
    List<String> nowhere = new ArrayList<>(words);
    nowhere.set(nowhere.indexOf("--data") + 1, "hdfs://127.0.0.1:1/data");
    String said = run(1, "hdfs://127.0.0.1:1 does not answer", nowhere, "--master", "local[2]");
    assertFalse(said.contains("\tat "), said);
    List<String> unknown = new ArrayList<>(words);
    unknown.set(
        unknown.indexOf("--data") + 1, Files.createDirectory(place.resolve("empty")).toString());
    run(1, "50% of ü/empty", unknown, "--master", "local[2]");
    List<String> missing = new ArrayList<>(words);
    missing.set(missing.indexOf("--data") + 1, place.resolve("missing").toString());
    run(1, "50% of ü/missing", missing, "--master", "local[2]");
    assertFalse(Files.exists(out.resolve("dissection.json")));
  }
}
