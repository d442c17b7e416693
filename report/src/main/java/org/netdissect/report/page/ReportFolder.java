package org.netdissect.report.page;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.netdissect.base.files.WholeFile;

/**
 * The folder of a report while it is written. Every file appears whole or not at all, and the page
 * itself last: while it is absent there is no report. What an earlier report left and this one does
 * not use is removed at the end, within the two folders that belong to the report.
 */
public final class ReportFolder {
  public static final String PAGE = "index.html";
  static final String DATA = "data";
  static final String PHOTOS = "photos";

  private final Path folder;
  private final Set<Path> used = new HashSet<>();

  private ReportFolder(Path folder) {
    this.folder = folder;
  }

  /** Takes the folder; a report that stands there is no report any more until the end. */
  public static ReportFolder begin(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.deleteIfExists(folder.resolve(PAGE));
    Files.createDirectories(folder.resolve(DATA));
    Files.createDirectories(folder.resolve(PHOTOS));
    return new ReportFolder(folder);
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
  }
}
