package org.netdissect.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Java processes with the class path of the tests. */
final class JavaProcess {
  private JavaProcess() {}

  /** Starts a program. */
  static Process start(
      String program,
      List<String> options,
      Map<String, String> environment,
      List<String> arguments,
      Path said)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    // What Spark asks of Java.
    line.add("@" + Path.of("java.options").toAbsolutePath());
    line.addAll(options);
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), program));
    line.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().putAll(environment);
    return builder.redirectErrorStream(true).redirectOutput(said.toFile()).start();
  }

  /** Starts the command in a process of its own. */
  static Process netdissect(List<String> options, List<String> arguments, Path said)
      throws IOException {
    return start("org.netdissect.app.Netdissect", options, Map.of(), arguments, said);
  }

  /** Runs the command in a process of its own; gives what it says. */
  static String netdissect(
      Path folder, int code, String words, List<String> options, List<String> arguments)
      throws Exception {
    Path said = Files.createTempFile(folder, "said", ".txt");
    Process process = netdissect(options, arguments, said);
    boolean isOver = process.waitFor(20, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertTrue(isOver, () -> "it does not end: " + arguments);
    String text = Files.readString(said, StandardCharsets.UTF_8);
    assertEquals(code, process.exitValue(), text);
    assertTrue(text.contains(words), text);
    return text;
  }

  /**
   * Seconds of processor that a process of Linux and those of its children that have ended took.
   *
   * @param process number, or "self"
   */
  static double processorSeconds(String process) throws IOException {
    String stat = Files.readString(Path.of("/proc", process, "stat"));
    String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = 0;
    for (int i = 11; i < 15; i++) {
      ticks += Long.parseLong(words[i]);
    }
    return ticks / 100.0;
  }

  /** All files the same but for the times of the run. */
  static void assertSameFolders(Path one, Path other) throws IOException {
    List<Path> files = files(one);
    assertEquals(files, files(other));
    for (Path file : files) {
      if (!file.endsWith("run.json")) {
        assertArrayEquals(
            Files.readAllBytes(one.resolve(file)),
            Files.readAllBytes(other.resolve(file)),
            file.toString());
      }
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).map(folder::relativize).sorted().toList();
    }
  }
}
