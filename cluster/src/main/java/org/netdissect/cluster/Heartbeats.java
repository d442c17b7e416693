package org.netdissect.cluster;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import scala.Tuple4;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Hears from the heartbeats of executors how far the tasks of a stage are. */
final class Heartbeats extends SparkListener {
  /** Told of a task. */
  @FunctionalInterface
  interface Told {
    void of(int task, long units);
  }

  private final long accumulator;
  private final Told told;

  /** The place of a task's attempt among all of its stage. */
  private final Map<Long, Integer> tasks = new ConcurrentHashMap<>();

  /**
   * A listener of one stage.
   *
   * @param accumulator number of the one that its tasks add units of their work to
   */
  Heartbeats(long accumulator, Told told) {
    this.accumulator = accumulator;
    this.told = told;
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart start) {
    tasks.put(start.taskInfo().taskId(), start.taskInfo().index());
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    for (Tuple4<Object, Object, Object, Seq<AccumulableInfo>> attempt :
        CollectionConverters.asJava(update.accumUpdates())) {
      Integer task = tasks.get((Long) attempt._1());
      for (AccumulableInfo info : CollectionConverters.asJava(attempt._4())) {
        if (task != null
            && info.id() == accumulator
            && info.update().isDefined()
            && info.update().get() instanceof Long units) {
          told.of(task, units);
        }
      }
    }
  }
}
