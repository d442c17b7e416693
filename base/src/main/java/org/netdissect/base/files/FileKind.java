package org.netdissect.base.files;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A kind of file, and the range of its versions that this program reads; the newest is what it
 * writes. Such a file begins and ends with eight letters: the kind's name, then the version, filled
 * up with zeros between them.
 *
 * @param name capital letters, at most seven
 * @param oldest version that can be read
 * @param newest version that can be read, which is the one written
 */
public record FileKind(String name, int oldest, int newest) {
  /** Bytes of the letters that begin and end a file. */
  static final int BYTES = 8;

  public FileKind {
    if (!name.matches("[A-Z]{1,7}")
        || oldest < 1
        || newest < oldest
        || Integer.toString(newest).length() > BYTES - name.length()) {
      throw new IllegalArgumentException(name + " of version " + oldest + " to " + newest);
    }
  }

  /** A kind of which one version is read. */
  public FileKind(String name, int version) {
    this(name, version, version);
  }

  /** The letters of a version. */
  byte[] letters(int version) {
    String digits = Integer.toString(version);
    String filled = "0".repeat(BYTES - name.length() - digits.length()) + digits;
    return (name + filled).getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * The version of a file.
   *
   * @param letters the first eight bytes of the file
   * @return one that can be read
   * @throws DamagedException if it is no file of this kind
   * @throws VersionException if it is one of a version that is not read
   */
  int version(byte[] letters, Path file) throws BadFileException {
    String text = new String(letters, StandardCharsets.ISO_8859_1);
    String digits = text.startsWith(name) ? text.substring(name.length()) : "";
    if (!digits.matches("[0-9]+")) {
      throw new DamagedException(file, "it is no " + name + " file", null);
    }
    int version = Integer.parseInt(digits);
    if (version < oldest || version > newest) {
      throw new VersionException(file, version, oldest, newest);
    }
    return version;
  }
}
