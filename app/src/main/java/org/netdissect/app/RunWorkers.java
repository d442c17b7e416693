package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.netdissect.dissection.PartEngine;
import org.netdissect.dissection.PartWorker;

/**
 * Makes, from the words of {@code netdissect run}, what does parts of it in another process: a
 * cluster's processes are told what to do in the words of the one who asked.
 */
public final class RunWorkers {
  private RunWorkers() {}

  /**
   * Opens the data and the network.
   *
   * @param words as given to {@link PartEngine.Provider#open}
   * @param folder for what this process records, on a disk of its own; whoever gives it removes it
   * @param machine that it is on, for people
   * @throws IOException with one clear line if something is not as the one who asked has it
   */
  public static PartWorker open(List<String> words, Path folder, String machine)
      throws IOException {
    return Netdissect.parsed(words, "run", RunCommand.class).worker(folder, machine);
  }
}
