package org.netdissect.dissection;

import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.netdissect.base.Progress;

/**
 * Does the parts of a measurement elsewhere: in other processes or on other machines, which reach
 * the data, the model and the result folder under the same names. The result does not depend on it.
 */
public interface PartEngine extends Closeable {
  /** Into how many parts the images are to be split; more than there are images are not made. */
  int parts();

  /** How many processes there are at the moment, each with a disk of its own. */
  default int processes() {
    return 1;
  }

  /** Told of tasks by the thread that waits for all of them. */
  @FunctionalInterface
  interface Listener<R> {
    /**
     * A task is done; said of each once.
     *
     * @param task its place among those that were asked for
     */
    void done(int task, R found) throws IOException;

    /**
     * A task is under way; said now and then, perhaps of several attempts in turn.
     *
     * @param units of its work that are done, of those that a {@link PartTask} tells of
     */
    default void underWay(int task, long units) {}
  }

  /**
   * Does some tasks, each at least once; one that fails with its process is done again. They are
   * begun in their order.
   *
   * @param stage what they do, for people
   * @throws IOException with the one clear line of a task that failed for a reason of its own, or
   *     what the listener threw; no task is begun any more then
   */
  <R extends Serializable> void run(
      String stage, List<? extends PartTask<R>> tasks, Listener<? super R> listener)
      throws IOException;

  /**
   * Bytes that were sent to and fro for its tasks so far, and that these read from and wrote to the
   * folder of all parts.
   */
  default long moved() {
    return 0;
  }

  /**
   * Ends it while another thread waits for tasks, which waits for ever then: the process is about
   * to end. Nothing is left on disks of its own.
   */
  default void abandon() {}

  /** Finds engines by the address that people type; looked up as a service. */
  interface Provider {
    /**
     * Starts an engine.
     *
     * @param master address of the cluster
     * @param parts into which the images are to be split; 0 for what suits the cluster
     * @param command arguments of {@code netdissect run}, from which each process makes its {@link
     *     PartWorker}
     */
    PartEngine open(String master, int parts, List<String> command, Progress progress)
        throws IOException;
  }
}
