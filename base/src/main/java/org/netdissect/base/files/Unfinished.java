package org.netdissect.base.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;

/**
 * A folder that a command is writing. A file in it marks it from the first moment to the last, so
 * that what a kill or a full disk leaves is taken for no data set, and the same command, given
 * again, starts over in it by itself. A folder with anything else in it is never touched.
 */
public final class Unfinished implements Closeable {
  /** The file that marks the folder; it holds the command. */
  public static final String MARK = ".netdissect-unfinished";

  /** What marked it before: the spool of label maps. */
  private static final String SPOOL = ".masks-inc";

  private final Path folder;
  private final WorkLock lock;

  private Unfinished(Path folder, WorkLock lock) {
    this.folder = folder;
    this.lock = lock;
  }

  /** Whether the folder is one that was not finished. */
  public static boolean is(Path folder) {
    return Files.exists(folder.resolve(MARK)) || Files.exists(folder.resolve(SPOOL));
  }

  /** What is said of a folder that was not finished where a data set is expected. */
  public static String complaint(Path folder) {
    return Text.oneLine(folder.toString())
        + " is unfinished: the command that was writing it was stopped, or still runs; give that"
        + " command again, it starts over in the same folder";
  }

  /**
   * Makes the folder, or empties it when it is an unfinished one.
   *
   * @param folder must not exist, be empty, or be unfinished
   * @param command that writes, for people
   * @param writes names of what the command writes into the folder; nothing else is ever deleted
   * @throws DataException when the folder holds something else, or another process writes there
   */
  public static Unfinished begin(Path folder, String command, Set<String> writes)
      throws IOException {
    check(folder, writes);
    Files.createDirectories(folder);
    WorkLock lock = WorkLock.take(folder, folder, Progress.NONE);
    try {
      check(folder, writes);
      mark(folder, command);
      for (String name : writes) {
        Trees.delete(folder.resolve(name));
      }
      return new Unfinished(folder, lock);
    } catch (IOException | RuntimeException e) {
      lock.remove();
      throw e;
    }
  }

  /**
   * Refuses to write into the folder that is read, or around it: what is made anew is emptied
   * first.
   */
  public static void checkApart(Path from, Path to) throws IOException {
    if (Files.exists(to) && from.toRealPath().startsWith(to.toRealPath())) {
      throw new DataException(
          Text.oneLine(to.toString())
              + " holds what is read, "
              + Text.oneLine(from.toString())
              + "; write to another folder");
    }
  }

  private static void check(Path folder, Set<String> writes) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    String named = Text.oneLine(folder.toString());
    if (!Files.isDirectory(folder)) {
      throw new DataException(named + " is no folder; name one that does not exist yet");
    }
    boolean ours = is(folder);
    List<String> known = List.of(MARK, WorkLock.FILE);
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder)) {
      for (Path file : inside) {
        String name = file.getFileName().toString();
        if (!ours && !name.equals(WorkLock.FILE)) {
          throw new DataException(named + " is not empty; delete it or name another folder");
        } else if (ours && !known.contains(name) && !writes.contains(name)) {
          throw new DataException(
              named
                  + " is unfinished and could be made anew, but "
                  + Text.quoted(name)
                  + " in it is of something else; take it away or name another folder");
        }
      }
    }
  }

  /** Marks a folder as unfinished, for who empties it and keeps others away himself. */
  public static void mark(Path folder, String command) throws IOException {
    Files.writeString(folder.resolve(MARK), command + "\n");
  }

  /** Takes the mark off a folder that is whole. */
  public static void unmark(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(MARK));
  }

  /** The folder is whole: takes the mark away. */
  public void finish() throws IOException {
    unmark(folder);
  }

  /** Lets others in. Without {@link #finish} the folder stays unfinished. */
  @Override
  public void close() throws IOException {
    lock.remove();
  }
}
