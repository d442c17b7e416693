package org.netdissect.cluster;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.apache.spark.SparkFiles;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;
import org.netdissect.base.files.Trees;
import org.netdissect.base.files.TypedPath;
import org.netdissect.dissection.PartEngine;
import org.netdissect.dissection.PartTask;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Does tasks with Spark. A task whose process is lost is done again by Spark, and a slow one may be
 * done twice: tasks allow for both.
 */
final class SparkEngine implements PartEngine {
  /**
   * Parts for each core where no number is given: a small one, and three, so that the last ones end
   * about together.
   */
  private static final int PARTS_A_CORE = 4;

  /** Workers come one by one; when none has come for so long, those that are there are counted. */
  private static final long SETTLED = TimeUnit.SECONDS.toNanos(1);

  /** Without a worker for so long, something is said. */
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(15);

  private final SparkContext spark;
  private final String master;
  private final List<String> command;
  private final Progress progress;
  private final Moved moved = new Moved();
  private volatile boolean abandoned;

  /** 0 until cores are counted, if no number is given. */
  private int parts;

  /** Of the executors that are there; 0 until they are counted. */
  private int cores;

  /** By part, which executor did its last task. */
  private final Map<Integer, String> places = new ConcurrentHashMap<>();

  private SparkEngine(
      SparkContext spark, String master, int parts, List<String> command, Progress progress) {
    this.spark = spark;
    this.master = master;
    this.parts = parts;
    this.progress = progress;
    this.command = new ArrayList<>(command);
    spark.addSparkListener(moved);
  }

  /**
   * Begins to connect to a cluster. What {@code spark-submit} or properties {@code spark.*} set is
   * kept.
   *
   * @param parts 0 for four a core
   * @param progress told of the cluster once it is there
   * @throws NetdissectException if there is no such master
   */
  static SparkEngine start(String master, int parts, List<String> command, Progress progress)
      throws NetdissectException {
    SparkConf conf = new SparkConf().setMaster(master).setIfMissing("spark.app.name", "netdissect");
    if (master.startsWith("local")) {
      // Nobody else has business with a process of one's own.
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      conf.setIfMissing("spark.driver.host", "127.0.0.1");
      conf.setIfMissing("spark.ui.enabled", "false");
    }
    // Tasks may be done twice, so whoever is slow need not be waited for.
    conf.setIfMissing("spark.speculation", "true");
    // To wait for the process that has a part costs less than to record the part again; any other
    // on its machine is as good as one elsewhere.
    conf.setIfMissing("spark.locality.wait.process", "20s");
    conf.setIfMissing("spark.locality.wait.node", "0s");
    // How often executors tell how far they are.
    conf.setIfMissing("spark.executor.heartbeatInterval", "3s");
    // What tasks find is taken one by one and not kept.
    conf.setIfMissing("spark.driver.maxResultSize", "0");
    // Names of files are meant as where the command was given.
    conf.setExecutorEnv(TypedPath.FOLDER, System.getProperty("user.dir"));
    // The network's runtime writes nothing about itself and sends nothing.
    conf.setExecutorEnv("ORT_DISABLE_TELEMETRY", "1");
    SparkContext spark;
    try {
      spark = new SparkContext(conf);
    } catch (Exception e) {
      // Spark throws what its interface does not tell.
      throw new NetdissectException("no Spark at " + master + ": " + e.getMessage(), e);
    }
    spark.setLogLevel("ERROR");
    return new SparkEngine(spark, master, parts, command, progress);
  }

  /** Waits for the first executors; gives how many cores those have that are there then. */
  synchronized int cores() {
    if (cores == 0) {
      cores = settled();
      // Otherwise the first tasks say what is wrong.
      if (!spark.isStopped()) {
        progress.say("Spark " + spark.version() + " at " + master + ", " + cores + " cores");
      }
    }
    return cores;
  }

