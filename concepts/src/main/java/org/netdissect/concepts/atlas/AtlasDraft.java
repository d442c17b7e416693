package org.netdissect.concepts.atlas;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.CacheFolder;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.files.ScratchFolder;
import org.netdissect.base.files.Trees;
import org.netdissect.base.files.TypedPath;
import org.netdissect.base.files.WholeFile;

/**
 * An atlas that is being written, under another name beside its place, its journal, and a folder of
 * parts if some are compiled elsewhere. A process that finds one which nobody holds any more goes
 * on with it; the system forgets the lock with the process. Where there are no locks, each process
 * begins its own. An atlas whose place is no disk of this machine is written on one, but for its
 * parts, and stored when it is whole.
 */
final class AtlasDraft implements Closeable {
  private static final String SUFFIX = ".tmp";
  private static final String JOURNAL = ".journal";
  private static final String PARTS = ".parts";

  /** Parts that are being removed, where no late process finds a folder to write to. */
  private static final String REMOVED = ".removed";

  private static final Duration ABANDONED = Duration.ofHours(24);

  /** Between making a file and locking it. */
  private static final Duration UNLOCKED = Duration.ofSeconds(10);

  /** Drafts of this process: looking at the lock of one may give it up. */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final Path atlas;
  private final FileChannel channel;
  private final @Nullable AtlasJournal journal;
  private boolean keep;

  private AtlasDraft(Path file, Path atlas, FileChannel channel, @Nullable AtlasJournal journal) {
    this.file = file;
    this.atlas = atlas;
    this.channel = channel;
    this.journal = journal;
  }

  /**
   * The draft of an atlas, of this process alone.
   *
   * @param atlas where it is to stand; its folder exists
   * @param anew whether to begin anew even where there is something to go on with
   */
  static AtlasDraft take(Path atlas, byte[] stamp, int rows, boolean anew) throws IOException {
    Path local = local(atlas);
    Files.createDirectories(local.getParent());
    AtlasDraft draft = null;
    for (Path file : left(local)) {
      if (draft == null && !anew) {
        draft = adopt(file, atlas, stamp, rows);
        if (draft != null) {
          continue;
        }
      }
      removeAbandoned(file, atlas);
    }
    return draft != null ? draft : create(local, atlas, stamp, rows);
  }

  /** Beside which file an atlas is written. */
  private static Path local(Path atlas) throws IOException {
    if (TypedPath.isLocal(atlas)) {
      return atlas;
    }
    Path folder;
    try {
      folder = CacheFolder.get();
    } catch (NetdissectException e) {
      // No home.
      folder = ScratchFolder.get();
    }
    return folder.toAbsolutePath().resolve(atlas.getFileName().toString());
  }

