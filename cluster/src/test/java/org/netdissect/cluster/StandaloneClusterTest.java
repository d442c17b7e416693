package org.netdissect.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * A master and three workers of Spark as processes of their own: the result folder is that of the
 * command without them. The long form is {@link ClusterTrials}.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StandaloneClusterTest {
  @TempDir static Path folder;
  private static TestCluster cluster;
  private static TestRuns runs;
  private static Path here;

  @BeforeAll
  static void startCluster() throws Exception {
    cluster = TestCluster.start(folder.resolve("cluster"), 3);
    runs = new TestRuns(folder.resolve("runs"), 130);
    here = folder.resolve("here");
    runs.here(runs.recorded(here, "exact"));
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  /** No address and no path of the cluster is in a result, but for how the command was given. */
  private static void assertNothingOfTheClusterIn(Path result) throws IOException {
    try (Stream<Path> files = Files.walk(result)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        for (String trace : List.of("127.0.0.", "spark://", "\"host\"", folder.toString())) {
          boolean isOfTheRun = file.endsWith("run.json") && trace.equals(folder.toString());
          assertFalse(!isOfTheRun && text.contains(trace), file + " has " + trace);
        }
      }
    }
  }

  @Test
  @Order(1)
  void theSameCommandGoesOnWhereADriverWasKilled() throws Exception {
    Path there = folder.resolve("driver");
    List<String> words = new ArrayList<>(runs.recorded(there, "exact"));
    words.addAll(List.of("--master", cluster.address(), "--parts", "9"));
    Path said = folder.resolve("driver.txt");
    Process driver = JavaProcess.netdissect(cluster.driver(), words, said);
    // Somewhere among the tallies.
    TestCluster.await(
        () -> RunStage.holds(there.resolve(".work"), 2, "tally-") || !driver.isAlive(),
        "no tally comes");
    driver.destroyForcibly();
    assertTrue(driver.waitFor(60, TimeUnit.SECONDS));
    assertFalse(Files.exists(there.resolve("dissection.json")), Files.readString(said));
    cluster.run(List.of(), runs.recorded(there, "exact"), "--parts", "9");
    TestRuns.assertSame(here, there);
    cluster.assertNothingLeft();
  }

  @Test
  @Order(2)
  void partsInAnyOrderTwiceAtOnceAndALostWorkerChangeNothing() throws Exception {
    Path there = folder.resolve("there");
    List<String> words = new ArrayList<>(runs.recorded(there, "exact"));
    words.addAll(List.of("--master", cluster.address(), "--parts", "64"));
    Path said = folder.resolve("said.txt");
    String[] unsteady = ClusterTrials.UNSTEADY.toArray(String[]::new);
    Process driver = JavaProcess.netdissect(cluster.driver(unsteady), words, said);
    TestCluster.await(
        () -> RunStage.holds(there.resolve(".work"), 2, "part-") || !driver.isAlive(),
        "no part comes");
    cluster.killWorker(1);
    assertTrue(driver.waitFor(240, TimeUnit.SECONDS), "it does not end");
    assertTrue(driver.exitValue() == 0, () -> said(said));
    TestRuns.assertSame(here, there);
    assertNothingOfTheClusterIn(there);
    cluster.assertNothingLeft();
  }

  private static String said(Path file) {
    try {
      return Files.readString(file) + cluster.logs();
    } catch (IOException e) {
      return e.toString();
    }
  }
}
