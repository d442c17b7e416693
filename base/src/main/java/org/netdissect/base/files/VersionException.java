package org.netdissect.base.files;

import java.nio.file.Path;

/** A file is of a version that this program does not read: too old or too new. */
public final class VersionException extends BadFileException {
  private static final long serialVersionUID = 1;

  private final boolean tooNew;

  VersionException(Path file, int version, int oldest, int newest) {
    super(
        file,
        file
            + " is of version "
            + version
            + (version > newest
                ? ", which a newer netdissect wrote; this one reads "
                : ", which is too old; this netdissect reads ")
            + (oldest == newest ? "version " + newest : "versions " + oldest + " to " + newest)
            + (version > newest ? ": update netdissect" : ": make the file anew"),
        null);
    this.tooNew = version > newest;
  }

  /** Whether the file is too new, rather than too old. */
  public boolean isTooNew() {
    return tooNew;
  }
}
