package org.netdissect.base.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Digests;
import org.netdissect.base.NetdissectException;

class WholeFileTest {
  @TempDir Path temp;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(temp)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void itAppearsWhole() throws IOException {
    Path file = temp.resolve("a.txt");
    WholeFile.text(file, "one");
    assertEquals("one", Files.readString(file));
    WholeFile.bytes(file, new byte[] {'t', 'w', 'o'});
    assertEquals("two", Files.readString(file));
    assertEquals(List.of("a.txt"), names());
  }

  @Test
  void whatFailsLeavesTheOldOne() throws IOException {
    Path file = temp.resolve("a.txt");
    WholeFile.text(file, "one");
    assertThrows(
        IOException.class,
        () ->
            WholeFile.write(
                file,
                next -> {
                  Files.writeString(next, "half");
                  throw new IOException("the disk is full");
                }));
    assertEquals("one", Files.readString(file));
    assertEquals(List.of("a.txt"), names());
  }

  /** Moving into place would take away what is there: /dev/full, a pipe that somebody reads. */
  @Test
  void pipesAndFoldersAreLeftAlone() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("folder"));
    assertRefused("is a folder", folder);
    Path pipe = temp.resolve("pipe");
    try {
      assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
    } catch (IOException e) {
      assumeTrue(false, "no mkfifo");
    }
    assertRefused("is a pipe or a device", pipe);
    Path link = Files.createSymbolicLink(temp.resolve("link"), pipe);
    assertRefused("is a pipe or a device", link);
    assertEquals(List.of("folder", "link", "pipe"), names());
    assertTrue(Files.isDirectory(folder) && !Files.isRegularFile(pipe));
  }

  private static void assertRefused(String words, Path file) throws IOException {
    NetdissectException failure =
        assertThrows(NetdissectException.class, () -> WholeFile.text(file, "one"));
    assertTrue(failure.getMessage().contains(words), failure.getMessage());
    try (WholeFiles files = new WholeFiles()) {
      Files.writeString(files.next(file), "one");
      assertThrows(NetdissectException.class, files::commit);
    }
  }

  @Test
  void whatAKillLeftIsWrittenOver() throws IOException {
    Files.writeString(temp.resolve("a.txt.next"), "a much longer text of another run");
    WholeFile.text(temp.resolve("a.txt"), "one");
    assertEquals("one", Files.readString(temp.resolve("a.txt")));
    assertEquals(List.of("a.txt"), names());
  }

  @Test
  void aTreeGoesWithAllInItButNotWhatItsLinksPointTo() throws IOException {
    Path kept = Files.writeString(temp.resolve("kept"), "12345");
    Path tree = Files.createDirectories(temp.resolve("tree/deep"));
    Files.writeString(tree.resolve("file"), "123");
    Files.createSymbolicLink(tree.resolve("link"), kept);
    Files.createSymbolicLink(tree.resolve("folder"), temp);
    assertTrue(Trees.bytes(temp.resolve("tree")) >= 3);
    Trees.delete(temp.resolve("tree"));
    assertFalse(Files.exists(temp.resolve("tree")));
    assertTrue(Files.exists(kept));
    Trees.delete(temp.resolve("tree"));
    Trees.delete(kept);
    assertEquals(List.of(), names());
  }

  @Test
  void digestsAgree() throws IOException {
    byte[] bytes = new byte[200_000];
    Path file = Files.write(temp.resolve("file"), bytes);
    String expected = Digests.sha256Hex(bytes);
    assertEquals(64, expected.length());
    assertEquals(expected, Digests.sha256Hex(file));
    assertEquals(expected, Digests.sha256Hex(java.nio.ByteBuffer.wrap(bytes)));
    assertEquals(expected, Digests.hex(Digests.parseHex(expected)));
    assertEquals(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        Digests.sha256Hex(new byte[0]));
  }
}
