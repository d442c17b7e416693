package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.netdissect.networks.TestModels;

/**
 * What is computed from a result afterwards, killed at any moment: the same command then ends with
 * the same bytes as one that nobody disturbed.
 */
class KilledAfterwardsIT {
  private static final int KILLS = 8;
  private static final int KILLED = 137;

  @TempDir static Path folder;
  private static Path result;

  @BeforeAll
  static void dissect() throws Exception {
    Path model = TestModels.tiny(3).write(folder.resolve("tiny.onnx"));
    Path data = SmallData.write(folder.resolve("data"), 300, 4);
    result = folder.resolve("result");
    LiveRun run =
        start(
            List.of(
                "run",
                model.toString(),
                "--data",
                data.toString(),
                "--preprocess",
                "unit",
                "--layers",
                "conv2,conv3",
                "--quantile",
                "0.05",
                "--peaks",
                "--no-report",
                "--out",
                result.toString()));
    assertEquals(0, run.end(), () -> String.join("\n", run.lines()));
  }

  private static LiveRun start(List<String> words) throws IOException {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of("--cache", folder.resolve("cache").toString()));
    return LiveRun.start(
        all, folder, Map.of("NETDISSECT_OPTS", "-ea -Xmx600m -XX:TieredStopAtLevel=1"), true);
  }

  private static List<String> words(String command, Path result) {
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.add(1, result.toString());
    return words;
  }

  private static Path copy(String name) throws IOException {
    Path to = folder.resolve(name);
    try (Stream<Path> files = Files.walk(result)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(result.relativize(file).toString()));
      }
    }
    return to;
  }

  static Map<String, Integer> contents(Path out) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(out.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"trust --permutations 1999 --resamples 400", "measures", "formulas --length 3"})
  void killedAtAnyMomentItEndsWithTheSameBytes(String command) throws Exception {
    long seed = Long.getLong("netdissect.seed", System.nanoTime());
    String about = command + ", -Dnetdissect.seed=" + seed;
    Random random = new Random(seed);
    String name = command.replaceAll("\\W+", "-");
    Path whole = copy(name + "-whole");
    LiveRun first = start(words(command, whole));
    assertEquals(0, first.end(), () -> String.join("\n", first.lines()));
    Map<String, Integer> expected = contents(whole);
    List<Long> times = first.times();
    long total = times.get(times.size() - 1);
    // Before that Java starts and the result is opened.
    long start = total * 2 / 5;
    int begun = 0;
    Path out = copy(name);
    for (int kill = 0; kill < KILLS; kill++) {
      LiveRun run = start(words(command, out));
      run.process()
          .waitFor(start + (long) (random.nextDouble() * (total - start)), TimeUnit.NANOSECONDS);
      run.process().destroyForcibly();
      int exit = run.end();
      if (exit == 0) {
        assertEquals(expected, contents(out), about);
        out = copy(name + "-" + kill);
        continue;
      }
      assertEquals(KILLED, exit, () -> about + "\n" + String.join("\n", run.lines()));
      begun += contents(out).equals(contents(result)) ? 0 : 1;
    }
    LiveRun last = start(words(command, out));
    assertEquals(0, last.end(), () -> about + "\n" + String.join("\n", last.lines()));
    assertEquals(expected, contents(out), about);
    System.out.println(about + ": " + begun + " of " + KILLS + " kills left something behind");
    assertTrue(!command.startsWith("trust") || begun > 0, about);
  }
}
