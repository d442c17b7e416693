package org.netdissect.cluster;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.SparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.util.LongAccumulator;
import org.netdissect.dissection.PartTask;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction0;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * Tasks under way, each a partition of one stage. What comes of them is taken one by one, as they
 * end; what is still under way when this is closed is given up.
 */
final class SparkJob implements AutoCloseable {
  /** Something that is told of a task. */
  sealed interface Event permits Ended, UnderWay {}

  /**
   * A task has ended.
   *
   * @param task its place among all
   */
  record Ended(int task, Outcome outcome) implements Event {}

  /**
   * A task is under way.
   *
   * @param task its place among all
   * @param units of its work that are done
   */
  record UnderWay(int task, long units) implements Event {}

  private final SparkContext spark;
  private final BlockingQueue<Event> events;
  private final Heartbeats heartbeats;
  private final SimpleFutureAction<Object> action;

  private SparkJob(
      SparkContext spark,
      BlockingQueue<Event> events,
      Heartbeats heartbeats,
      SimpleFutureAction<Object> action) {
    this.spark = spark;
    this.events = events;
    this.heartbeats = heartbeats;
    this.action = action;
  }

  /**
   * Submits tasks.
   *
   * @param places by task, which executor should do it; empty where that does not matter
   * @param command from which the executors open what they need
   */
  static SparkJob submit(
      SparkContext spark,
      List<? extends PartTask<?>> tasks,
      List<String> places,
      List<String> command) {
    List<Tuple2<PartTask<?>, Seq<String>>> placed = new ArrayList<>();
    List<Object> numbers = new ArrayList<>();
    for (int t = 0; t < tasks.size(); t++) {
      List<String> place = places.get(t).isEmpty() ? List.of() : List.of(places.get(t));
      placed.add(new Tuple2<>(tasks.get(t), seq(place)));
      numbers.add(t);
    }
    ClassTag<PartTask<?>> tag = ClassTag$.MODULE$.apply(PartTask.class);
    RDD<PartTask<?>> partitions = spark.makeRDD(seq(placed), tag);
    BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    LongAccumulator units = spark.longAccumulator("done");
    Heartbeats heartbeats =
        new Heartbeats(units.id(), (task, done) -> events.add(new UnderWay(task, done)));
    spark.addSparkListener(heartbeats);
    SimpleFutureAction<Object> action =
        spark.submitJob(
            partitions, new Work(command, units), seq(numbers), new Taken(events), new Nothing());
    return new SparkJob(spark, events, heartbeats, action);
  }

  private static <T> Seq<T> seq(List<T> list) {
    return CollectionConverters.asScala(list).toSeq();
  }

  /** What an executor does with a partition. */
  private static final class Work extends AbstractFunction1<Iterator<PartTask<?>>, Outcome>
      implements Serializable {
    private static final long serialVersionUID = 1;

    private final ArrayList<String> command;
    private final LongAccumulator units;

    Work(List<String> command, LongAccumulator units) {
      this.command = new ArrayList<>(command);
      this.units = units;
    }

    @Override
    public Outcome apply(Iterator<PartTask<?>> partition) {
      try {
        return Outcome.of(partition.next(), command, units::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Takes what comes of a task; on a thread of Spark, which must not be held up. */
  private static final class Taken extends AbstractFunction2<Object, Outcome, BoxedUnit> {
    private final BlockingQueue<Event> events;

    Taken(BlockingQueue<Event> events) {
      this.events = events;
    }

    @Override
    public BoxedUnit apply(Object task, Outcome outcome) {
      events.add(new Ended((Integer) task, outcome));
      return BoxedUnit.UNIT;
    }
  }

  /** What comes of the whole. */
  private static final class Nothing extends AbstractFunction0<Object> {
    @Override
    public Object apply() {
      return BoxedUnit.UNIT;
    }
  }

  /**
   * What is told next.
   *
   * @throws Exception of Spark, if a task failed for good
   */
  Event next() throws Exception {
    while (true) {
      boolean isOver = action.isCompleted();
      Event next = isOver ? events.poll() : events.poll(200, TimeUnit.MILLISECONDS);
      if (next != null) {
        return next;
      }
      if (isOver) {
        throw failure();
      }
    }
  }

  /** Why it is over although tasks are missing. */
  private Exception failure() {
    try {
      action.get();
      return new IllegalStateException("tasks are missing");
    } catch (Exception e) {
      // Spark throws what its interface does not tell.
      return e;
    }
  }

  @Override
  public void close() {
    spark.removeSparkListener(heartbeats);
    if (!action.isCompleted()) {
      action.cancel();
    }
  }
}
