package org.netdissect.base.files;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Text;

/**
 * Writes files that appear whole or not at all: beside the file under another name, then moved into
 * place. What a kill leaves is named {@code *.next} and is written over the next time.
 *
 * <p>Nothing is forced to the disk: file systems write a file out before it may replace another.
 */
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
   * @throws NetdissectException if something is there that is no file
   */
  public static void write(Path file, Writing writing) throws IOException {
    requireFile(file);
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try {
      writing.to(next);
      place(next, file);
    } finally {
      Files.deleteIfExists(next);
    }
  }

  /** Writes a text in UTF-8; see {@link #write}. */
  public static void text(Path file, CharSequence text) throws IOException {
    write(file, next -> Files.writeString(next, text));
  }

  /** Writes bytes; see {@link #write}. */
  public static void bytes(Path file, byte[] bytes) throws IOException {
    write(file, next -> Files.write(next, bytes));
  }

  /**
   * Moves what was written whole under another name into place, at once where the file system can.
   *
   * @param file replaced if it is there
   * @throws NetdissectException if something is there that is no file
   */
  public static void place(Path next, Path file) throws IOException {
    requireFile(file);
    try {
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** A pipe or a device would be gone, with a file in its place. */
  private static void requireFile(Path file) throws NetdissectException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new NetdissectException(
          Text.oneLine(file.toString())
              + (Files.isDirectory(file) ? " is a folder" : " is a pipe or a device")
              + "; name a file to write");
    }
  }
}
