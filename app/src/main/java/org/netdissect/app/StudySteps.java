package org.netdissect.app;

import java.io.IOException;
import java.util.List;
import org.netdissect.lab.study.StepEngine;

/**
 * Does, from the words of {@code netdissect study}, steps of it in another process: a cluster's
 * processes are told what to do in the words of the one who asked.
 */
public final class StudySteps {
  private StudySteps() {}

  /**
   * Does a step, if it is not done.
   *
   * @param words as given to {@link StepEngine.Provider#open}
   * @param threads for it
   * @throws IOException with one clear line if it fails
   */
  public static void run(List<String> words, String step, int threads) throws IOException {
    Netdissect.parsed(words, "study", StudyCommand.class).step(step, threads);
  }
}
