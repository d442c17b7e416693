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
  /** How many tasks it does at once. */
  int slots();

  /** Into how many parts the images are to be split; more than there are images are not made. */
  int parts();

  /**
   * Does some tasks, each at least once; one that fails with its process is done again.
   *
   * @param stage what they do, for people
   * @return what they found, in their order
   * @throws IOException with the one clear line of a task that failed for a reason of its own
   */
  <R extends Serializable> List<R> run(String stage, List<? extends PartTask<R>> tasks)
      throws IOException;

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