  /** Drafts in the folder, the most advanced first; what has lost its draft is removed. */
  private static List<Path> left(Path atlas) {
    Path folder = atlas.getParent();
    List<Path> drafts = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            folder,
            atlas.getFileName()
                + "-*{"
                + String.join(",", SUFFIX, JOURNAL, PARTS, REMOVED)
                + "}")) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.endsWith(SUFFIX)) {
          drafts.add(file);
        } else if (!Files.exists(
            file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + SUFFIX))) {
          Trees.delete(file);
        }
      }
    } catch (IOException e) {
      // Nothing to go on with, then; the next compilation tries again.
    }
    // Asked once each, since those of other processes grow.
    Map<Path, Long> advanced = new HashMap<>();
    drafts.forEach(
        draft ->
            advanced.put(draft, journalOf(draft).toFile().length() + bytes(beside(draft, PARTS))));
    drafts.sort(Comparator.comparing(advanced::get, Comparator.reverseOrder()));
    return drafts;
  }

  /** Bytes of drafts that stand in the folder already. */
  static long bytesLeft(Path atlas) throws IOException {
    return left(local(atlas)).stream()
        .mapToLong(draft -> draft.toFile().length() + bytes(beside(draft, PARTS)))
        .sum();
  }

  private static long bytes(Path folder) {
    try {
      return Files.exists(folder) ? Trees.bytes(folder) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private static Path journalOf(Path draft) {
    return beside(draft, JOURNAL);
  }

  private static Path beside(Path draft, String suffix) {
    return draft.resolveSibling(name(draft, suffix));
  }

  private static String name(Path draft, String suffix) {
    String name = draft.getFileName().toString();
    return name.substring(0, name.length() - SUFFIX.length()) + suffix;
  }

  /** Removes all that belongs to a draft but for itself. */
  private static void removeBeside(Path draft, Path atlas) throws IOException {
    Files.deleteIfExists(journalOf(draft));
    // Parts lie where all reach them.
    Path parts = atlas.resolveSibling(name(draft, PARTS));
    Path removed = atlas.resolveSibling(name(draft, REMOVED));
    Trees.delete(removed);
    if (Files.exists(parts)) {
      Files.move(parts, removed);
      Trees.delete(removed);
    }
  }

  private static AtlasDraft create(Path local, Path atlas, byte[] stamp, int rows)
      throws IOException {
    Path file =
        Files.createTempFile(
            local.getParent(),
            local.getFileName() + "-" + ProcessHandle.current().pid() + "-",
            SUFFIX);
    HELD.add(file);
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      lock(channel);
      return new AtlasDraft(
          file, atlas, channel, AtlasJournal.create(journalOf(file), stamp, rows));
    } catch (IOException | RuntimeException e) {
      release(file, channel);
      Files.deleteIfExists(journalOf(file));
      Files.deleteIfExists(file);
      throw e;
    }
  }

  /** The draft that a process left, or null when it cannot be gone on with. */
  private static @Nullable AtlasDraft adopt(Path file, Path atlas, byte[] stamp, int rows) {
    if (!HELD.add(file)) {
      return null;
    }
    FileChannel channel = null;
    AtlasDraft draft = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      // Its process may just have moved it into place, and then given its lock back.
      if (lock(channel) != null && Files.exists(file)) {
        AtlasJournal journal =
            Files.exists(journalOf(file)) ? AtlasJournal.open(journalOf(file), stamp, rows) : null;
        if (journal != null || isWhole(channel, stamp)) {
          draft = new AtlasDraft(file, atlas, channel, journal);
        }
      }
    } catch (IOException e) {
      // Nothing to go on with.
    } finally {
      if (draft == null) {
        release(file, channel);
      }
    }
    return draft;
  }

  /** A process that was killed on its last step leaves an atlas without a journal. */
  private static boolean isWhole(FileChannel channel, byte[] stamp) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(AtlasFile.HEADER_BYTES);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, bytes.position()) < 0) {
        return false;
      }
    }
    AtlasFile.Header header = AtlasFile.Header.decode(bytes, channel.size());
    return header != null && Arrays.equals(header.stamp, stamp);
  }

  /** Removes what a killed process left behind: a file that nobody holds any more. */
  private static void removeAbandoned(Path file, Path atlas) {
    if (HELD.contains(file)) {
      return;
    }
    try {
      Instant now = Instant.now();
      Instant written = Files.getLastModifiedTime(file).toInstant();
      if (written.isBefore(now.minus(ABANDONED))
          || (written.isBefore(now.minus(UNLOCKED)) && isFree(file))) {
        removeBeside(file, atlas);
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // Not ours to insist on: the next compilation tries again.
    }
  }

  private static boolean isFree(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return lock(channel) != null;
    }
  }

  /** Tells other processes that somebody writes here; null when somebody else does. */
  private static @Nullable FileLock lock(FileChannel channel) {
    try {
      return channel.tryLock();
    } catch (IOException | OverlappingFileLockException e) {
      return null;
    }
  }

  private static void release(Path file, @Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // Nothing was written through it that counts.
    } finally {
      HELD.remove(file);
    }
  }

  FileChannel channel() {
    return channel;
  }

  /** Null when the draft is a whole atlas that only needs to be moved into place. */
  @Nullable AtlasJournal journal() {
    return journal;
  }

  /** Folder for parts that are compiled elsewhere; made by whoever needs it. */
  Path parts() {
    return atlas.resolveSibling(name(file, PARTS));
  }

  /** Should this process fail, another is to go on from here. */
  void keep() {
    keep = true;
  }

  /**
   * Moves the finished atlas into place. The lock is held meanwhile: nobody may take for a draft
   * what has become the atlas.
   */
  void moveIntoPlace() throws IOException {
    if (journal != null) {
      journal.close();
    }
    removeBeside(file, atlas);
    if (TypedPath.isLocal(atlas)) {
      WholeFile.place(file, atlas);
      keep = true;
    } else {
      WholeFile.write(atlas, next -> Files.copy(file, next, StandardCopyOption.REPLACE_EXISTING));
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (journal != null) {
        journal.close();
      }
      if (!keep) {
        removeBeside(file, atlas);
        Files.deleteIfExists(file);
      }
    } finally {
      release(file, channel);
    }
  }
}
