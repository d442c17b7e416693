package org.netdissect.app;

import java.util.ServiceLoader;
import org.netdissect.dissection.PartEngine;
import org.netdissect.lab.study.StepEngine;

/** What does the work of {@code --master}, where it is part of this copy. */
final class Engines {
  private Engines() {}

  /** Starts what does the parts of a run. */
  static PartEngine.Provider parts() {
    return first(PartEngine.Provider.class);
  }

  /** Starts what does the steps of a study. */
  static StepEngine.Provider steps() {
    return first(StepEngine.Provider.class);
  }

  private static <T> T first(Class<T> provider) {
    return ServiceLoader.load(provider)
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "--master needs Apache Spark and netdissect-cluster.jar, which 'mvn -Pcluster"
                        + " -DskipTests package' builds: spark-submit netdissect-cluster.jar run …"
                        + " (docs/cluster.md)"));
  }
}
