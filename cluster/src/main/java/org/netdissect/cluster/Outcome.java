package org.netdissect.cluster;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.files.BadFileException;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.TypedPath;
import org.netdissect.dissection.PartTask;
import org.netdissect.dissection.PartWorker;

/**
 * What came of a task. A failure that doing it again elsewhere would not mend travels as a value,
 * so that Spark does not try; all others are Spark's.
 *
 * @param found null if it failed
 * @param failure the one line that tells why; null if it did not fail
 * @param damaged the file of ours that is; null if none is
 * @param place the executor that did it, as Spark names one that a task should go to
 * @param moved bytes of shared files that were read and written for it
 */
record Outcome(
    @Nullable Serializable found,
    @Nullable String failure,
    @Nullable String damaged,
    String place,
    long moved)
    implements Serializable {

  /** An executor, as Spark names one that a task should go to. */
  static String place(String host, String executor) {
    return "executor_" + host + "_" + executor;
  }

  /**
   * Does a task in this process.
   *
   * @param told how many units of its work more are done
   */
  static Outcome of(PartTask<?> task, List<String> command, LongConsumer told) throws IOException {
    String executor = SparkEnv.get().executorId();
    String host = SparkEnv.get().blockManager().blockManagerId().host();
    String place = place(host, executor);
    try {
      PartWorker worker = ProcessWorker.of(command);
      Serializable found = task.run(worker, told);
      return new Outcome(found, null, null, place, worker.takeMoved());
    } catch (BadFileException e) {
      return new Outcome(null, e.getMessage(), Objects.toString(e.file(), null), place, 0);
    } catch (NetdissectException e) {
      return new Outcome(null, e.getMessage(), null, place, 0);
    }
  }

  /**
   * What the task found.
   *
   * @throws NetdissectException if it failed, as it did there
   */
  Serializable get() throws NetdissectException {
    if (damaged != null) {
      throw new DamagedException(TypedPath.of(damaged), Objects.toString(failure), null);
    }
    if (failure != null) {
      throw new NetdissectException(failure);
    }
    return Objects.requireNonNull(found);
  }
}
