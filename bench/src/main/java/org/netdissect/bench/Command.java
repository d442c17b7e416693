package org.netdissect.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The built command in a process of its own. */
final class Command {
  private Command() {}

  /** The words that start it. */
  static String program() {
    return Path.of(System.getProperty("netdissect.home"), "bin", "netdissect").toString();
  }

  /**
   * Runs it.
   *
   * @param words what stands behind the program's name, with spaces between
   * @return what it said on its standard output
   * @throws IllegalStateException when it fails
   */
  static String run(String words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(program());
    command.addAll(List.of(words.split(" ")));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IllegalStateException("exit code " + exit + " of netdissect " + words);
    }
    return said;
  }
}
