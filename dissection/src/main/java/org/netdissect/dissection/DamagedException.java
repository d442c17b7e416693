package org.netdissect.dissection;

import java.nio.file.Path;

/**
 * A file is not what was written: a checksum is wrong, it is cut, or its content makes no sense.
 */
final class DamagedException extends DissectionException {
  private static final long serialVersionUID = 1;

  private final transient Path file;

  DamagedException(Path file, String what, Throwable cause) {
    super(file + " is damaged: " + what, cause);
    this.file = file;
  }

  /** Whether the file lies in a folder. */
  boolean isIn(Path folder) {
    return file != null && file.startsWith(folder);
  }
}
