package org.netdissect.base.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder on a disk of this machine for what a process needs as long as it lives: that of the
 * system for such files, unless the process has one of its own.
 */
public final class ScratchFolder {
  /** System property that names the process's own. */
  public static final String PROPERTY = "netdissect.scratch";

  private ScratchFolder() {}

  /** The folder, which is there. */
  public static Path get() throws IOException {
    String own = System.getProperty(PROPERTY);
    return own == null
        ? Path.of(System.getProperty("java.io.tmpdir"))
        : Files.createDirectories(Path.of(own));
  }
}
