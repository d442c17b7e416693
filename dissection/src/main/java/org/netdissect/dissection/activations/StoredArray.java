package org.netdissect.dissection.activations;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.Text;
import org.netdissect.base.files.SectionFile;
import org.netdissect.results.DissectionException;

/**
 * Where an array lies in an archive of {@code numpy.savez} or {@code numpy.savez_compressed}: a ZIP
 * file (PKWARE's APPNOTE 6.3.9, with its 64-bit sizes) in which files stand as they are, or
 * deflated.
 *
 * @param start of its file in the archive
 * @param packed bytes that it takes there
 * @param size of its file, bytes; as many as {@code packed} where it stands as it is
 * @param crc its CRC-32
 * @param isDeflated whether it must be inflated
 */
record StoredArray(long start, long packed, long size, long crc, boolean isDeflated) {
  /** A ZIP file's first four bytes, as SectionFile reads them (low byte first). */
  static final int MAGIC = 0x04034b50;

  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int END_64 = 0x06064b50;
  private static final int ENTRY = 0x02014b50;
  private static final int ENTRY_BYTES = 46;
  private static final int MOST_ENTRIES = 10_000;
  private static final int STORED = 0;
  private static final int DEFLATED = 8;
  private static final int ENCRYPTED = 1;

  /** Deflate packs no more than 258 bytes into two bits (RFC 1951). */
  private static final long DENSEST = 258 * 4;

  private static final long IN_64_BITS = 0xffffffffL;

  /** The only array of an archive. */
  static StoredArray only(Path path, FileChannel channel) throws IOException {
    List<StoredArray> arrays = new ArrayList<>();
    List<String> names = new ArrayList<>();
    ByteBuffer directory = directory(path, channel);
    while (directory.remaining() >= ENTRY_BYTES && names.size() < MOST_ENTRIES) {
      int at = directory.position();
      if (directory.getInt(at) != ENTRY) {
        break;
      }
      boolean isEncrypted = (directory.getShort(at + 8) & ENCRYPTED) != 0;
      int method = directory.getShort(at + 10) & 0xffff;
      long crc = directory.getInt(at + 16) & 0xffffffffL;
      int nameLength = directory.getShort(at + 28) & 0xffff;
      int extraLength = directory.getShort(at + 30) & 0xffff;
      int commentLength = directory.getShort(at + 32) & 0xffff;
      int next = at + ENTRY_BYTES + nameLength + extraLength + commentLength;
      if (next > directory.limit()) {
        throw broken(path);
      }
      byte[] name = new byte[nameLength];
      directory.get(at + ENTRY_BYTES, name);
      String title = new String(name, StandardCharsets.UTF_8);
      Place place = place(directory, at, at + ENTRY_BYTES + nameLength, extraLength);
      names.add(Text.oneLine(title));
      if (!isEncrypted && (method == STORED || method == DEFLATED)) {
        long start = begin(path, channel, place.from());
        arrays.add(new StoredArray(start, place.packed(), place.size(), crc, method == DEFLATED));
      }
      directory.position(next);
    }
    if (names.size() != 1) {
      throw new DissectionException(
          Text.oneLine(
              path
                  + ": an archive of "
                  + names.size()
                  + " arrays ("
                  + String.join(", ", names)
                  + "); save the one alone, with numpy.save"));
    }
    if (arrays.isEmpty()) {
      throw new DissectionException(
          Text.oneLine(path.toString())
              + ": an encrypted archive, or one compressed in another way than"
              + " numpy.savez_compressed does; save the array with numpy.save");
    }
    StoredArray array = arrays.get(0);
    if (!array.isWithin(channel.size())) {
      throw broken(path);
    }
    return array;
  }

  private boolean isWithin(long bytes) {
    return packed >= 0
        && size >= 0
        && packed <= bytes - start
        && (isDeflated ? size / DENSEST <= packed : size == packed);
  }

  /** The list of files at the end of an archive. */
  private static ByteBuffer directory(Path path, FileChannel channel) throws IOException {
    long size = channel.size();
    int tail = (int) Math.min(size, END_BYTES + 0xffff);
    ByteBuffer end =
        SectionFile.read(channel, path, size - tail, tail).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = tail - END_BYTES; at >= 0; at--) {
      if (end.getInt(at) != END) {
        continue;
      }
      long bytes = end.getInt(at + 12) & 0xffffffffL;
      long from = end.getInt(at + 16) & 0xffffffffL;
      if (from == IN_64_BITS && at >= 76 && end.getInt(at - 76) == END_64) {
        bytes = end.getLong(at - 76 + 40);
        from = end.getLong(at - 76 + 48);
      }
      if (from < 0 || bytes < 0 || bytes > 1 << 24 || from > size - bytes) {
        throw broken(path);
      }
      return SectionFile.read(channel, path, from, (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
    throw broken(path);
  }

  /** Bytes of a file, those that it takes in the archive, and where its own header begins. */
  private record Place(long size, long packed, long from) {}

  /** What does not fit into 32 bits stands in the extra field. */
  private static Place place(ByteBuffer directory, int at, int extra, int extraLength) {
    long packed = directory.getInt(at + 20) & 0xffffffffL;
    long size = directory.getInt(at + 24) & 0xffffffffL;
    long from = directory.getInt(at + 42) & 0xffffffffL;
    for (int e = extra; e + 4 <= extra + extraLength; ) {
      int length = directory.getShort(e + 2) & 0xffff;
      if (directory.getShort(e) == 1 && e + 4 + length <= extra + extraLength) {
        int value = e + 4;
        if (size == IN_64_BITS && value + 8 <= e + 4 + length) {
          size = directory.getLong(value);
          value += 8;
        }
        if (packed == IN_64_BITS && value + 8 <= e + 4 + length) {
          packed = directory.getLong(value);
          value += 8;
        }
        if (from == IN_64_BITS && value + 8 <= e + 4 + length) {
          from = directory.getLong(value);
        }
      }
      e += 4 + length;
    }
    return new Place(size, packed, from);
  }

  /** Where the bytes of a file begin behind its own header. */
  private static long begin(Path path, FileChannel channel, long from) throws IOException {
    if (from < 0 || from > channel.size() - 30) {
      throw broken(path);
    }
    ByteBuffer head = SectionFile.read(channel, path, from, 30).order(ByteOrder.LITTLE_ENDIAN);
    if (head.getInt(0) != MAGIC) {
      throw broken(path);
    }
    return from + 30 + (head.getShort(26) & 0xffff) + (head.getShort(28) & 0xffff);
  }

  static DissectionException broken(Path path) {
    return new DissectionException(
        Text.oneLine(path.toString()) + ": a broken archive of arrays (.npz)");
  }
}
