package org.netdissect.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.netdissect.base.files.Trees;

/**
 * The long forms of what {@link StandaloneClusterTest} tries, on a cluster of three workers.
 *
 * <p>Usage: {@code bench/cluster same|workers|drivers|scaling|moved [name=number]…}. {@code same}
 * runs 1, 2, 7 and 64 parts under each convention, in any order and twice at once. {@code workers}
 * kills a worker at a random moment of each of {@code times=20} runs, {@code drivers} the command
 * at one of {@code times=10}, which is then repeated: of the stages ({@link RunStage}) in turn,
 * from {@code first=0} on. {@code seed=1} is that of the moments. {@code scaling} and {@code moved}
 * are {@link ClusterScaling}.
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
      if (what.equals("moved")) {
        ClusterScaling.moved(folder);
        return;
      }
      ClusterTrials trials = new ClusterTrials(folder);
      try {
        int seed = number(arguments, "seed", 1);
        int first = number(arguments, "first", 0);
        switch (what) {
          case "same" -> trials.same();
          case "workers" -> trials.workers(number(arguments, "times", 20), seed, first);
          case "drivers" -> trials.drivers(number(arguments, "times", 10), seed, first);
          default -> throw new IllegalArgumentException("same, workers, drivers, scaling or moved");
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
        TestRuns.assertSame(whole, there);
        cluster.assertNothingLeft();
        print("%s, %s parts: the same", convention, parts);
      }
    }
  }

  /** Dissects in one, and on the cluster; gives how long each stage takes there, in nanoseconds. */
  private Map<RunStage, Long> prepare() throws Exception {
    runs.here(runs.recorded(here, "exact"));
    Path there = folder.resolve("there");
    Process driver = start(there, folder.resolve("there.txt"));
    Map<RunStage, Long> took = new EnumMap<>(RunStage.class);
    long last = System.nanoTime();
    while (driver.isAlive()) {
      RunStage stage = RunStage.of(there);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
      long now = System.nanoTime();
      took.merge(stage, now - last, Long::sum);
      last = now;
    }
    TestRuns.assertSame(here, there);
    took.forEach((stage, nanos) -> print("undisturbed, %s: %.1f s", stage, nanos / 1e9));
    return took;
  }

  private Process start(Path out, Path said) throws IOException {
    List<String> words = new ArrayList<>(runs.recorded(out, "exact"));
    words.addAll(List.of("--master", cluster.address(), "--parts", "30"));
    return JavaProcess.netdissect(cluster.driver(), words, said);
  }

  /** A moment within a stage, drawn anew for each kill; the stages take turns. */
  private static final class Moments {
    private static final List<RunStage> STAGES =
        List.of(
            RunStage.LABELS, RunStage.RECORD, RunStage.THRESHOLDS, RunStage.TALLY, RunStage.MERGE);

    private final Map<RunStage, Long> took;
    private final Random random;
    private final Map<RunStage, Integer> hit = new EnumMap<>(RunStage.class);

    /** Share of each stage's time that moments are drawn from; less where some came too late. */
    private final Map<RunStage, Double> share = new EnumMap<>(RunStage.class);

    private int drawn;

    /**
     * Moments.
     *
     * @param took how long each stage takes, in nanoseconds
     * @param first number of the stage that they begin with
     */
    Moments(Map<RunStage, Long> took, int seed, int first) {
      this.took = took;
      random = new Random(seed);
      drawn = first;
    }

    /** Waits for the next one; gives the stage that it fell into. */
    RunStage await(Process driver, Path out) throws IOException {
      RunStage stage = STAGES.get(drawn % STAGES.size());
      TestCluster.await(
          () -> !driver.isAlive() || RunStage.of(out).compareTo(stage) >= 0, "no " + stage);
      double of = share.getOrDefault(stage, 1.0) * took.getOrDefault(stage, 0L);
      LockSupport.parkNanos((long) (random.nextDouble() * of));
      RunStage fell = driver.isAlive() ? RunStage.of(out) : RunStage.OVER;
      if (fell == RunStage.OVER) {
        // The same stage once more.
        share.merge(stage, 0.5, (before, half) -> before * half);
      } else {
        hit.merge(fell, 1, Integer::sum);
        drawn++;
      }
      return fell;
    }

    void say() {
      print("kills by stage: %s", hit);
    }
  }

  private static String named(RunStage stage) {
    return stage == RunStage.OVER ? "too late, which does not count" : stage.toString();
  }

  private void workers(int times, int seed, int first) throws Exception {
    Moments moments = new Moments(prepare(), seed, first);
    Random random = new Random(seed);
    for (int t = 0, run = 0; t < times; run++) {
      Path out = folder.resolve("worker" + run);
      Path said = folder.resolve("worker" + run + ".txt");
      int worker = random.nextInt(3);
      Process driver = start(out, said);
      RunStage stage = moments.await(driver, out);
      cluster.killWorker(worker);
      cluster.addWorker();
      if (!driver.waitFor(10, TimeUnit.MINUTES) || driver.exitValue() != 0) {
        throw new AssertionError(Files.readString(said) + cluster.logs());
      }
      TestRuns.assertSame(here, out);
      cluster.assertNothingLeft();
      Trees.delete(out);
      t += stage == RunStage.OVER ? 0 : 1;
      print("seed %d, kill %d: worker %d killed, %s: the same", seed, t, worker, named(stage));
    }
    moments.say();
  }

  private void drivers(int times, int seed, int first) throws Exception {
    Moments moments = new Moments(prepare(), seed, first);
    for (int t = 0, run = 0; t < times; run++) {
      Path out = folder.resolve("driver" + run);
      Path said = folder.resolve("driver" + run + ".txt");
      Process driver = start(out, said);
      RunStage stage = moments.await(driver, out);
      driver.destroyForcibly();
      boolean failed = driver.waitFor() != 0;
      // Where the result stands, it may not have tidied up.
      boolean isWhole = RunStage.of(out) == RunStage.OVER && Files.notExists(out.resolve(".work"));
      if (failed && !isWhole) {
        cluster.run(List.of(), runs.recorded(out, "exact"), "--parts", "30");
      }
      TestRuns.assertSame(here, out);
      cluster.assertNothingLeft();
      Trees.delete(out);
      t += stage == RunStage.OVER ? 0 : 1;
      print("seed %d, kill %d: driver killed, %s: the same", seed, t, named(stage));
    }
    moments.say();
  }
}
