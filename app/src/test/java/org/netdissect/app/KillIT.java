package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netdissect.networks.TestModels;

/**
 * Runs that end before their end: killed at any moment, interrupted, out of disk. The same command
 * then goes on, and ends with the same bytes as a run that nobody disturbed.
 */
class KillIT {
  /** {@code -Dnetdissect.kills=200} for a long proof. */
  private static final int KILLS = Integer.getInteger("netdissect.kills", 15);

  private static final int IMAGES = 300;

  @TempDir static Path shared;
  @TempDir Path folder;
  private static Path model;
  private static Path data;

  @BeforeAll
  static void makeInputs() throws IOException {
    model = TestModels.tiny(3).write(shared.resolve("tiny.onnx"));
    data = SmallData.write(shared.resolve("data"), IMAGES, 4);
  }

  /** A run with many checkpoints, a Java that starts fast, and a cache of the test's own. */
  private static List<String> words(Path out, Path cache) {
    return List.of(
        "run",
        model.toString(),
        "--data",
        data.toString(),
        "--preprocess",
        "unit",
        "--layers",
        "conv1,conv2,conv3",
        "--quantile",
        "0.05",
        "--out",
        out.toString(),
        "--cache",
        cache.toString());
  }

  private static Map<String, String> environment(String more) {
    return Map.of(
        "NETDISSECT_OPTS",
        "-ea -Xmx600m -XX:TieredStopAtLevel=1 -Dnetdissect.checkpointMillis=20 " + more);
  }

  private LiveRun start(Path out, Path cache) throws IOException {
    return LiveRun.start(words(out, cache), folder, environment(""), true);
  }

  /** Every file but the one that tells of the run itself. */
  private static Map<String, Integer> contents(Path out) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(
            out.relativize(file).toString(), java.util.Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    contents.remove("run.json");
    return contents;
  }

  /** What is said where a phase begins: the line that ends the one before. */
  private static final List<String> BEGINNINGS =
      List.of(
          "Compiling the atlas",
          "recording:",
          "tallying relu1",
          "scoring relu1",
          "tallying relu2",
          "scoring relu2",
          "tallying relu3",
          "scoring relu3",
          "report: relu1",
          "report: relu3",
          "report: photographs");

  @Test
  void killedAtAnyMomentItGoesOn() throws Exception {
    long seed = Long.getLong("netdissect.seed", System.nanoTime());
    String about = "seed " + seed;
    System.out.println("KillIT: -Dnetdissect.seed=" + seed);
    Random random = new Random(seed);
    LiveRun first = start(folder.resolve("whole"), folder.resolve("whole-cache"));
    assertEquals(0, first.end(), () -> String.join("\n", first.lines()));
    Map<String, Integer> expected = contents(folder.resolve("whole"));
    assertTrue(expected.containsKey(Path.of("report", "index.html").toString()));

    List<Long> times = first.times();
    long total = times.get(times.size() - 1);
    int kills = 0;
    int chains = 0;
    Map<String, Integer> where = new TreeMap<>();
    while (kills < KILLS) {
      Path out = folder.resolve("out-" + chains);
      Path cache = folder.resolve("cache-" + chains++);
      int phase = 0;
      for (int left = 3 + random.nextInt(6); left > 0 && kills < KILLS; left--) {
        LiveRun run = start(out, cache);
        long wait = 0;
        if (random.nextBoolean()) {
          wait = (long) (random.nextDouble() * total);
        } else {
          phase = Math.min(BEGINNINGS.size() - 1, phase + random.nextInt(3));
          // No event tells the middle of a phase: any moment up to its usual length will do.
          if (run.await(BEGINNINGS.get(phase))) {
            wait = (long) (random.nextDouble() * length(first, phase));
          }
        }
        run.process().waitFor(wait, TimeUnit.NANOSECONDS);
        run.process().destroyForcibly();
        int exit = run.end();
        if (exit == 0 || said(run, "already holds a result")) {
          break;
        }
        assertEquals(137, exit, () -> about + "\n" + String.join("\n", run.lines()));
        kills++;
        where.merge(stage(out, cache), 1, Integer::sum);
      }
      LiveRun last = start(out, cache);
      int exit = last.end();
      assertTrue(
          exit == 0 || said(last, "already holds a result"),
          () -> about + "\n" + String.join("\n", last.lines()));
      assertFalse(said(last, "warning"), () -> about + String.join("\n", last.lines()));
      assertEquals(expected, contents(out), about);
    }
    System.out.println("KillIT: " + kills + " kills in " + chains + " runs, in " + where);
  }

  private static boolean said(LiveRun run, String words) {
    return run.lines().stream().anyMatch(line -> line.contains(words));
  }

