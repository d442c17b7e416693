package org.netdissect.base.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;

/**
 * Keeps other runs away from a result folder while one works there. The operating system gives the
 * lock back when the process ends, however it ends; the file that stays behind means nothing.
 *
 * <p>On a drive without locks the run goes on with a warning: refusing would keep people from
 * working on some network drives. Where the system's locks do not reach, a {@link WorkMark} stands
 * in for the lock.
 */
public final class WorkLock implements Closeable {
  public static final String FILE = "lock";

  /** Beyond the text of the file, which stays readable where locks keep readers out. */
  private static final long POSITION = 1L << 32;

  /** Folders that this process holds: closing any channel to a file may give its lock back. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final Path key;

  /** What is held: closing it gives it back. */
  private final Closeable held;

  private boolean isClosed;

  private WorkLock(Path file, Path key, Closeable held) {
    this.file = file;
    this.key = key;
    this.held = held;
  }

  /** How a file is locked; tests put others in its place. */
  @FunctionalInterface
  public interface Locker {
    /** The lock, or null if another process has it. */
    @Nullable FileLock tryLock(FileChannel channel) throws IOException;
  }

  public static WorkLock take(Path folder, Path work, Progress progress) throws IOException {
    return take(folder, work, progress, channel -> channel.tryLock(POSITION, 1, false));
  }

  public static WorkLock take(Path folder, Path work, Progress progress, Locker locker)
      throws IOException {
    Path file = work.resolve(FILE);
    Path key = work.toRealPath();
    if (!HELD.add(key)) {
      throw inUse(folder, " of this process");
    }
    try {
      if (!TypedPath.isLocal(work)) {
        Files.createDirectories(work);
        WorkMark mark = WorkMark.take(file, folder, progress);
        if (mark == null) {
          throw inUse(folder, "");
        }
        return new WorkLock(file, key, mark);
      }
      while (true) {
        Files.createDirectories(work);
        FileChannel channel =
            FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
          Object before = fileKey(file);
          if (!lock(channel, folder, locker, progress)) {
            throw inUse(folder, holder(channel));
          }
          // A run that has just ended may have removed the file that was opened.
          if (Objects.equals(before, fileKey(file)) && Files.exists(file)) {
            String text = "process " + ProcessHandle.current().pid();
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
            return new WorkLock(file, key, channel);
          }
          channel.close();
        } catch (IOException | RuntimeException e) {
          channel.close();
          throw e;
        }
      }
    } catch (IOException | RuntimeException e) {
      HELD.remove(key);
      throw e;
    }
  }

  private static boolean lock(FileChannel channel, Path folder, Locker locker, Progress progress) {
    try {
      return locker.tryLock(channel) != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException | UnsupportedOperationException e) {
      progress.warn(
          "the file system of "
              + folder
              + " knows no locks ("
              + e.getMessage()
              + "): make sure that no other run writes there");
      return true;
    }
  }

  private static @Nullable Object fileKey(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Who holds the lock, as far as the file tells. */
  private static String holder(FileChannel channel) {
    ByteBuffer text = ByteBuffer.allocate(40);
    try {
      channel.read(text, 0);
    } catch (IOException e) {
      return "";
    }
    String who = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
    return who.matches("process [0-9]{1,20}") ? " (" + who + ")" : "";
  }

  private static NetdissectException inUse(Path folder, String who) {
    return new NetdissectException(
        folder + " is in use by another run" + who + "; wait for it or choose another --out");
  }

  /** Gives the lock back and removes its file. */
  public void remove() throws IOException {
    try {
      // Before the lock is given back: who opened the file meanwhile will see that it is gone.
      Files.deleteIfExists(file);
    } finally {
      close();
    }
  }

  @Override
  public void close() throws IOException {
    if (!isClosed) {
      isClosed = true;
      HELD.remove(key);
      held.close();
    }
  }
}
