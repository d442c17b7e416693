package org.netdissect.base.files;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file is not what was written: a checksum is wrong, it is cut, or its content makes no sense.
 */
public final class DamagedException extends BadFileException {
  private static final long serialVersionUID = 1;

  public DamagedException(Path file, String what, @Nullable Throwable cause) {
    super(file, file + " is damaged: " + what, cause);
  }
}
