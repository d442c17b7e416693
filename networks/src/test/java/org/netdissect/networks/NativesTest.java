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
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativesTest {
  @TempDir Path cache;

  @Test
  void librariesAreUnpackedOnce() throws IOException {
    Path folder = NativeCache.unpacked(cache.resolve("deep"));
    Assumptions.assumeTrue(folder != null, "no native libraries for this platform");
    assertTrue(folder.startsWith(cache));
    List<Path> files = list(folder);
    assertTrue(files.size() >= 2, files::toString);
    FileTime before = Files.getLastModifiedTime(files.get(0));
    assertEquals(folder, NativeCache.unpacked(cache.resolve("deep")));
    assertEquals(before, Files.getLastModifiedTime(files.get(0)));

    // Damaged files and what killed processes left are put right; a file of the right size too.
    byte[] whole = Files.readAllBytes(files.get(1));
    byte[] holed = whole.clone();
    Arrays.fill(holed, whole.length / 3, 2 * whole.length / 3, (byte) 0);
    Files.write(files.get(1), holed);
    assertEquals(folder, NativeCache.unpacked(cache.resolve("deep")));
    assertArrayEquals(whole, Files.readAllBytes(files.get(1)));
    Files.write(files.get(1), new byte[3]);
    long pid = ProcessHandle.current().pid();
    long start = ProcessHandle.current().info().startInstant().orElseThrow().toEpochMilli();
    Path gone = Files.createDirectory(cache.resolve("deep/.unpacking-" + pid + "-7-abc"));
    Files.write(gone.resolve("half.so"), new byte[7]);
    Path alive =
        Files.createDirectory(cache.resolve("deep/.unpacking-" + pid + "-" + start + "-x"));
    Path left = Files.createDirectory(cache.resolve("deep/.unpacking-1"));
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(100_000)));
    assertEquals(folder, NativeCache.unpacked(cache.resolve("deep")));
    assertArrayEquals(whole, Files.readAllBytes(files.get(1)));
    assertEquals(List.of(alive, folder), list(cache.resolve("deep")));
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
