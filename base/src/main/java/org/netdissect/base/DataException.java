package org.netdissect.base;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Something is wrong with the data a person gave: one clear line that says what, where (file, row,
 * column) and, where it helps, what to do about it.
 */
public class DataException extends NetdissectException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  public static DataException at(Path file, long line, String column, String what) {
    return new DataException(
        Text.oneLine(file + " line " + line + ", column \"" + column + "\": ") + what);
  }

  public static DataException at(Path file, long line, String what) {
    return new DataException(Text.oneLine(file + " line " + line + ": ") + what);
  }
}
