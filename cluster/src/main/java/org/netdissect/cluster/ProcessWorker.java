package org.netdissect.cluster;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.app.RunWorkers;
import org.netdissect.dissection.PartWorker;

/**
 * The data and the network that this process holds open for the run that it works for. They stay
 * open as long as it lives, which is as long as the run.
 */
final class ProcessWorker {
  private static @Nullable List<String> opened;
  private static @Nullable PartWorker worker;

  private ProcessWorker() {}

  /** That of a run; opened by the first task that asks. */
  static synchronized PartWorker of(List<String> command) throws IOException {
    if (worker == null || !command.equals(opened)) {
      worker = RunWorkers.open(command);
      opened = List.copyOf(command);
    }
    return worker;
  }
}
