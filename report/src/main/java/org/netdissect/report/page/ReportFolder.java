package org.netdissect.report.page;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Text;
import org.netdissect.base.files.Unfinished;
import org.netdissect.base.files.WholeFile;
import org.netdissect.results.ResultFolder;

/**
 * The folder of a report while it is written. Every file appears whole or not at all, and the page
 * itself last: while it is absent there is no report. What an earlier report left and this one does
 * not use is removed at the end, within the two folders that belong to the report.
 */
public final class ReportFolder {
  public static final String PAGE = "index.html";
  static final String DATA = "data";
  static final String PHOTOS = "photos";

  private static final String COMMAND = "netdissect report";

  private final Path folder;
  private final Set<Path> used = new HashSet<>();

  private ReportFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Takes the folder; a report that stands there is no report any more until the end.
   *
   * @param tables the files that are written beside the page
   * @throws NetdissectException if the folder holds a result, or something under a name that is
   *     written which is of no report; nothing is touched then
   */
  public static ReportFolder begin(Path folder, List<String> tables) throws IOException {
    check(folder, tables);
    Files.createDirectories(folder);
    // As long as there is no page, it says whose the rest is.
    Files.writeString(folder.resolve(Unfinished.MARK), COMMAND + "\n");
    Files.deleteIfExists(folder.resolve(PAGE));
    Files.createDirectories(folder.resolve(DATA));
    Files.createDirectories(folder.resolve(PHOTOS));
    return new ReportFolder(folder);
  }

  /** Refuses what {@link #begin} refuses, before the work. */
  public static void check(Path folder, List<String> tables) throws IOException {
    if (ResultFolder.is(folder)) {
      throw new NetdissectException(
          Text.oneLine(folder.toString())
              + " holds a result, among whose files a report would lie; name another folder, such"
              + " as "
              + Text.oneLine(folder.resolve(ResultFolder.REPORT).toString()));
    }
    if (isOfReport(folder)) {
      return;
    }
    List<String> names = new ArrayList<>(List.of(PAGE, DATA, PHOTOS));
    names.addAll(tables);
    for (String name : names) {
      if (isTaken(folder.resolve(name))) {
        throw new NetdissectException(
            Text.oneLine(folder.resolve(name).toString())
                + " is there and of no report, and would be replaced; name another folder");
      }
    }
  }

  /** Where a report stands or was begun; results have theirs in a folder of that name. */
  private static boolean isOfReport(Path folder) throws IOException {
    Path whole = folder.toAbsolutePath().normalize();
    Path above = whole.getParent();
    return (above != null && ResultFolder.is(above) && whole.endsWith(ResultFolder.REPORT))
        || (Unfinished.is(folder) && COMMAND.equals(Unfinished.command(folder)))
        || Page.isOne(folder.resolve(PAGE));
  }

  /** An empty folder may be used. */
  private static boolean isTaken(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return Files.exists(path);
    }
    try (Stream<Path> within = Files.list(path)) {
      return within.findAny().isPresent();
    }
  }

  /** Whether a file stands from an earlier time; it then counts as used. */
  boolean has(String name) {
    Path file = folder.resolve(name);
    if (Files.isRegularFile(file)) {
      used.add(file);
      return true;
    }
    return false;
  }

  public void write(String name, String text) throws IOException {
    write(name, text.getBytes(StandardCharsets.UTF_8));
  }

  public void write(String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    WholeFile.bytes(file, bytes);
    used.add(file);
  }

  /** Removes what is left from before, then writes the page. */
  public void finish(String page) throws IOException {
    for (String part : List.of(DATA, PHOTOS)) {
      List<Path> all;
      try (Stream<Path> files = Files.walk(folder.resolve(part))) {
        all = files.toList();
      } catch (NoSuchFileException e) {
        continue;
      }
      // Deepest first, so that emptied folders can go.
      for (int i = all.size() - 1; i >= 0; i--) {
        Path file = all.get(i);
        if (Files.isDirectory(file)) {
          try (Stream<Path> within = Files.list(file)) {
            if (within.findAny().isEmpty()) {
              Files.delete(file);
            }
          }
        } else if (!used.contains(file)) {
          Files.delete(file);
        }
      }
    }
    write(PAGE, page);
    Unfinished.unmark(folder);
  }
}
