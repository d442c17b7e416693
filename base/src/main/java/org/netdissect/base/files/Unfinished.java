package org.netdissect.base.files;

import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;

/**
 * A folder that a command is writing. A file in it marks it from the first moment to the last, so
 * that what a kill or a full disk leaves is taken for no data set, and the same command, given
 * again, starts over in it by itself. The mark lists each file before it is written: only those are
 * ever deleted, and a folder with anything else in it, however deep, is never touched.
 */
public final class Unfinished implements Closeable {
  /** The file that marks the folder: the command, then a line for each file it has begun. */
  public static final String MARK = ".netdissect-unfinished";

  /** What marked it before: the spool of label maps. */
  private static final String SPOOL = ".masks-inc";

  private final Path folder;
  private final WorkLock lock;
  private final BufferedWriter journal;

  private Unfinished(Path folder, WorkLock lock) throws IOException {
    this.folder = folder;
    this.lock = lock;
    this.journal =
        Files.newBufferedWriter(
            folder.resolve(MARK), StandardCharsets.UTF_8, StandardOpenOption.APPEND);
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

  /** The command that was writing the folder; blank when it is not marked. */
  public static String command(Path folder) throws IOException {
    List<String> lines = markOf(folder);
    return lines.isEmpty() ? "" : lines.get(0);
  }

  private static List<String> markOf(Path folder) throws IOException {
    Path mark = folder.resolve(MARK);
    return Files.isRegularFile(mark, LinkOption.NOFOLLOW_LINKS)
        ? new String(Files.readAllBytes(mark), StandardCharsets.UTF_8).lines().toList()
        : List.of();
  }

  /**
   * Makes the folder, or empties it when the same command left it unfinished.
   *
   * @param folder must not exist, be empty, or be unfinished
   * @param command that writes, for people; one line
   * @throws DataException when the folder holds something else, or another process writes there
   */
  public static Unfinished begin(Path folder, String command) throws IOException {
    filesToReplace(folder, command);
    Files.createDirectories(folder);
    WorkLock lock = WorkLock.take(folder, folder, Progress.NONE);
    try {
      for (Path file : filesToReplace(folder, command)) {
        Files.delete(file);
        deleteEmptyAround(file, folder);
      }
      mark(folder, command); // now that what the old mark lists is gone
      return new Unfinished(folder, lock);
    } catch (IOException | RuntimeException e) {
      lock.remove();
      throw e;
    }
  }

  private static void deleteEmptyAround(Path file, Path folder) throws IOException {
    try {
      for (Path at = file.getParent(); at != null && !at.equals(folder); at = at.getParent()) {
        Files.delete(at);
      }
    } catch (DirectoryNotEmptyException e) {
      // Something is left to delete in it.
    }
  }

  /** Notes that a file is about to be written: it may be deleted when the command starts over. */
  public synchronized void writing(Path file) throws IOException {
    journal.write(line(folder, file));
    journal.write('\n');
    journal.flush();
  }

  /** Notes that a file is about to be written by {@link WholeFile}. */
  public void writingWhole(Path file) throws IOException {
    writing(file);
    writing(file.resolveSibling(file.getFileName() + ".next"));
  }

  /** The line of a file in the mark. */
  private static String line(Path folder, Path file) {
    return folder
        .toAbsolutePath()
        .normalize()
        .relativize(file.toAbsolutePath().normalize())
        .toString()
        .replace("\\", "\\\\")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
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

  /** The files that the command has left in the folder; refuses when there are any others. */
  private static List<Path> filesToReplace(Path folder, String command) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    String named = Text.oneLine(folder.toString());
    if (!Files.isDirectory(folder)) {
      throw new DataException(named + " is no folder; name one that does not exist yet");
    }
    boolean marked = Files.exists(folder.resolve(MARK), LinkOption.NOFOLLOW_LINKS);
    if (!marked) {
      checkEmpty(folder, named);
      return List.of();
    }
    List<String> mark = markOf(folder);
    checkCommand(named, mark, command);
    return listed(
        folder, named, new HashSet<>(mark.subList(Math.min(1, mark.size()), mark.size())));
  }

  /**
   * For who goes on with what a kill leaves, instead of starting over, and keeps others away
   * himself: makes the folder and marks it.
   *
   * @param folder must not exist, be empty, or be what the same command left unfinished
   * @throws DataException when it holds something else
   */
  public static void goOn(Path folder, String command) throws IOException {
    if (Files.exists(folder.resolve(MARK), LinkOption.NOFOLLOW_LINKS)) {
      checkCommand(Text.oneLine(folder.toString()), markOf(folder), command);
      return;
    }
    filesToReplace(folder, command);
    Files.createDirectories(folder);
    mark(folder, command);
  }

  private static void checkCommand(String named, List<String> mark, String command)
      throws DataException {
    if (!mark.isEmpty() && !mark.get(0).equals(command)) {
      throw new DataException(
          named
              + " is unfinished, and another command was writing it, "
              + Text.quoted(mark.get(0))
              + "; give that one again, delete the folder or name another");
    }
  }

  private static void checkEmpty(Path folder, String named) throws IOException {
    try (Stream<Path> inside = Files.list(folder)) {
      if (inside.anyMatch(file -> !file.equals(folder.resolve(WorkLock.FILE)))) {
        throw new DataException(named + " is not empty; delete it or name another folder");
      }
    }
  }

  private static List<Path> listed(Path folder, String named, Set<String> lines)
      throws IOException {
    List<Path> own = new ArrayList<>();
    Set<Path> kept = Set.of(folder.resolve(MARK), folder.resolve(WorkLock.FILE));
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (kept.contains(file)) {
              return FileVisitResult.CONTINUE;
            }
            String line = line(folder, file);
            if (!attributes.isRegularFile() || !lines.contains(line)) {
              throw new DataException(
                  named
                      + " is unfinished and could be made anew, but "
                      + Text.quoted(folder.relativize(file).toString())
                      + " in it is of something else; take it away or name another folder");
            }
            own.add(file);
            return FileVisitResult.CONTINUE;
          }
        });
    return own;
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
    journal.close();
    unmark(folder);
  }

  /** Lets others in. Without {@link #finish} the folder stays unfinished. */
  @Override
  public void close() throws IOException {
    try (journal) {
      lock.remove();
    }
  }
}
