package org.netdissect.base.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.NetdissectException;

/**
 * A file of numbered sections, each with its checksum; the table stands at the end, so that it is
 * written in one pass and an unfinished file is recognised. Layout in docs/formats.md.
 *
 * <p>Readers may be used from several threads.
 */
public final class SectionFile implements Closeable {
  private static final int HEADER = FileKind.BYTES;
  private static final int ENTRY = 12;
  private static final int TRAILER = 16;
  private static final int MAX_SECTIONS = 1 << 24;

  private final Path path;
  private final FileChannel channel;
  private final long size;
  private final int tableCrc;
  private final long[] offset;
  private final int[] crc;

  private SectionFile(
      Path path, FileChannel channel, long size, int tableCrc, long[] offset, int[] crc) {
    this.path = path;
    this.channel = channel;
    this.size = size;
    this.tableCrc = tableCrc;
    this.offset = offset;
    this.crc = crc;
  }

  /**
   * Opens a finished file.
   *
   * @param kind of the file, with the versions that can be read
   * @param sections how many sections it must have, or −1 for any number
   * @throws DamagedException if it is not such a file, or damaged
   * @throws VersionException if it is of another version
   */
  public static SectionFile open(Path path, FileKind kind, int sections) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw new DamagedException(path, "it is missing", e);
    }
    try {
      long size = channel.size();
      if (size < HEADER + TRAILER) {
        throw damaged(path, "too short");
      }
      ByteBuffer head = read(channel, path, 0, HEADER);
      ByteBuffer trailer = read(channel, path, size - TRAILER, TRAILER);
      byte[] found = new byte[HEADER];
      head.get(found);
      byte[] end = new byte[HEADER];
      int count = trailer.getInt();
      int tableCrc = trailer.getInt();
      trailer.get(end);
      if (!Arrays.equals(found, end)) {
        throw damaged(path, "not a finished " + kind.name() + " file");
      }
      kind.version(found, path);
      if (count < 0
          || count > MAX_SECTIONS
          || (long) count * ENTRY > size - HEADER - TRAILER
          || (sections >= 0 && count != sections)) {
        throw damaged(path, "unexpected number of sections");
      }
      long tableAt = size - TRAILER - (long) count * ENTRY;
      ByteBuffer table = read(channel, path, tableAt, count * ENTRY);
      if (crcOf(table) != tableCrc) {
        throw damaged(path, "checksum of its table is wrong");
      }
      long[] offset = new long[count + 1];
      int[] crc = new int[count];
      offset[0] = HEADER;
      for (int s = 0; s < count; s++) {
        long length = table.getLong();
        if (length < 0 || length > tableAt - offset[s]) {
          throw damaged(path, "a section is longer than the file");
        }
        offset[s + 1] = offset[s] + length;
        crc[s] = table.getInt();
      }
      if (offset[count] != tableAt) {
        throw damaged(path, "its sections do not fill it");
      }
      return new SectionFile(path, channel, size, tableCrc, offset, crc);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * As {@link #open(Path, FileKind, int)}, for a file of which a result records what it holds.
   *
   * @param expected null if nothing is recorded, which counts as damage
   */
  public static SectionFile open(
      Path path, FileKind kind, int sections, @Nullable FileCheck expected) throws IOException {
    SectionFile file = open(path, kind, sections);
    if (!file.check().equals(expected)) {
      file.close();
      throw damaged(path, "it is not the file that the result records");
    }
    return file;
  }

  /** What to record of this file. */
  FileCheck check() {
    return new FileCheck(size, null, HexFormat.of().toHexDigits(tableCrc));
  }

  /** Reads everything, so that damage anywhere is noticed. */
  public void verify() throws IOException {
    for (int s = 0; s < sections(); s++) {
      read(s);
    }
  }

  int sections() {
    return crc.length;
  }

  long length(int section) {
    return offset[section + 1] - offset[section];
  }

  /**
   * Reads a section, little-endian.
   *
   * @throws NetdissectException if its checksum is wrong
   */
  public ByteBuffer read(int section) throws IOException {
    long length = length(section);
    if (length > Integer.MAX_VALUE - 16) {
      throw damaged(path, "section " + section + " is too long");
    }
    ByteBuffer buffer = read(channel, path, offset[section], (int) length);
    if (crcOf(buffer) != crc[section]) {
      throw damaged(path, "checksum of section " + section + " is wrong");
    }
    return buffer;
  }

  /** The failure to report when a section's bytes make no sense although its checksum is right. */
  public NetdissectException malformed(int section, RuntimeException cause) {
    return new DamagedException(
        path, "section " + section + " is malformed: " + cause.getMessage(), cause);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  public static NetdissectException damaged(Path path, String what) {
    return new DamagedException(path, what, null);
  }

  public static int crcOf(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /** Checksum of what remains of a buffer, which stays as it is. */
  public static int crcOf(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  /** Reads exactly so many bytes; little-endian, backed by an array. */
  public static ByteBuffer read(FileChannel channel, Path path, long at, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      int got = channel.read(buffer, at + buffer.position());
      if (got < 0) {
        throw damaged(path, "it ends too early");
      }
    }
    return buffer.flip();
  }

  public static void write(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /** Writes such a file, section by section; it is complete only after {@link #finish}. */
  public static final class Writer implements Closeable {
    private final FileChannel channel;
    private final byte[] magic;
    private final List<long[]> table = new ArrayList<>();

    public Writer(Path path, FileKind kind) throws IOException {
      this.magic = kind.letters(kind.newest());
      channel =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
      SectionFile.write(channel, ByteBuffer.wrap(this.magic));
    }

    public void add(Bytes section) throws IOException {
      add(section.buffer());
    }

    /** Adds what remains of a buffer. */
    public void add(ByteBuffer section) throws IOException {
      int length = section.remaining();
      int crc = crcOf(section);
      table.add(new long[] {length, crc});
      SectionFile.write(channel, section.duplicate());
    }

    public void finish() throws IOException {
      ByteBuffer end =
          ByteBuffer.allocate(table.size() * ENTRY + TRAILER).order(ByteOrder.LITTLE_ENDIAN);
      for (long[] entry : table) {
        end.putLong(entry[0]);
        end.putInt((int) entry[1]);
      }
      int crc = crcOf(end.array(), 0, end.position());
      end.putInt(table.size());
      end.putInt(crc);
      end.put(magic);
      SectionFile.write(channel, end.flip());
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
