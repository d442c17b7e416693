package org.netdissect.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheFolderTest {
  @TempDir Path temp;

  @Test
  void whatIsSaidFirstCounts() throws IOException {
    String home = temp.toString();
    String xdg = temp.resolve("xdg").toString();
    String local = temp.resolve("local").toString();
    assertEquals(Path.of("own"), CacheFolder.of("own", local, xdg, home));
    assertEquals(Path.of(local, "netdissect"), CacheFolder.of(" ", local, xdg, home));
    assertEquals(Path.of(xdg, "netdissect"), CacheFolder.of(null, null, xdg, home));
    assertEquals(Path.of(home, ".cache", "netdissect"), CacheFolder.of(null, "", "", home));
    assertEquals(
        Path.of(home, ".cache", "netdissect"), CacheFolder.of(null, null, "relative", home));
  }

  @Test
  void withoutAHomeItSaysWhatToDo() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    String[] homes = {null, "", "?", temp.resolve("missing").toString(), file.toString()};
    for (String home : homes) {
      NetdissectException e =
          assertThrows(NetdissectException.class, () -> CacheFolder.of(null, null, null, home));
      assertTrue(e.getMessage().contains("XDG_CACHE_HOME"), e.getMessage());
    }
  }

  @Test
  void namesOfFilesAreSafe() {
    assertEquals("a-b-c", Text.fileSafe("a/b: c"));
    assertEquals("x", Text.fileSafe("../x.."));
    assertEquals("", Text.fileSafe("///"));
    assertEquals(120, Text.fileSafe("x".repeat(500)).length());
  }
}
