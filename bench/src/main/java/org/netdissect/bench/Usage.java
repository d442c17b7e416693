package org.netdissect.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What a process uses, watched from a thread, as Linux tells it in /proc: the peak of its anonymous
 * memory (RssAnon: neither the pages of mapped files nor of shared libraries) and its processor
 * time. Elsewhere all numbers are 0.
 */
public final class Usage implements AutoCloseable {
  private static final long EVERY_MILLIS = 20;

  /** Clock ticks a second in /proc/PID/stat; 100 on every Linux of today. */
  private static final double TICKS = 100;

  private final Path folder;
  private final Thread thread;
  private volatile boolean ended;
  private volatile long peakBytes;
  private volatile double cpuSeconds;

  private Usage(long pid) {
    folder = Path.of("/proc", Long.toString(pid));
    thread =
        new Thread(
            () -> {
              while (!ended && look()) {
                try {
                  TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
                } catch (InterruptedException e) {
                  return;
                }
              }
            },
            "usage");
    thread.setDaemon(true);
    thread.start();
  }

  /** Watches a process until {@link #close}. */
  public static Usage of(long pid) {
    return new Usage(pid);
  }

  private synchronized boolean look() {
    try {
      for (String line : Files.readAllLines(folder.resolve("status"))) {
        if (line.startsWith("RssAnon:")) {
          String number = line.replaceAll("\\D", "");
          peakBytes = Math.max(peakBytes, 1024 * Long.parseLong(number));
        }
      }
      String stat = Files.readString(folder.resolve("stat"));
      List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
      cpuSeconds = (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / TICKS;
      return true;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /** Largest RssAnon seen, bytes. */
  public long peakBytes() {
    return peakBytes;
  }

  /** Processor time used so far, of all threads, user and system. */
  public double cpuSeconds() {
    return cpuSeconds;
  }

  /** The peak for people. */
  public String peak() {
    return String.format(Locale.ROOT, "%.2f GiB", peakBytes / (double) (1L << 30));
  }

  @Override
  public void close() {
    look();
    ended = true;
  }
}
