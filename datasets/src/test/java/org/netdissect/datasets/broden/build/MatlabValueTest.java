package org.netdissect.datasets.broden.build;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Shared;
import org.netdissect.pictures.UnreadableImageException;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;

class MatlabValueTest {
  private static final long MEMORY = 1 << 25;
  private static final int HEIGHT = 7;
  private static final int WIDTH = 5;

  @TempDir Path temp;

  private static CodeMap read(Path file) throws UnreadableImageException {
    return MatlabValue.read(file, "LabelMap", Set.of(), MEMORY).codes();
  }

  private static List<Path> files(String begin) throws IOException {
    try (Stream<Path> all = Files.list(Shared.path("data/broden-sources/mat"))) {
      return all.filter(file -> file.getFileName().toString().startsWith(begin)).sorted().toList();
    }
  }

  /** The map that all valid files hold, from a NumPy file of two bytes a number. */
  private static char[] expected() throws IOException {
    byte[] npy = Files.readAllBytes(Shared.path("data/broden-sources/mat/labelmap.npy"));
    int bytes = 2 * HEIGHT * WIDTH;
    boolean byColumns =
        new String(npy, 0, npy.length - bytes, StandardCharsets.ISO_8859_1)
            .contains("'fortran_order': True");
    char[] map = new char[HEIGHT * WIDTH];
    for (int i = 0, at = npy.length - bytes; i < map.length; i++, at += 2) {
      int to = byColumns ? i % HEIGHT * WIDTH + i / HEIGHT : i;
      map[to] = (char) ((npy[at] & 0xff) | (npy[at + 1] & 0xff) << 8);
    }
    return map;
  }

  @Test
  void everyFormThatVersion5AllowsIsRead() throws IOException {
    char[] expected = expected();
    int read = 0;
    for (Path file : files("valid-")) {
      if (!file.endsWith("valid-version4.mat")) {
        CodeMap map = read(file);
        assertEquals(HEIGHT, map.height(), file.toString());
        assertArrayEquals(expected, map.codes(), file.toString());
        read++;
      }
    }
    assertTrue(read >= 8, read + " files");
  }

  @Test
  void whatIsNoSuchFileIsRefusedByNameWithoutTakingMuchMemory() throws IOException {
    com.sun.management.ThreadMXBean thread =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Path four = Shared.path("data/broden-sources/mat/valid-version4.mat");
    for (Path file : Stream.concat(files("bad-").stream(), Stream.of(four)).toList()) {
      if (file.endsWith("bad-code-459.mat")) {
        assertEquals(60_000, read(file).largest());
        continue;
      }
      long before = thread.getCurrentThreadAllocatedBytes();
      UnreadableImageException e =
          assertThrows(UnreadableImageException.class, () -> read(file), file.toString());
      long taken = thread.getCurrentThreadAllocatedBytes() - before;
      assertTrue(taken < 1 << 25, file + ": " + taken + " bytes");
      assertTrue(e.getMessage().contains(file.toString()), e.getMessage());
      assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }
  }

  @Test
  void version73IsRefusedWithAdvice() throws IOException {
    Path file = Shared.path("data/broden-sources/mat/bad-version73.mat");
    String message = assertThrows(UnreadableImageException.class, () -> read(file)).getMessage();
    assertTrue(message.contains("7.3") && message.contains("'-v7'"), message);
  }

  @Test
  void nestingHasAnEnd() throws IOException {
    Array inner = Mat5.newScalar(1);
    for (int depth = 0; depth < 100; depth++) {
      inner = Mat5.newCell(1, 1).set(0, inner);
    }
    Path file = temp.resolve("deep.mat");
    Mat5.writeToFile(Mat5.newMatFile().addArray("LabelMap", inner), file.toFile());
    String message = assertThrows(UnreadableImageException.class, () -> read(file)).getMessage();
    assertTrue(message.contains("deep.mat") && message.contains("nested deeper"), message);
  }

  /** Whatever a byte is changed to, and wherever a file is cut, there is a value or one line. */
  @Test
  void damageIsNeverAnythingButOneLine() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Path file = temp.resolve("a.mat");
    for (Path from :
        List.of(
            Shared.path("data/broden-sources/mat/valid-compressed.mat"),
            Shared.path("data/broden-sources/mat/valid-double.mat"),
            Shared.path("data/broden-sources/mat/valid-other-variables.mat"))) {
      byte[] whole = Files.readAllBytes(from);
      for (int i = 0; i < 200; i++) {
        byte[] bytes = whole.clone();
        for (int n = random.nextInt(3); n >= 0; n--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
        Files.write(file, Arrays.copyOf(bytes, length));
        try {
          read(file);
        } catch (UnreadableImageException e) {
          assertTrue(e.getMessage().contains("a.mat"), "seed " + seed + ": " + e.getMessage());
          assertFalse(e.getMessage().contains("\n"), "seed " + seed + ": " + e.getMessage());
        }
      }
    }
  }
}
