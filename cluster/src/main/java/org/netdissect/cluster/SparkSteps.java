package org.netdissect.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.Success$;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.netdissect.app.StudySteps;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;
import org.netdissect.lab.study.StepEngine;

/** Does steps of a study with Spark, each in one task. */
final class SparkSteps implements StepEngine {
  private final SparkEngine engine;
  private final List<String> command;

  private SparkSteps(SparkEngine engine, List<String> command) {
    this.engine = engine;
    this.command = new ArrayList<>(command);
  }

  /**
   * Connects to a cluster.
   *
   * @throws NetdissectException if there is no such master
   */
  static SparkSteps start(String master, List<String> command, Progress progress)
      throws NetdissectException {
    // A step writes into the study's folder: never two at once the same.
    System.setProperty("spark.speculation", "false");
    return new SparkSteps(SparkEngine.start(master, 1, command, progress), command);
  }

  @Override
  public void run(String stage, List<String> steps, Progress.Phase phase) throws IOException {
    List<String> words = command;
    engine.cores();
    engine.requireAlive();
    Ended ended = new Ended(phase);
    engine.spark().addSparkListener(ended);
    engine.spark().setCallSite(stage);
    engine.spark().setJobDescription("netdissect: " + stage);
    List<String> failures;
    try {
      failures =
          new JavaSparkContext(engine.spark())
              .parallelize(new ArrayList<>(steps), steps.size())
              .map(step -> failure(words, step))
              .collect();
    } catch (Exception e) {
      engine.restIfAbandoned();
      // Spark throws what its interface does not tell.
      throw SparkEngine.failure("do all steps of " + stage, e);
    } finally {
      engine.spark().removeSparkListener(ended);
    }
    for (String failure : failures) {
      if (!failure.isEmpty()) {
        throw new NetdissectException(failure);
      }
    }
  }

  /** Does a step; gives why it failed, or nothing. Doing it again elsewhere would not mend it. */
  private static String failure(List<String> words, String step) throws IOException {
    try {
      StudySteps.run(words, step, TaskContext.get().cpus());
      return "";
    } catch (NetdissectException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Override
  public void abandon() {
    engine.abandon();
  }

  @Override
  public void close() {
    engine.close();
  }

  /** Counts steps that have ended. */
  private static final class Ended extends SparkListener {
    private final Progress.Phase phase;

    Ended(Progress.Phase phase) {
      this.phase = phase;
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      if (end.reason().equals(Success$.MODULE$)) {
        phase.advance(1);
      }
    }
  }
}
