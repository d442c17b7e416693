package org.netdissect.base.files;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.NetdissectException;

/**
 * A file is not what was written: a checksum is wrong, it is cut, or its content makes no sense.
 */
public final class DamagedException extends NetdissectException {
  private static final long serialVersionUID = 1;

  private final transient @Nullable Path file;

  public DamagedException(Path file, String what, @Nullable Throwable cause) {
    super(file + " is damaged: " + what, cause);
    this.file = file;
  }

  /** Whether the file lies in a folder. */
  public boolean isIn(Path folder) {
    return file != null && file.startsWith(folder);
  }
}
