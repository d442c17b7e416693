package org.netdissect.base.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;

/**
 * A lock for file systems without locks: a file that is written again every few seconds by the
 * process that works. One that stays as it is for longer was left by a process that was killed, and
 * is taken over. No clocks are compared.
 *
 * <p>It keeps two runs apart, not every two: one that is held up for longer than the time allowed
 * finds its place taken when it goes on, and says so.
 */
final class WorkMark implements Closeable {
  /**
   * How long things take.
   *
   * @param beat between two times that the file is written
   * @param patience as long unchanged, it is a dead process's
   */
  record Pace(Duration beat, Duration patience) {
    static final Pace USUAL = new Pace(Duration.ofSeconds(3), Duration.ofSeconds(20));
  }

  private final Path file;
  private final String own = UUID.randomUUID().toString();
  private final Progress progress;
  private final ScheduledExecutorService beats =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "work-mark");
            thread.setDaemon(true);
            return thread;
          });

  /** How often it was written; −1 when it is not held any more. */
  private long count;

  private WorkMark(Path file, Progress progress) {
    this.file = file;
    this.progress = progress;
  }

  /**
   * Takes the mark; waits to see whether one that is there is left from a dead process.
   *
   * @param file the mark
   * @param folder that it guards, as people named it
   * @return null if another process lives that holds it
   */
  static @Nullable WorkMark take(Path file, Path folder, Progress progress) throws IOException {
    return take(file, folder, progress, Pace.USUAL);
  }

  static @Nullable WorkMark take(Path file, Path folder, Progress progress, Pace pace)
      throws IOException {
    WorkMark mark = new WorkMark(file, progress);
    boolean isTaken = false;
    try {
      isTaken = mark.begin(folder, pace);
    } finally {
      if (!isTaken) {
        mark.beats.shutdownNow();
      }
    }
    if (!isTaken) {
      return null;
    }
    long nanos = pace.beat().toNanos();
    Future<?> unused =
        mark.beats.scheduleWithFixedDelay(mark::beat, nanos, nanos, TimeUnit.NANOSECONDS);
    return mark;
  }

  private boolean begin(Path folder, Pace pace) throws IOException {
    boolean isSaid = false;
    while (true) {
      try {
        Files.write(file, text(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return true;
      } catch (FileAlreadyExistsException e) {
        if (!isSaid) {
          progress.say(
              "another run worked in " + folder + "; looking for some seconds whether it lives");
          isSaid = true;
        }
      }
      String before = read();
      if (before == null) {
        continue;
      }
      if (!staysSo(before, pace.patience())) {
        // Changed, or given back.
        if (read() == null) {
          continue;
        }
        return false;
      }
      // Whoever takes it over at the same time writes over this, or finds it.
      write();
      return staysSo(new String(text(), StandardCharsets.US_ASCII), pace.beat());
    }
  }

  /** Whether the file stays as it is for so long. */
  private boolean staysSo(String text, Duration time) throws IOException {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      LockSupport.parkNanos(Math.min(time.toNanos() / 10, TimeUnit.SECONDS.toNanos(1)));
      if (!text.equals(read())) {
        return false;
      }
    }
    return true;
  }

  private byte[] text() {
    return (own + " " + count).getBytes(StandardCharsets.US_ASCII);
  }

  private void write() throws IOException {
    Files.write(file, text());
  }

  private @Nullable String read() throws IOException {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.US_ASCII);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private boolean isOwn() throws IOException {
    String text = read();
    return text != null && text.startsWith(own);
  }

  private synchronized void beat() {
    if (count < 0) {
      return;
    }
    try {
      if (isOwn()) {
        count++;
        write();
      } else {
        count = -1;
        progress.warn(
            file.getParent()
                + " was taken over by another run: this one was held up for too long; stop one of"
                + " them");
      }
    } catch (IOException e) {
      // The next may find the file system again.
    }
  }

  @Override
  public void close() throws IOException {
    beats.shutdownNow();
    synchronized (this) {
      if (count >= 0 && isOwn()) {
        Files.deleteIfExists(file);
      }
      count = -1;
    }
  }
}
