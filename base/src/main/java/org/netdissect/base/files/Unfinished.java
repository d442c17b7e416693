package org.netdissect.base.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;

/**
 * A folder that a command is writing. A file in it marks it from the first moment to the last, so
 * that what a kill or a full disk leaves is taken for no data set, and the same command, given
 * again, starts over in it by itself. The mark lists each file before it is written: only those are
 * ever deleted, and a folder with anything else in it, however deep, is never touched. What file
 * managers leave wherever they look ({@code .DS_Store}, {@code Thumbs.db}) is passed over.
 *
 * <p>A folder that may be written anew even when it is whole keeps the list afterwards ({@link
 * #finishReplaceable}).
 */
public final class Unfinished implements Closeable {
  /** The file that marks the folder: the command, then a line for each file it has begun. */
  public static final String MARK = ".netdissect-unfinished";

  /** The same list in a folder that is whole and may be replaced by the command. */
  public static final String LIST = ".netdissect-files";

  /** What marked it before: the spool of label maps. */
  private static final String SPOOL = ".masks-inc";

  /** Files of file managers and file systems, in lower case. */
  private static final Set<String> OF_SYSTEMS =
      Set.of(".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".directory", ".localized");

  private final Path folder;
  private final WorkLock lock;
  private final FileChannel journal;

  private Unfinished(Path folder, WorkLock lock) throws IOException {
    this.folder = folder;
    this.lock = lock;
    this.journal =
        FileChannel.open(folder.resolve(MARK), StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  /** Whether the folder is one that was not finished. */
  public static boolean is(Path folder) {
    return Files.exists(folder.resolve(MARK)) || Files.exists(folder.resolve(SPOOL));
  }

  /** The command that was writing a folder which was not finished; empty if it did not say. */
  public static String command(Path folder) throws IOException {
    List<String> lines = linesOf(folder.resolve(MARK));
    return lines.isEmpty() ? "" : lines.get(0);
  }

  /** What is said of a folder that was not finished where a data set is expected. */
  public static String complaint(Path folder) {
    if (!Files.exists(folder.resolve(MARK))) {
      return Text.oneLine(folder.toString())
          + " is unfinished, as an older version left it; delete it and give the command that was"
          + " writing it again";
    }
    return Text.oneLine(folder.toString())
        + " is unfinished: the command that was writing it was stopped, or still runs; give that"
        + " command again, it goes on or starts over in the same folder";
  }

  private static List<String> linesOf(Path mark) throws IOException {
    return Files.isRegularFile(mark, LinkOption.NOFOLLOW_LINKS)
        ? new String(Files.readAllBytes(mark), StandardCharsets.UTF_8).lines().toList()
        : List.of();
  }

  /**
   * Makes the folder, or empties it when the same command left it unfinished or replaceable.
   *
   * @param folder must not exist, be empty, be unfinished or replaceable
   * @param command that writes, for people; one line
   * @throws DataException when the folder holds something else, or another process writes there
   */
  public static Unfinished begin(Path folder, String command) throws IOException {
    filesToReplace(folder, command);
    Files.createDirectories(folder);
    WorkLock lock = WorkLock.take(folder, folder, Progress.NONE);
    try {
      List<Path> old = filesToReplace(folder, command);
      if (!Files.exists(folder.resolve(MARK)) && Files.exists(folder.resolve(LIST))) {
        Files.move(folder.resolve(LIST), folder.resolve(MARK)); // it is whole no longer
      }
      for (Path file : old) {
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
    ByteBuffer line = ByteBuffer.wrap((line(folder, file) + "\n").getBytes(StandardCharsets.UTF_8));
    long before = journal.size();
    try {
      while (line.hasRemaining()) {
        journal.write(line);
      }
    } catch (IOException e) {
      journal.truncate(before); // half a line would spoil the next one
      throw e;
    }
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
   * first, and what lies in a data set becomes a part of it.
   */
  public static void checkApart(Path from, Path to) throws IOException {
    Path read = Files.isDirectory(from) ? from.toRealPath() : from.toRealPath().getParent();
    if (Files.exists(to) && read != null && read.startsWith(to.toRealPath())) {
      throw new DataException(
          Text.oneLine(to.toString())
              + " holds what is read, "
              + Text.oneLine(from.toString())
              + "; write to another folder");
    }
    Path there = to.toAbsolutePath().normalize();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    if (there != null && read != null && there.toRealPath().startsWith(read)) {
      throw new DataException(
          Text.oneLine(to.toString())
              + " lies in what is read, "
              + Text.oneLine(from.toString())
              + ", and would become a part of it; write to another folder");
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
    Path mark = folder.resolve(MARK);
    if (!Files.exists(mark, LinkOption.NOFOLLOW_LINKS)) {
      Path list = folder.resolve(LIST);
      List<String> lines = linesOf(list);
      if (lines.isEmpty() || !lines.get(0).equals(command)) {
        checkEmpty(folder, named);
        return List.of();
      }
      return listed(folder, named + " could be replaced", new HashSet<>(lines));
    }
    List<String> lines = linesOf(mark);
    checkCommand(named, lines, command);
    return listed(folder, named + " is unfinished and could be made anew", new HashSet<>(lines));
  }

  /**
   * For who goes on with what a kill leaves, instead of starting over, and keeps others away
   * himself: makes the folder and marks it.
   *
   * @param folder must not exist, be empty, or be what the same command left unfinished
   * @throws DataException when it holds something else
   */
  public static void goOn(Path folder, String command) throws IOException {
    Path mark = folder.resolve(MARK);
    if (Files.exists(mark, LinkOption.NOFOLLOW_LINKS)) {
      checkCommand(Text.oneLine(folder.toString()), linesOf(mark), command);
      return;
    }
    filesToReplace(folder, command);
    Files.createDirectories(folder);
    mark(folder, command);
  }

  private static void checkCommand(String named, List<String> lines, String command)
      throws DataException {
    if (!lines.isEmpty() && !lines.get(0).equals(command)) {
      throw new DataException(
          named
              + " is unfinished, and another command was writing it, "
              + Text.quoted(lines.get(0))
              + "; give that one again, delete the folder or name another");
    }
  }

  private static void checkEmpty(Path folder, String named) throws IOException {
    try (Stream<Path> inside = Files.list(folder)) {
      if (inside.anyMatch(
          file -> !file.equals(folder.resolve(WorkLock.FILE)) && !isOfSystem(file))) {
        throw new DataException(named + " is not empty; delete it or name another folder");
      }
    }
  }

  /** Whether file managers or systems put such a file wherever they look. */
  private static boolean isOfSystem(Path file) {
    String name = file.getFileName().toString();
    return OF_SYSTEMS.contains(name.toLowerCase(Locale.ROOT)) || name.startsWith("._");
  }

  /**
   * The files below a folder, all of which must be listed.
   *
   * @param could how a refusal begins
   */
  private static List<Path> listed(Path folder, String could, Set<String> lines)
      throws IOException {
    List<Path> own = new ArrayList<>();
    Set<Path> kept =
        Set.of(folder.resolve(MARK), folder.resolve(LIST), folder.resolve(WorkLock.FILE));
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            String line = line(folder, file);
            if (kept.contains(file) || (isOfSystem(file) && !lines.contains(line))) {
              return FileVisitResult.CONTINUE;
            }
            if (!attributes.isRegularFile() || !lines.contains(line)) {
              throw new DataException(
                  could
                      + ", but "
                      + Text.quoted(folder.relativize(file).toString())
                      + " in it is of something else; take it away or name another folder");
            }
            own.add(file);
            return FileVisitResult.CONTINUE;
          }
        });
    return own;
  }

  private static void mark(Path folder, String command) throws IOException {
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

  /** The folder is whole, and the same command may replace what it has written there. */
  public void finishReplaceable() throws IOException {
    journal.close();
    WholeFile.place(folder.resolve(MARK), folder.resolve(LIST));
  }

  /** Lets others in. Without {@link #finish} the folder stays unfinished. */
  @Override
  public void close() throws IOException {
    try (journal) {
      lock.remove();
    }
  }
}
