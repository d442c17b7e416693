package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativesTest {
  @TempDir Path cache;

  @Test
  void librariesAreUnpackedOnce() throws IOException {
    Path folder = Natives.unpacked(cache.resolve("deep"));
    Assumptions.assumeTrue(folder != null, "no native libraries for this platform");
    assertTrue(folder.startsWith(cache));
    List<Path> files = list(folder);
    assertTrue(files.size() >= 2, files::toString);
    FileTime before = Files.getLastModifiedTime(files.get(0));
    assertEquals(folder, Natives.unpacked(cache.resolve("deep")));
    assertEquals(before, Files.getLastModifiedTime(files.get(0)));

    // A damaged file and what a killed process left are put right.
    byte[] whole = Files.readAllBytes(files.get(1));
    Files.write(files.get(1), new byte[3]);
    Path left = Files.createDirectory(cache.resolve("deep/.unpacking-1"));
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(100_000)));
    assertEquals(folder, Natives.unpacked(cache.resolve("deep")));
    assertArrayEquals(whole, Files.readAllBytes(files.get(1)));
    assertEquals(List.of(folder), list(cache.resolve("deep")));
  }

  @Test
  void theEnvironmentStarts() throws IOException {
    assertNotNull(Natives.environment());
    assertEquals(Natives.environment(), Natives.environment());
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
