package org.netdissect.concepts.atlas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Progress;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.datasets.broden.BrodenFolder;

/**
 * Atlas files that were changed by accident or on purpose, and what killed processes leave; of
 * Broden folders, and so beside that format.
 */
class AtlasDamageTest {
  @TempDir Path temp;

  private Atlas open(BrodenFolder broden) throws IOException {
    System.setProperty("netdissect.cache", temp.resolve("user-cache").toString());
    return Atlas.open(BrodenDataset.open(broden.folder), AtlasOptions.defaults(), Progress.NONE);
  }

  /** Changes of every kind; with a checksum over every byte none may pass. */
  @Test
  void accidentsAreNoticed() throws Exception {
    byte[] sound =
        Files.readAllBytes(open(BrodenFolder.random(temp.resolve("d"), 5, new Random(1))).file());
    Path copy = temp.resolve("copy.atlas");
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      byte[] changed = sound.clone();
      int at = random.nextInt(sound.length);
      switch (random.nextInt(4)) {
        case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> changed = Arrays.copyOf(sound, at);
        case 2 -> Arrays.fill(changed, at, Math.min(sound.length, at + 4), (byte) 0x7f);
        default -> {
          int from = random.nextInt(sound.length);
          int length = Math.min(200, sound.length - Math.max(from, at));
          System.arraycopy(sound, from, changed, at, length);
        }
      }
      if (!Arrays.equals(sound, changed)) {
        Files.write(copy, changed);
        AtlasReader.Outcome outcome = AtlasReader.open(copy, null);
        assertNull(outcome.atlas(), "seed " + seed);
        assertTrue(outcome.damaged(), "seed " + seed);
      }
    }
  }

  /**
   * Tables that make no sense behind checksums that are right: refused, or read without a failure;
   * never memory on the word of a length.
   */
  @Test
  void senselessTablesDoNoHarm() throws Exception {
    byte[] sound =
        Files.readAllBytes(open(BrodenFolder.random(temp.resolve("d"), 5, new Random(2))).file());
    Path copy = temp.resolve("copy.atlas");
    int refused = 0;
    for (int seed = 0; seed < 600; seed++) {
      Random random = new Random(seed);
      byte[] changed = sound.clone();
      ByteBuffer bytes = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
      int section = random.nextInt(AtlasFile.SECTIONS);
      int entry = 88 + 20 * section;
      int start = (int) bytes.getLong(entry);
      int length = (int) bytes.getLong(entry + 8);
      for (int n = 1 + random.nextInt(3); n > 0 && length >= 4; n--) {
        int at = start + 4 * random.nextInt(length / 4);
        int[] bad = {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0, 1, random.nextInt(1 << 20)};
        bytes.putInt(at, bad[random.nextInt(bad.length)]);
      }
      bytes.putInt(entry + 16, crc(changed, start, length));
      bytes.putInt(208, crc(changed, 0, 208));
      Files.write(copy, changed);
      AtlasReader.Outcome outcome;
      try {
        outcome = AtlasReader.open(copy, null);
      } catch (RuntimeException | OutOfMemoryError e) {
        throw new AssertionError("section " + section + ", seed " + seed, e);
      }
      refused += outcome.atlas() == null ? 1 : 0;
    }
    assertTrue(refused > 200, "refused " + refused);
  }

  private static int crc(byte[] bytes, int start, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, start, length);
    return (int) crc.getValue();
  }

  @Test
  void whatAKilledProcessLeftIsRemoved() throws Exception {
    BrodenFolder broden = BrodenFolder.random(temp.resolve("d"), 3, new Random(3));
    Path atlas = open(broden).file();
    byte[] sound = Files.readAllBytes(atlas);
    Path left = atlas.resolveSibling(atlas.getFileName() + "-4194999-123.tmp");
    Path fresh = atlas.resolveSibling(atlas.getFileName() + "-4194999-456.tmp");
    Files.writeString(left, "half");
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(60)));
    Files.writeString(fresh, "just made, not yet locked");
    Files.delete(atlas);
    assertEquals(atlas, open(broden).file());
    assertFalse(Files.exists(left));
    assertTrue(Files.exists(fresh));
    assertEquals(Arrays.hashCode(sound), Arrays.hashCode(Files.readAllBytes(atlas)));
  }
}
