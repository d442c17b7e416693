package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.app.Distribution.Outcome;
import org.netdissect.networks.TestModels;

/**
 * Studies by the built command, killed and gone on with; those that train need a build that does.
 */
class StudyIT {
  private static final int KILLS = 2;

  @TempDir Path folder;

  private static boolean trains() {
    return Files.isDirectory(Distribution.home().resolve("lib-train"));
  }

  private Path study(String text) throws IOException {
    return Files.writeString(folder.resolve("study.yaml"), text);
  }

  private static final String TRAINED =
      """
      data: {world: {images: 60, size: 32}}
      networks:
        scenes: {train: {width: 8, iterations: 20, batch: 8, threads: 1, seed: SEEDS, checkpoints: [0, 20]}}
      questions:
        - {by: iteration, expect: increases}
      """;

  @Test
  void ofModelFilesKilledAtAnyMomentItEndsWithTheSamePage() throws Exception {
    TestModels.tiny(3).write(folder.resolve("net-1.onnx"));
    TestModels.tiny(4).write(folder.resolve("net-2.onnx"));
    SmallData.write(folder.resolve("data"), 120, 4);
    killed(
        study(
            """
            data: data
            networks:
              ours: {models: net-*.onnx, preprocess: unit, layers: [conv2, conv3]}
            questions:
              - {by: iteration, measure: detectors}
              - {by: layer}
            """));
  }

  @Test
  void ofTrainingsKilledAtAnyMomentItEndsWithTheSamePage() throws Exception {
    assumeTrue(trains(), "built without -Ptrain");
    killed(study(TRAINED.replace("SEEDS", "[1, 2]")));
  }

  private void killed(Path study) throws Exception {
    long seed = Long.getLong("netdissect.seed", System.nanoTime());
    String about = "-Dnetdissect.seed=" + seed;
    System.out.println(about);
    Random random = new Random(seed);
    Path whole = folder.resolve("whole");
    LiveRun first = start(study, whole);
    assertEquals(0, first.end(), () -> String.join("\n", first.lines()));
    List<Long> times = first.times();
    long total = times.get(times.size() - 1);
    Path out = folder.resolve("cut");
    killedInTraining(study, out, first, random);
    for (int kill = 0; kill < KILLS; kill++) {
      LiveRun run = start(study, out);
      run.process()
          .waitFor(total / 4 + (long) (random.nextDouble() * total * 3 / 4), TimeUnit.NANOSECONDS);
      run.process().destroyForcibly();
      run.end();
    }
    LiveRun last = start(study, out);
    assertEquals(0, last.end(), () -> about + "\n" + String.join("\n", last.lines()));
    assertEquals(told(whole), told(out), about);
  }

  /** Kills the study's first training, if it has one, at a moment drawn over its time. */
  private void killedInTraining(Path study, Path out, LiveRun whole, Random random)
      throws Exception {
    List<String> lines = whole.lines();
    for (int i = 0; i < lines.size() - 1; i++) {
      if (lines.get(i).contains(" left: train ")) {
        LiveRun run = start(study, out);
        assertTrue(run.await(lines.get(i).replaceFirst(",.*", "")), "the training begins");
        long took = whole.times().get(i + 1) - whole.times().get(i);
        run.process().waitFor((long) (random.nextDouble() * took), TimeUnit.NANOSECONDS);
        run.process().destroyForcibly();
        run.end();
        return;
      }
    }
  }

  private LiveRun start(Path study, Path out) throws IOException {
    return LiveRun.start(
        List.of("study", study.toString(), "--out", out.toString()), folder, Map.of(), true);
  }

  /**
   * Page, figures, networks and results; the records of runs hold times, atlases those of files.
   */
  private static Map<String, Integer> told(Path out) throws IOException {
    Map<String, Integer> told = KilledAfterwardsIT.contents(out);
    told.keySet().removeIf(name -> name.matches("(.*/)?(run\\.(txt|json)|lock|.*\\.atlas)"));
    assertTrue(told.containsKey("index.html"), told.toString());
    return told;
  }

  @Test
  void ofASeedThatIsAddedThatSeedAloneIsTrained() throws Exception {
    assumeTrue(trains(), "built without -Ptrain");
    Path out = folder.resolve("out");
    LiveRun first = start(study(TRAINED.replace("SEEDS", "[1]")), out);
    assertEquals(0, first.end(), () -> String.join("\n", first.lines()));
    Map<String, Integer> before = told(out);
    LiveRun second = start(study(TRAINED.replace("SEEDS", "[1, 2]")), out);
    assertEquals(0, second.end(), () -> String.join("\n", second.lines()));
    List<String> steps =
        second.lines().stream()
            .filter(line -> line.startsWith("step "))
            .map(line -> line.replaceFirst(".*left: ", ""))
            .toList();
    // Both checkpoints are dissected together.
    assertEquals(List.of("train scenes seed=2", "dissect scenes seed=2 iteration=0"), steps);
    before.keySet().removeIf(name -> name.equals("index.html") || name.startsWith("figures"));
    Map<String, Integer> after = told(out);
    before.forEach((name, bytes) -> assertEquals(bytes, after.get(name), name));
    LiveRun third = start(study(TRAINED.replace("SEEDS", "[1, 2]")), out);
    assertEquals(0, third.end(), () -> String.join("\n", third.lines()));
    assertTrue(third.lines().stream().noneMatch(line -> line.startsWith("step ")));
    assertEquals(after, told(out));
  }

  @Test
  void withoutPytorchTheOneCommandIsToldBeforeAnythingRuns() throws Exception {
    assumeFalse(trains(), "built with -Ptrain");
    Path out = folder.resolve("out");
    Path study = study(TRAINED.replace("SEEDS", "[1]"));
    for (Outcome outcome :
        List.of(
            Distribution.run("study", study, "--out", out),
            Distribution.run("train", "--data", folder, "--out", out))) {
      assertEquals(1, outcome.exit(), outcome.all());
      assertEquals(1, outcome.err().lines().count(), outcome.all());
      assertTrue(
          outcome.err().contains("run \"mvn -B -q -DskipTests -Ptrain package\" once"),
          outcome.all());
      assertFalse(Files.exists(out));
    }
    Outcome plan = Distribution.run("study", study, "--out", out, "--dry-run");
    assertEquals(0, plan.exit(), plan.all());
  }
}
