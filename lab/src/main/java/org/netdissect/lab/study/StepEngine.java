package org.netdissect.lab.study;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.netdissect.base.Progress;

/**
 * Does steps of a study elsewhere, several at once: in other processes or on other machines, which
 * reach the study's files under the same names.
 */
public interface StepEngine extends Closeable {
  /**
   * Does some steps that do not need each other ({@link StudyRun#step}).
   *
   * @param stage what they do, for people
   * @param steps their names
   * @param phase advances by one with each step that is done
   * @throws IOException with the one clear line of a step that failed
   */
  void run(String stage, List<String> steps, Progress.Phase phase) throws IOException;

  /**
   * Ends it while another thread waits for steps, which waits for ever then: the process is about
   * to end. Nothing is left on disks of its own.
   */
  default void abandon() {}

  /** Finds engines by the address that people type; looked up as a service. */
  interface Provider {
    /**
     * Starts an engine.
     *
     * @param master address of the cluster
     * @param command arguments of {@code netdissect study}, which tell each process what to do
     */
    StepEngine open(String master, List<String> command, Progress progress) throws IOException;
  }
}
