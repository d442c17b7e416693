package org.netdissect.analysis.trust;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.base.files.SectionFile;
import org.netdissect.results.DissectionException;

/**
 * The permutations that have been scored, so that a killed test goes on where it stopped and ends
 * with the same bytes. It begins with a digest of all that decides their outcome; then come, in the
 * order in which they were done, records of one permutation each with a checksum. What does not
 * belong to the same test, and a torn end, are dropped. It is removed when the table stands.
 *
 * <p>Safe for use by several threads; a second process is refused.
 */
final class PermutationJournal implements Closeable {
  private static final int HEAD = 12;
  private static final int MOST_RECORD = 1 << 28;

  private final Path file;
  private final FileChannel channel;

  /** By number of the permutation, what an earlier test left. */
  private final Map<Integer, Outcome> left;

  private PermutationJournal(Path file, FileChannel channel, Map<Integer, Outcome> left) {
    this.file = file;
    this.channel = channel;
    this.left = left;
  }

  /** The best of each category of some units under one permutation. */
  private record Outcome(int[] units, double[][] best) {}

  /**
   * Opens the journal of a test.
   *
   * @param inputs everything that decides the outcome
   * @param categories of the result
   * @throws DissectionException if another process is at work on the same table
   */
  static PermutationJournal open(Path file, String inputs, int categories) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (!lock(channel)) {
        throw new DissectionException(
            file.getParent() + " is being put to the test by another netdissect; wait for it");
      }
      byte[] digest = Digests.sha256().digest(inputs.getBytes(StandardCharsets.UTF_8));
      long good = digest.length;
      Map<Integer, Outcome> left = new ConcurrentHashMap<>();
      if (channel.size() < good
          || !Arrays.equals(digest, SectionFile.read(channel, file, 0, digest.length).array())) {
        channel.truncate(0);
        channel.position(0);
        SectionFile.write(channel, ByteBuffer.wrap(digest));
      } else {
        good = readAll(file, channel, good, categories, left);
        channel.truncate(good);
      }
      channel.position(good);
      return new PermutationJournal(file, channel, left);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** Reads whole records; returns where the last of them ends. */
  private static long readAll(
      Path file, FileChannel channel, long from, int categories, Map<Integer, Outcome> left)
      throws IOException {
    long at = from;
    while (channel.size() - at >= HEAD) {
      ByteBuffer head = SectionFile.read(channel, file, at, HEAD);
      int number = head.getInt();
      int units = head.getInt();
      int crc = head.getInt();
      long bytes = 4L * units + 8L * units * categories;
      if (number < 0
          || units < 0
          || bytes > MOST_RECORD
          || bytes > channel.size() - at - HEAD
          || left.containsKey(number)) {
        break;
      }
      ByteBuffer body = SectionFile.read(channel, file, at + HEAD, (int) bytes);
      if (SectionFile.crcOf(body) != crc) {
        break;
      }
      int[] of = new int[units];
      double[][] best = new double[units][categories];
      for (int u = 0; u < units; u++) {
        of[u] = body.getInt();
        for (int c = 0; c < categories; c++) {
          best[u][c] = body.getDouble();
        }
      }
      left.put(number, new Outcome(of, best));
      at += HEAD + bytes;
    }
    return at;
  }

  /**
   * What an earlier test found; forgotten then.
   *
   * @param units that take part
   * @return by unit the best of each category; null if it is not there
   */
  double @Nullable [][] left(int number, int[] units) {
    Outcome of = left.remove(number);
    return of != null && Arrays.equals(of.units(), units) ? of.best() : null;
  }

  /** Notes a permutation. */
  void add(int number, int[] units, double[][] best) throws IOException {
    int categories = units.length == 0 ? 0 : best[0].length;
    int bytes = 4 * units.length + 8 * units.length * categories;
    ByteBuffer record = ByteBuffer.allocate(HEAD + bytes).order(ByteOrder.LITTLE_ENDIAN);
    record.position(HEAD);
    for (int u = 0; u < units.length; u++) {
      record.putInt(units[u]);
      for (double of : best[u]) {
        record.putDouble(of);
      }
    }
    record.putInt(0, number).putInt(4, units.length);
    record.putInt(8, SectionFile.crcOf(record.array(), HEAD, bytes));
    record.flip();
    synchronized (channel) {
      SectionFile.write(channel, record);
    }
  }

  /** Removes it, since the table stands. */
  void remove() throws IOException {
    channel.close();
    Files.deleteIfExists(file);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
