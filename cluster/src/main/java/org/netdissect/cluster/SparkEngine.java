package org.netdissect.cluster;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;
import org.netdissect.dissection.PartEngine;
import org.netdissect.dissection.PartTask;

/**
 * Does tasks with Spark. A task whose process is lost is done again by Spark, and a slow one may be
 * done twice: tasks allow for both.
 */
final class SparkEngine implements PartEngine {
  /** Parts for each core where no number is given, so that the last ones end about together. */
  private static final int PARTS_A_CORE = 3;

  private final JavaSparkContext spark;
  private final int parts;
  private final List<String> command;

  private SparkEngine(JavaSparkContext spark, int parts, List<String> command) {
    this.spark = spark;
    this.parts = parts;
    this.command = new ArrayList<>(command);
  }

  /**
   * Connects to a cluster. What {@code spark-submit} or properties {@code spark.*} set is kept.
   *
   * @param parts 0 for three a core
   * @throws NetdissectException if there is no such master, or it has no room
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
    // Names of files are meant as where the command was given.
    conf.setIfMissing(
        "spark.executor.extraJavaOptions", "\"-Duser.dir=" + System.getProperty("user.dir") + "\"");
    JavaSparkContext spark;
    try {
      spark = new JavaSparkContext(conf);
    } catch (Exception e) {
      // Spark throws what its interface does not tell.
      throw new NetdissectException("no Spark at " + master + ": " + e.getMessage(), e);
    }
    spark.setLogLevel("ERROR");
    int cores = spark.defaultParallelism();
    progress.say("Spark " + spark.version() + " at " + master + ", " + cores + " cores");
    return new SparkEngine(spark, parts > 0 ? parts : PARTS_A_CORE * cores, command);
  }

  @Override
  public int slots() {
    return spark.defaultParallelism();
  }

  @Override
  public int parts() {
    return parts;
  }

  @Override
  public <R extends Serializable> List<R> run(String stage, List<? extends PartTask<R>> tasks)
      throws IOException {
    List<String> words = new ArrayList<>(command);
    List<PartTask<R>> sent = new ArrayList<>(tasks);
    spark.setJobDescription("netdissect: " + stage);
    List<Outcome> outcomes;
    try {
      outcomes =
          spark.parallelize(sent, sent.size()).map(task -> Outcome.of(task, words)).collect();
    } catch (Exception e) {
      // Spark throws what its interface does not tell.
      throw failure(stage, e);
    }
    List<R> found = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      @SuppressWarnings("unchecked") // The task says what it finds.
      R of = (R) outcome.get();
      found.add(of);
    }
    return found;
  }

  private static NetdissectException failure(String stage, Exception e) {
    String why = Objects.toString(e.getMessage(), e.getClass().getSimpleName());
    String told = e instanceof SparkException ? why.lines().findFirst().orElse(why) : why;
    return new NetdissectException("Spark could not " + stage + ": " + told, e);
  }

  @Override
  public void close() {
    spark.close();
  }
}
