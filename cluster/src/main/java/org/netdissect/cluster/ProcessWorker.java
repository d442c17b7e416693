package org.netdissect.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;
import org.netdissect.app.RunWorkers;
import org.netdissect.base.files.ScratchFolder;
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
      Path folder = folder();
      System.setProperty(ScratchFolder.PROPERTY, folder.resolve("scratch").toString());
      String machine = SparkEnv.get().blockManager().blockManagerId().host();
      worker = RunWorkers.open(command, folder, machine);
      opened = List.copyOf(command);
    }
    return worker;
  }

  /** A folder on one of this executor's own disks. Spark removes it with the application. */
  private static Path folder() {
    File[] disks = SparkEnv.get().blockManager().diskBlockManager().localDirs();
    int disk = Math.floorMod(SparkEnv.get().executorId().hashCode(), disks.length);
    return disks[disk].toPath().resolve("netdissect");
  }
}