  /** Nanoseconds from the beginning of a phase to the next line. */
  private static long length(LiveRun run, int phase) {
    List<String> lines = run.lines();
    for (int i = 0; i + 1 < lines.size(); i++) {
      if (lines.get(i).startsWith(BEGINNINGS.get(phase))) {
        return run.times().get(i + 1) - run.times().get(i);
      }
    }
    throw new AssertionError(BEGINNINGS.get(phase) + " is not said in " + lines);
  }

  /** What a run that ended early was doing, by what it left. */
  private static String stage(Path out, Path cache) throws IOException {
    Path work = out.resolve(".work");
    if (Files.exists(out.resolve("run.json"))) {
      return "6 end";
    } else if (Files.exists(out.resolve("dissection.json"))) {
      return "5 report";
    } else if (Files.exists(out.resolve("relu1/hits.bin"))) {
      return "4 results";
    } else if (Files.exists(work)) {
      boolean layers = list(work).stream().anyMatch(Files::isDirectory);
      return layers ? "3 recording" : "2 begin";
    }
    return Files.exists(cache) && !list(cache).isEmpty() ? "1 atlas" : "0 start";
  }

  private static List<String> failures(LiveRun run) {
    return run.lines().stream().filter(line -> line.startsWith("netdissect: ")).toList();
  }

  /** A run that takes a while in recording. */
  private static List<String> slow(Path out, Path cache) throws IOException {
    Path network = shared.resolve("resnet.onnx");
    if (!Files.exists(network)) {
      TestModels.resnet18(1).write(network);
      SmallData.write(shared.resolve("few"), 24, 9);
    }
    return List.of(
        "run",
        network.toString(),
        "--data",
        shared.resolve("few").toString(),
        "--out",
        out.toString(),
        "--cache",
        cache.toString(),
        "--batch",
        "1",
        "--no-report");
  }

