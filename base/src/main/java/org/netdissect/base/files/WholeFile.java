package org.netdissect.base.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes files that appear whole or not at all. */
public final class WholeFile {
  private WholeFile() {}

  /** What puts the contents into a file. */
  public interface Writing {
    void to(Path next) throws IOException;
  }

  /**
   * Writes beside the file and moves it into place at the end.
   *
   * @param file replaced if it is there; its folder must exist
   */
  public static void write(Path file, Writing writing) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try {
      writing.to(next);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(next);
    }
  }
}
