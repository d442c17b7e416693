package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.netdissect.base.DataException;

/** A file with the names of a classifier's classes, one a line, in the order of its outputs. */
final class ClassList {
  private static final long LARGEST = 16 << 20;

  private ClassList() {}

  /**
   * Reads it.
   *
   * @throws DataException if it is none
   */
  static List<String> read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new DataException("no such file of names of classes: " + file);
    }
    if (Files.size(file) > LARGEST) {
      throw new DataException(file + ": too large for names of classes, one a line");
    }
    List<String> names =
        Files.readString(file).lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    if (names.size() < 2) {
      throw new DataException(file + ": holds no names of classes, one a line");
    }
    return names;
  }
}
