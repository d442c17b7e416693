package org.netdissect.concepts.atlas;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;

/**
 * The layout of an atlas file, shared by writer and reader; docs/formats.md describes it.
 * Everything is little-endian.
 */
final class AtlasFile {
  /**
   * Changes whenever the layout or the meaning of its contents changes, or a data set is read
   * otherwise than before: 2 since turned boxes and masks that are GIF or TIFF are read.
   */
  static final int VERSION = 2;

  static final byte[] MAGIC = "NDATLAS\n".getBytes(StandardCharsets.US_ASCII);

  static final int REGION_MAPS = 0;
  static final int REGION_PIXELS = 1;
  static final int LABEL_STARTS = 2;
  static final int LABELS = 3;
  static final int VOCABULARY = 4;
  static final int IMAGES = 5;
  static final int SECTIONS = 6;

  private static final int STAMP_AT = 24;
  private static final int FINGERPRINT_AT = 56;
  private static final int SECTIONS_AT = 88;
  private static final int SECTION_BYTES = 20;
  private static final int CRC_AT = SECTIONS_AT + SECTIONS * SECTION_BYTES;

  /** Bytes of the header, a multiple of 8. */
  static final int HEADER_BYTES = (CRC_AT + 4 + 7) & ~7;

  private AtlasFile() {}

  /** A part of the file. */
  record Section(long offset, long length, int crc) {}

  /** What the header says. */
  static final class Header {
    byte[] stamp = new byte[32];
    byte[] fingerprint = new byte[32];
    final Section[] sections = new Section[SECTIONS];

    ByteBuffer encode(long fileLength) {
      ByteBuffer b = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      b.put(MAGIC).putInt(VERSION).putInt(SECTIONS).putLong(fileLength);
      b.put(stamp).put(fingerprint);
      for (Section s : sections) {
        b.putLong(s.offset).putLong(s.length).putInt(s.crc);
      }
      b.putInt(CRC_AT, crcOf(b, CRC_AT));
      return b.position(0).limit(HEADER_BYTES);
    }

    /** Null when the bytes are not the header of a whole atlas file of this version. */
    static @Nullable Header decode(ByteBuffer b, long fileLength) {
      b.order(ByteOrder.LITTLE_ENDIAN);
      byte[] magic = new byte[MAGIC.length];
      b.get(0, magic);
      if (!Arrays.equals(magic, MAGIC)
          || b.getInt(8) != VERSION
          || b.getInt(12) != SECTIONS
          || b.getLong(16) != fileLength
          || b.getInt(CRC_AT) != crcOf(b, CRC_AT)) {
        return null;
      }
      for (int i = CRC_AT + 4; i < HEADER_BYTES; i++) {
        if (b.get(i) != 0) {
          return null;
        }
      }
      Header header = new Header();
      b.get(STAMP_AT, header.stamp);
      b.get(FINGERPRINT_AT, header.fingerprint);
      long expected = HEADER_BYTES;
      for (int i = 0; i < SECTIONS; i++) {
        int at = SECTIONS_AT + i * SECTION_BYTES;
        Section s = new Section(b.getLong(at), b.getLong(at + 8), b.getInt(at + 16));
        if (s.offset != expected || s.length < 0 || s.length > fileLength - s.offset) {
          return null;
        }
        header.sections[i] = s;
        expected += s.length;
      }
      return expected == fileLength ? header : null;
    }

    private static int crcOf(ByteBuffer b, int length) {
      CRC32C crc = new CRC32C();
      crc.update(b.duplicate().position(0).limit(length));
      return (int) crc.getValue();
    }
  }

  /** Writes section after section, keeping the checksum of each. */
  static final class Writer {
    private final FileChannel channel;
    private final ByteBuffer buffer =
        ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private final Header header;
    private long start = HEADER_BYTES;
    private long length;

    Writer(FileChannel channel, Header header) throws IOException {
      this.channel = channel;
      this.header = header;
      channel.position(HEADER_BYTES);
    }

    /**
     * Goes on behind bytes of this section that stand in the file; what follows them is cut off.
     */
    void takeOver(long bytes) throws IOException {
      AtlasJournal.read(channel, start, bytes, crc);
      length = bytes;
      channel.truncate(start + bytes);
      channel.position(start + bytes);
    }

    void put(byte[] bytes) throws IOException {
      for (int done = 0; done < bytes.length; ) {
        int n = Math.min(buffer.remaining(), bytes.length - done);
        buffer.put(bytes, done, n);
        done += n;
        if (!buffer.hasRemaining()) {
          flush();
        }
      }
      length += bytes.length;
    }

    void putInt(int value) throws IOException {
      if (buffer.remaining() < 4) {
        flush();
      }
      buffer.putInt(value);
      length += 4;
    }

    void putLong(long value) throws IOException {
      putInt((int) value);
      putInt((int) (value >>> 32));
    }

    void putString(String text) throws IOException {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      putInt(bytes.length);
      put(bytes);
    }

    void endSection(int section) throws IOException {
      put(new byte[(int) (-length & 7)]);
      flush();
      header.sections[section] = new Section(start, length, (int) crc.getValue());
      start += length;
      length = 0;
      crc.reset();
    }

    /** The header goes last, so that a file cut short never looks whole. */
    void finish() throws IOException {
      ByteBuffer bytes = header.encode(start);
      for (long at = 0; bytes.hasRemaining(); ) {
        at += channel.write(bytes, at);
      }
      channel.force(true);
    }

    /** Gives what was put to the system, which keeps it should this process be killed. */
    void flush() throws IOException {
      buffer.flip();
      crc.update(buffer.duplicate());
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      buffer.clear();
    }
  }

  /** A long list of ints that grows without being copied. */
  static final class IntList {
    private static final int BLOCK = 1 << 14;
    private int[][] blocks = new int[16][];
    private int size;

    void add(int value) throws DataException {
      if (size == Integer.MAX_VALUE / 4 - 2) {
        throw new DataException("too many regions for one atlas; split the data set");
      }
      int block = size / BLOCK;
      if (size % BLOCK == 0) {
        if (block == blocks.length) {
          blocks = Arrays.copyOf(blocks, 2 * block);
        }
        blocks[block] = new int[BLOCK];
      }
      blocks[block][size++ % BLOCK] = value;
    }

    int size() {
      return size;
    }

    void write(Writer writer) throws IOException {
      for (int i = 0; i < size; i++) {
        writer.putInt(blocks[i / BLOCK][i % BLOCK]);
      }
    }
  }
}