  /** Waits until a file is there; false if the run ends before. */
  private static boolean awaitFile(LiveRun run, Path file) throws InterruptedException {
    while (!Files.exists(file)) {
      if (run.process().waitFor(5, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
    return true;
  }

  @Test
  void aSecondRunIntoTheSameFolderIsRefused() throws Exception {
    Path out = folder.resolve("out");
    List<String> words = slow(out, folder.resolve("cache"));
    LiveRun first = LiveRun.start(words, folder, environment(""), true);
    assertTrue(awaitFile(first, out.resolve(".work/inputs.json")), () -> first.lines().toString());
    // It waits, however fast it is.
    signal(first, "STOP");
    LiveRun second = LiveRun.start(words, folder, environment(""), true);
    assertEquals(1, second.end(), () -> String.join("\n", second.lines()));
    signal(first, "CONT");
    assertEquals(1, failures(second).size(), second.lines().toString());
    String said = failures(second).get(0);
    assertTrue(
        said.contains(" is in use by another run (process " + first.process().pid() + ")"), said);
    assertEquals(0, first.end(), () -> String.join("\n", first.lines()));
    assertFalse(Files.exists(out.resolve(".work")));
  }

  @ParameterizedTest
  @CsvSource({"INT,130", "TERM,143", "HUP,129"})
  void anInterruptedRunSaysHowToGoOn(String signal, int exitCode) throws Exception {
    assumeTrue(canSignal(), "skipped: no env --default-signal here");
    Path whole = shared.resolve("whole");
    Path cache = shared.resolve("cache");
    if (!Files.exists(whole)) {
      LiveRun undisturbed = LiveRun.start(slow(whole, cache), folder, environment(""), true);
      assertEquals(0, undisturbed.end(), () -> String.join("\n", undisturbed.lines()));
    }

    Path out = folder.resolve("out");
    Path here = Files.createDirectories(folder.resolve("here"));
    Path temporary = Files.createDirectories(folder.resolve("temporary"));
    // Signals may be ignored here, as behind nohup, and a process inherits that.
    // TMPDIR is where native code puts temporary files.
    List<String> words =
        new ArrayList<>(List.of("env", "--default-signal=INT,TERM,HUP", "TMPDIR=" + temporary));
    words.addAll(Distribution.command(slow(out, cache)).command());
    LiveRun run = LiveRun.start(words, here, environment("-Djava.io.tmpdir=" + temporary), false);
    assertTrue(awaitFile(run, out.resolve(".work/record.bin")), () -> run.lines().toString());
    long sent = System.nanoTime();
    signal(run, signal);
    assertEquals(exitCode, run.end(), () -> String.join("\n", run.lines()));
    System.out.printf("%s: ended after %.2f s%n", signal, (System.nanoTime() - sent) / 1e9);
    assertEquals(
        List.of("netdissect: interrupted; repeat the command to go on where it was"),
        failures(run));
    assertEquals(List.of(), list(here), "working directory");
    assertEquals(List.of(), list(temporary), "temporary folder");
    assertFalse(Files.exists(out.resolve("dissection.json")));

    LiveRun again = LiveRun.start(slow(out, cache), folder, environment(""), true);
    assertEquals(0, again.end(), () -> String.join("\n", again.lines()));
    assertTrue(Files.readString(out.resolve("run.json")).contains("\"resumed\" : true"));
    assertEquals(contents(whole), contents(out));
  }

  private static void signal(LiveRun run, String signal) throws Exception {
    String pid = Long.toString(run.process().pid());
    assertEquals(0, new ProcessBuilder("kill", "-" + signal, pid).start().waitFor(), signal);
  }

  private static boolean canSignal() throws InterruptedException {
    try {
      return new ProcessBuilder("env", "--default-signal=INT", "true").start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void aFullDiskIsSaidAndTheRunGoesOn() throws Exception {
    Path disk = Files.createDirectories(folder.resolve("disk"));
    assumeTrue(
        mount("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()),
        "skipped: no right to mount a small file system here");
    try {
      LiveRun undisturbed = start(folder.resolve("whole"), folder.resolve("whole-cache"));
      assertEquals(0, undisturbed.end(), () -> String.join("\n", undisturbed.lines()));
      Map<String, Integer> where = new TreeMap<>();
      Path out = disk.resolve("out");
      String off = "-XX:-UsePerfData -Dnetdissect.spaceCheck=false";
      LiveRun refused =
          LiveRun.start(words(out, shared.resolve("cache")), folder, environment(""), true);
      assertEquals(1, refused.end(), () -> String.join("\n", refused.lines()));
      assertTrue(failures(refused).get(0).contains("not enough disk"), refused.lines().toString());
      LiveRun unread =
          LiveRun.start(
              words(folder.resolve("elsewhere"), disk.resolve("cache")),
              folder,
              environment(""),
              true);
      assertEquals(1, unread.end(), () -> String.join("\n", unread.lines()));
      assertTrue(
          failures(unread).get(0).contains("not enough disk: the compiled labels"),
          unread.lines().toString());
      for (int kilobytes = 64; ; kilobytes = kilobytes * 4 / 3) {
        assertTrue(kilobytes < 1 << 20, where.toString());
        assertTrue(mount("mount", "-o", "remount,size=" + kilobytes + "k", disk.toString()));
        LiveRun run =
            LiveRun.start(words(out, disk.resolve("cache")), folder, environment(off), true);
        int exit = run.end();
        if (exit == 0) {
          assertFalse(said(run, "warning"), () -> String.join("\n", run.lines()));
          break;
        }
        String about = kilobytes + " kB: " + String.join("\n", run.lines());
        assertEquals(1, exit, about);
        assertEquals(1, failures(run).size(), about);
        assertTrue(failures(run).get(0).contains("the disk is full"), about);
        boolean atlas = failures(run).get(0).contains("cannot write the atlas");
        where.merge(atlas ? "1 atlas" : stage(out, disk.resolve("cache")), 1, Integer::sum);
      }
      System.out.println("disk full in " + where);
      for (String stage : List.of("1 atlas", "3 recording", "4 results", "5 report")) {
        assertTrue(where.containsKey(stage), where.toString());
      }
      assertEquals(contents(folder.resolve("whole")), contents(out));
    } finally {
      mount("umount", disk.toString());
    }
  }

  private static boolean mount(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** A limit on the length of files, which needs no rights. */
  @Test
  void aFileThatMayNotGrowIsSaidAndTheRunGoesOn() throws Exception {
    assumeTrue(Files.exists(Path.of("/bin/sh")), "skipped: no shell here");
    LiveRun undisturbed = start(folder.resolve("whole"), folder.resolve("whole-cache"));
    assertEquals(0, undisturbed.end(), () -> String.join("\n", undisturbed.lines()));
    Path out = folder.resolve("out");
    Path cache = folder.resolve("cache");
    int failed = 0;
    for (int limit : new int[] {20, 200, 500}) {
      List<String> words =
          new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -f " + limit + "; exec \"$@\"", "sh"));
      words.addAll(Distribution.command(words(out, cache)).command());
      LiveRun run = LiveRun.start(words, folder, environment("-XX:-UsePerfData"), false);
      int exit = run.end();
      if (exit == 0) {
        break;
      }
      String about = limit + ": " + String.join("\n", run.lines());
      assertEquals(1, exit, about);
      assertEquals(1, failures(run).size(), about);
      assertTrue(failures(run).get(0).contains("may not grow"), about);
      failed++;
    }
    assertTrue(failed > 0);
    LiveRun last = start(out, cache);
    int exit = last.end();
    assertTrue(
        exit == 0 || said(last, "already holds a result"), () -> String.join("\n", last.lines()));
    assertEquals(contents(folder.resolve("whole")), contents(out));
  }
}