  private int settled() {
    long start = System.nanoTime();
    long since = start;
    boolean isSaid = false;
    int found = 0;
    while (!spark.isStopped() && (found == 0 || System.nanoTime() - since < SETTLED)) {
      int now = 0;
      for (ExecutorSummary executor : executors(spark)) {
        now += executor.totalCores();
      }
      if (now != found) {
        found = now;
        since = System.nanoTime();
      }
      if (spark.isLocal() && found > 0) {
        return found;
      }
      if (found == 0 && !isSaid && System.nanoTime() - start > PATIENCE) {
        isSaid = true;
        progress.warn("no worker of " + master + " has room yet; waiting");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
    restIfAbandoned();
    return Math.max(1, found);
  }

  SparkContext spark() {
    return spark;
  }

  @Override
  public synchronized int parts() {
    int there = cores();
    parts = parts > 0 ? parts : PARTS_A_CORE * there;
    return parts;
  }

  @Override
  public int processes() {
    long executors =
        executors(spark).stream().filter(executor -> executor.totalCores() > 0).count();
    return (int) Math.max(1, executors);
  }

  @Override
  public long moved() {
    return moved.bytes();
  }

  @Override
  public <R extends Serializable> void run(
      String stage, List<? extends PartTask<R>> tasks, Listener<? super R> listener)
      throws IOException {
    if (tasks.isEmpty()) {
      return;
    }
    requireAlive();
    int[] order = order(tasks.size());
    Set<String> alive = alive();
    List<PartTask<R>> sent = new ArrayList<>();
    List<String> preferred = new ArrayList<>();
    for (int t : order) {
      sent.add(tasks.get(t));
      String place = places.getOrDefault(tasks.get(t).part(), "");
      // Spark would wait for one that is gone.
      preferred.add(alive.contains(place) ? place : "");
    }
    spark.setCallSite(stage);
    spark.setJobDescription("netdissect: " + stage);
    try (SparkJob job = SparkJob.submit(spark, sent, preferred, command)) {
      for (int left = sent.size(); left > 0; ) {
        SparkJob.Event event = job.next();
        if (event instanceof SparkJob.Ended ended) {
          left--;
          places.put(sent.get(ended.task()).part(), ended.outcome().place());
          moved.add(ended.outcome().moved());
          @SuppressWarnings("unchecked") // The task says what it finds.
          R found = (R) ended.outcome().get();
          listener.done(order[ended.task()], found);
        } else if (event instanceof SparkJob.UnderWay task) {
          listener.underWay(order[task.task()], task.units());
        }
      }
    } catch (IOException e) {
      restIfAbandoned();
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(stage, e);
    } catch (Exception e) {
      restIfAbandoned();
      // Spark throws what its interface does not tell.
      throw failure(stage, e);
    }
  }

  /** Makes sure that there is a cluster; Spark would tell of its own inside. */
  void requireAlive() throws NetdissectException {
    restIfAbandoned();
    if (spark.isStopped()) {
      throw new NetdissectException(
          "no Spark at " + master + ": nobody answers there, or the cluster has ended this run");
    }
  }

  /** What fails since it is abandoned is no failure to tell of. */
  void restIfAbandoned() {
    while (abandoned) {
      LockSupport.park();
    }
  }

  @Override
  public void abandon() {
    abandoned = true;
    Path folder = Path.of(SparkFiles.getRootDirectory()).toAbsolutePath().getParent();
    spark.stop();
    try {
      // Otherwise Spark removes it as the process exits; this one will be halted.
      if (folder != null && folder.getFileName().toString().startsWith("spark-")) {
        Trees.delete(folder);
      }
    } catch (IOException e) {
      // There is nobody left to tell.
    }
  }

  /** The executors that are there, as {@link Outcome#place} names them. */
  private Set<String> alive() {
    Set<String> alive = new HashSet<>();
    for (ExecutorSummary executor : executors(spark)) {
      // The port is told a little later than the host.
      String host = executor.hostPort().replaceFirst(":\\d+$", "");
      alive.add(Outcome.place(host, executor.id()));
    }
    return alive;
  }

  private static List<ExecutorSummary> executors(SparkContext spark) {
    return CollectionConverters.asJava(spark.statusStore().executorList(true));
  }

  /** The order in which tasks are begun: theirs, unless a test wants another. */
  private static int[] order(int tasks) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, tasks).boxed().toList());
    Long seed = Long.getLong("netdissect.shuffleParts");
    if (seed != null) {
      Collections.shuffle(order, new Random(seed));
    }
    return order.stream().mapToInt(task -> task).toArray();
  }

  static NetdissectException failure(String stage, Exception e) {
    Throwable from = e;
    while (from.getCause() != null
        && Objects.toString(from.getMessage(), "").startsWith("Exception thrown in awaitResult")) {
      from = from.getCause();
    }
    String why = Objects.toString(from.getMessage(), from.getClass().getSimpleName());
    String told = from instanceof SparkException ? why.lines().findFirst().orElse(why) : why;
    // Behind the numbers of Spark's task stands what it failed with.
    int cause = told.contains("most recent failure") ? told.lastIndexOf("): ") : -1;
    told = cause < 0 ? told : told.substring(cause + 3);
    return new NetdissectException("Spark could not " + stage + ": " + told, e);
  }

  @Override
  public void close() {
    spark.stop();
  }
}
