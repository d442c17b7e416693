package org.netdissect.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command while it runs: what it has said so far, line by line. */
final class LiveRun {
  private final Process process;
  private final List<String> lines = new ArrayList<>();
  private final List<Long> times = new ArrayList<>();
  private final Thread reader;
  private final long began = System.nanoTime();
  private boolean ended;

  private LiveRun(Process process) {
    this.process = process;
    reader =
        new Thread(
            () -> {
              try (BufferedReader out = process.inputReader()) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                  synchronized (this) {
                    lines.add(line);
                    times.add(System.nanoTime() - began);
                    notifyAll();
                  }
                }
              } catch (IOException e) {
                // The process is gone.
              }
              synchronized (this) {
                ended = true;
                notifyAll();
              }
            });
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts a command in a folder; both of its outputs are read. */
  static LiveRun start(
      List<String> command, Path folder, Map<String, String> environment, boolean script)
      throws IOException {
    ProcessBuilder builder = script ? Distribution.command(command) : new ProcessBuilder(command);
    builder.environment().putAll(Distribution.command(List.of()).environment());
    builder.environment().putAll(environment);
    return new LiveRun(builder.directory(folder.toFile()).redirectErrorStream(true).start());
  }

  Process process() {
    return process;
  }

  /**
   * Waits for a line that begins so.
   *
   * @return false if the process ended before
   */
  synchronized boolean await(String beginning) throws InterruptedException {
    int seen = 0;
    while (true) {
      for (; seen < lines.size(); seen++) {
        if (lines.get(seen).startsWith(beginning)) {
          return true;
        }
      }
      if (ended) {
        return false;
      }
      wait();
    }
  }

  /** Nanoseconds from the start to each line. */
  synchronized List<Long> times() {
    return List.copyOf(times);
  }

  synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  /** Waits for the end; everything said is then in {@link #lines}. */
  int end() throws InterruptedException {
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException("no end after five minutes: " + lines());
    }
    reader.join();
    return process.exitValue();
  }
}
