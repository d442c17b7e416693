package org.netdissect.analysis.formulas;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Json;
import org.netdissect.base.NetdissectException;
import tools.jackson.core.JacksonException;

/**
 * What an unfinished search has found, unit by unit, so that it goes on where it was killed. Lines
 * of JSON, each after its checksum: the first says what was searched for, each other holds the rows
 * of a unit. What follows a line that is cut short or damaged is searched for again. Safe for
 * concurrent use.
 */
final class UnitJournal<R> implements Closeable {
  private static final long MOST_BYTES = 1L << 30;
  private static final int CRC_DIGITS = 8;

  private final Path file;
  private final FileChannel channel;
  private final Map<Integer, R[]> found = new HashMap<>();

  private final Class<R[]> rows;
  private final ToIntFunction<R> unitOf;

  private UnitJournal(Path file, FileChannel channel, Class<R[]> rows, ToIntFunction<R> unitOf) {
    this.file = file;
    this.channel = channel;
    this.rows = rows;
    this.unitOf = unitOf;
  }

  /**
   * Opens the journal of a layer; one of another search is begun anew.
   *
   * @param info what is searched for
   * @param rows the kind of a unit's rows
   * @param unitOf the unit that a row is of
   * @throws NetdissectException if another process searches there
   */
  static <R> UnitJournal<R> open(Path file, Object info, Class<R[]> rows, ToIntFunction<R> unitOf)
      throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    UnitJournal<R> journal = new UnitJournal<>(file, channel, rows, unitOf);
    try {
      if (!isLocked(channel)) {
        throw new NetdissectException(file + " is in use by another netdissect formulas");
      }
      journal.take(Json.mapper().writeValueAsString(info));
      return journal;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private void take(String head) throws IOException {
    long good = 0;
    if (channel.size() <= MOST_BYTES) {
      ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
      byte[] all = bytes.array();
      int from = 0;
      for (int at = 0; at < all.length; at++) {
        if (all[at] != '\n') {
          continue;
        }
        String line = sound(new String(all, from, at - from, StandardCharsets.UTF_8));
        if (line == null || !(from == 0 ? line.equals(head) : takes(line))) {
          break;
        }
        from = at + 1;
        good = from;
      }
    }
    channel.truncate(good);
    channel.position(good);
    if (good == 0) {
      write(head);
    }
  }

  /** A line without its checksum, or null if that is wrong. */
  private static @Nullable String sound(String line) {
    if (line.length() <= CRC_DIGITS) {
      return null;
    }
    String text = line.substring(CRC_DIGITS);
    return line.startsWith(sum(text)) ? text : null;
  }

  private static String sum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return String.format("%08x", crc.getValue());
  }

  private boolean takes(String line) {
    try {
      R[] read = Json.mapper().readValue(line, rows);
      if (read.length == 0) {
        return false;
      }
      found.put(unitOf.applyAsInt(read[0]), read);
      return true;
    } catch (JacksonException e) {
      return false;
    }
  }

  /** The rows of a unit that was finished before, or null. */
  R @Nullable [] of(int unit) {
    return found.get(unit);
  }

  /** Notes the rows of a unit. */
  synchronized void keep(R[] ofUnit) throws IOException {
    write(Json.mapper().writeValueAsString(ofUnit));
  }

  private void write(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((sum(text) + text + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Takes the journal away once the table stands. */
  void finish() throws IOException {
    channel.close();
    Files.deleteIfExists(file);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
