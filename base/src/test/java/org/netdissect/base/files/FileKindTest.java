package org.netdissect.base.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKindTest {
  @TempDir Path temp;

  private Path write(FileKind kind) throws IOException {
    Path file = temp.resolve("file.bin");
    try (SectionFile.Writer writer = new SectionFile.Writer(file, kind)) {
      writer.add(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      writer.finish();
    }
    return file;
  }

  @Test
  void theLettersAreNameAndVersion() throws IOException {
    byte[] bytes = Files.readAllBytes(write(new FileKind("NDHITS", 1)));
    assertEquals("NDHITS01", new String(bytes, 0, 8, StandardCharsets.US_ASCII));
    assertEquals("NDHITS01", new String(bytes, bytes.length - 8, 8, StandardCharsets.US_ASCII));
    bytes = Files.readAllBytes(write(new FileKind("NDHISTO", 2, 3)));
    assertEquals("NDHISTO3", new String(bytes, 0, 8, StandardCharsets.US_ASCII));
  }

  @Test
  void aReaderStatesItsRange() throws IOException {
    Path file = write(new FileKind("NDHITS", 5));
    for (int oldest = 1; oldest <= 9; oldest++) {
      for (int newest = oldest; newest <= 9; newest++) {
        FileKind kind = new FileKind("NDHITS", oldest, newest);
        if (oldest <= 5 && 5 <= newest) {
          SectionFile.open(file, kind, 1).close();
        } else {
          VersionException e =
              assertThrows(VersionException.class, () -> SectionFile.open(file, kind, 1));
          assertEquals(newest < 5, e.isTooNew());
          assertTrue(
              e.getMessage().endsWith(newest < 5 ? ": update netdissect" : ": make the file anew"),
              e.getMessage());
          assertTrue(e.getMessage().startsWith(file + " is of version 5"), e.getMessage());
          assertTrue(e.isIn(temp));
        }
      }
    }
  }

  @Test
  void anotherKindAndALetterThatChangedAreDamage() throws IOException {
    Path file = write(new FileKind("NDHITS", 1));
    assertThrows(
        DamagedException.class, () -> SectionFile.open(file, new FileKind("NDMAPS", 1), 1));
    byte[] bytes = Files.readAllBytes(file);
    bytes[7] = '2';
    Files.write(file, bytes);
    DamagedException e =
        assertThrows(
            DamagedException.class, () -> SectionFile.open(file, new FileKind("NDHITS", 1), 1));
    assertFalse(e.isIn(temp.resolve("elsewhere")));
  }

  @Test
  void kindsThatCannotBeWrittenAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new FileKind("NDHISTO", 10));
    assertThrows(IllegalArgumentException.class, () -> new FileKind("NDHISTOG", 1));
    assertThrows(IllegalArgumentException.class, () -> new FileKind("NDHITS", 2, 1));
    assertThrows(IllegalArgumentException.class, () -> new FileKind("NDHITS", 0));
  }
}
