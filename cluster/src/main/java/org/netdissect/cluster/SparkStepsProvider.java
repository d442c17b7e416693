package org.netdissect.cluster;

import java.io.IOException;
import java.util.List;
import org.netdissect.base.Progress;
import org.netdissect.lab.study.StepEngine;

/** Starts Spark for {@code netdissect study --master}; found as a service. */
public final class SparkStepsProvider implements StepEngine.Provider {
  @Override
  public StepEngine open(String master, List<String> command, Progress progress)
      throws IOException {
    return SparkEngineProvider.withSpark(() -> SparkSteps.start(master, command, progress));
  }
}
