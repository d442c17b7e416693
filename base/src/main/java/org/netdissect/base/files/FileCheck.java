package org.netdissect.base.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.base.NetdissectException;

/**
 * What {@code dissection.json} records of another file of the result, so that a file that was
 * changed, cut or exchanged is noticed when it is read.
 *
 * @param bytes its length
 * @param sha256 of a text file; null for others
 * @param tableCrc32c of a file of sections, eight hexadecimal digits: the checksum of its table,
 *     which holds those of all sections; null for others
 */
public record FileCheck(long bytes, @Nullable String sha256, @Nullable String tableCrc32c) {
  public static FileCheck ofText(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return new FileCheck(bytes.length, Digests.sha256Hex(bytes), null);
  }

  public static FileCheck ofSections(Path file, FileKind kind) throws IOException {
    try (SectionFile sections = SectionFile.open(file, kind, -1)) {
      return sections.check();
    }
  }

  /**
   * Reads a text file after checking it.
   *
   * @param expected null if nothing is recorded of it
   * @throws NetdissectException naming the file if it is not the one recorded
   */
  public static String read(Path file, @Nullable FileCheck expected) throws IOException {
    if (expected == null || expected.sha256() == null) {
      throw new DamagedException(file, "the result does not record what it should hold", null);
    }
    long size;
    try {
      size = Files.size(file);
    } catch (NoSuchFileException e) {
      throw new DamagedException(file, "it is missing", e);
    }
    if (size != expected.bytes()) {
      throw new DamagedException(
          file, "it has " + size + " bytes where " + expected.bytes() + " were written", null);
    }
    byte[] bytes = Files.readAllBytes(file);
    if (!Digests.sha256Hex(bytes).equals(expected.sha256())) {
      throw new DamagedException(file, "it is not what was written (SHA-256 differs)", null);
    }
    return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
  }
}
