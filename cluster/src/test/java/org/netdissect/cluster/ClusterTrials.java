package org.netdissect.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.netdissect.base.files.Trees;

/**
 * The long forms of what {@link StandaloneClusterTest} tries, on a cluster of three workers.
 *
 * <p>Usage: {@code bench/cluster same|workers|drivers|scaling [name=number]…}. {@code same} runs 1,
 * 2, 7 and 64 parts under each convention, in any order and twice at once. {@code workers} kills a
 * worker at random moments of {@code times=20} runs, {@code drivers} the command at random moments
 * of {@code times=10}, which is then repeated. {@code seed=1} is that of the moments. {@code
 * scaling} is {@link ClusterScaling}.
 */
public final class ClusterTrials {
  /** Tasks in any order, most of them done twice at once. */
  static final List<String> UNSTEADY =
      List.of(
          "-Dnetdissect.shuffleParts=7",
          "-Dspark.speculation.quantile=0.1",
          "-Dspark.speculation.multiplier=1.01",
          "-Dspark.speculation.interval=20ms",
          "-Dspark.speculation.minTaskRuntime=1ms");

  private static final int IMAGES = 130;

  private final Path folder;
  private final TestCluster cluster;
  private final TestRuns runs;
  private final Path here;

  private ClusterTrials(Path folder) throws Exception {
    this.folder = folder;
    cluster = TestCluster.start(folder.resolve("cluster"), 3);
    runs = new TestRuns(folder.resolve("runs"), IMAGES);
    here = folder.resolve("here");
  }

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    String what = arguments.length == 0 ? "" : arguments[0];
    Path folder = Files.createTempDirectory("netdissect-cluster");
    try {
      if (what.equals("scaling")) {
        ClusterScaling.measure(folder, number(arguments, "images", 1600));
        return;
      }
      ClusterTrials trials = new ClusterTrials(folder);
      try {
        int seed = number(arguments, "seed", 1);
        switch (what) {
          case "same" -> trials.same();
          case "workers" -> trials.workers(number(arguments, "times", 20), seed);
          case "drivers" -> trials.drivers(number(arguments, "times", 10), seed);
          default -> throw new IllegalArgumentException("same, workers, drivers or scaling");
        }
      } finally {
        trials.cluster.close();
      }
    } finally {
      Trees.delete(folder);
    }
  }

  private static int number(String[] arguments, String name, int otherwise) {
    for (String argument : arguments) {
      if (argument.startsWith(name + "=")) {
        return Integer.parseInt(argument.substring(name.length() + 1));
      }
    }
    return otherwise;
  }

  static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  private void same() throws Exception {
    for (String convention : List.of("exact", "paper", "lite")) {
      Path whole = folder.resolve(convention);
      runs.here(runs.recorded(whole, convention));
      for (String parts : List.of("1", "2", "7", "64")) {
        Path there = folder.resolve(convention + parts);
        cluster.run(UNSTEADY, runs.recorded(there, convention), "--parts", parts);
        JavaProcess.assertSameFolders(whole, there);
        cluster.assertNothingLeft();
        print("%s, %s parts: the same", convention, parts);
      }
    }
  }

  /** The folder of all in one, and how long a run on the cluster takes, in nanoseconds. */
  private long prepare() throws Exception {
    runs.here(runs.recorded(here, "exact"));
    Path there = folder.resolve("there");
    long start = System.nanoTime();
    cluster.run(List.of(), runs.recorded(there, "exact"), "--parts", "30");
    long took = System.nanoTime() - start;
    JavaProcess.assertSameFolders(here, there);
    print("undisturbed: %.1f s", took / 1e9);
    return took;
  }

  private Process start(Path out, Path said) throws IOException {
    List<String> words = new ArrayList<>(runs.recorded(out, "exact"));
    words.addAll(List.of("--master", cluster.address(), "--parts", "30"));
    return JavaProcess.netdissect(cluster.driver(), words, said);
  }

  private void workers(int times, int seed) throws Exception {
    long took = prepare();
    Random random = new Random(seed);
    for (int t = 0; t < times; t++) {
      Path out = folder.resolve("worker" + t);
      Path said = folder.resolve("worker" + t + ".txt");
      long moment = (long) (random.nextDouble() * took);
      int worker = random.nextInt(3);
      Process driver = start(out, said);
      boolean isOver = driver.waitFor(moment, TimeUnit.NANOSECONDS);
      String stage = stage(out);
      cluster.killWorker(worker);
      cluster.addWorker();
      if (!driver.waitFor(10, TimeUnit.MINUTES) || driver.exitValue() != 0) {
        throw new AssertionError(Files.readString(said) + cluster.logs());
      }
      JavaProcess.assertSameFolders(here, out);
      Trees.delete(out);
      print(
          "seed %d, kill %d: worker killed after %.1f s, %s: the same",
          seed, t + 1, moment / 1e9, isOver ? "which was too late" : stage);
    }
  }

  private void drivers(int times, int seed) throws Exception {
    long took = prepare();
    Random random = new Random(seed);
    for (int t = 0; t < times; t++) {
      Path out = folder.resolve("driver" + t);
      Path said = folder.resolve("driver" + t + ".txt");
      long moment = (long) (random.nextDouble() * took);
      Process driver = start(out, said);
      boolean isOver = driver.waitFor(moment, TimeUnit.NANOSECONDS);
      String stage = stage(out);
      driver.destroyForcibly();
      driver.waitFor();
      if (!isOver) {
        cluster.run(List.of(), runs.recorded(out, "exact"), "--parts", "30");
      }
      JavaProcess.assertSameFolders(here, out);
      cluster.assertNothingLeft();
      Trees.delete(out);
      print(
          "seed %d, kill %d: driver killed after %.1f s, %s: the same",
          seed, t + 1, moment / 1e9, isOver ? "which was too late" : stage);
    }
  }

  /** How far a run has come. */
  private static String stage(Path out) throws IOException {
    return holds(out, "tally-")
        ? "while it tallied"
        : holds(out, "cuts")
            ? "with thresholds"
            : holds(out, "part-") ? "while it recorded" : "before it recorded";
  }

  /** Whether a run that is under way has a file whose name begins so. */
  static boolean holds(Path out, String name) throws IOException {
    Path work = out.resolve(".work");
    if (!Files.isDirectory(work)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(work, 2)) {
      return files.anyMatch(
          file ->
              file.getFileName().toString().startsWith(name)
                  && file.getFileName().toString().endsWith(".bin"));
    } catch (UncheckedIOException | NoSuchFileException e) {
      // It has just ended.
      return false;
    }
  }
}
