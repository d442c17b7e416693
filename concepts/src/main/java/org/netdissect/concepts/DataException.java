package org.netdissect.concepts;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Something is wrong with the data a person gave: one clear line that says what, where (file, row,
 * column) and, where it helps, what to do about it.
 */
public class DataException extends IOException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }

  static DataException at(Path file, long line, String column, String what) {
    return new DataException(
        Text.oneLine(file + " line " + line + ", column \"" + column + "\": ") + what);
  }

  static DataException at(Path file, long line, String what) {
    return new DataException(Text.oneLine(file + " line " + line + ": ") + what);
  }
}
