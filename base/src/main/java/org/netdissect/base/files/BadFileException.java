package org.netdissect.base.files;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.NetdissectException;

/** A file of ours cannot be used: it is damaged, or of a version that is not read. */
public abstract class BadFileException extends NetdissectException {
  private static final long serialVersionUID = 1;

  private final transient @Nullable Path file;

  BadFileException(Path file, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.file = file;
  }

  /** The file; null once the exception came from another process. */
  public final @Nullable Path file() {
    return file;
  }

  /** Whether the file lies in a folder. */
  public final boolean isIn(Path folder) {
    return file != null && file.startsWith(folder);
  }
}
