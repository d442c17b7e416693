package org.netdissect.app;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How many threads a command takes. */
final class WorkersOption {
  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads. Default: the number of cores. The result does not depend on it.")
  private @Nullable Integer workers;

  /** The number asked for, or one a core. */
  int workers() {
    if (workers != null && workers < 1) {
      throw new UsageException("--workers must be at least 1");
    }
    return workers != null ? workers : Runtime.getRuntime().availableProcessors();
  }
}
