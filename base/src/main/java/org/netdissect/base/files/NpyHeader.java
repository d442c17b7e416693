package org.netdissect.base.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Text;

/**
 * What the header of a NumPy array says: NumPy's format (numpy.lib.format, versions 1 to 3), in a
 * file or as a part of one.
 *
 * @param start where its values begin in the file
 * @param bytes of its values
 * @param type as NumPy writes it, for example {@code <f4}
 * @param fortran whether the first index runs fastest
 * @param shape its sides, none negative
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record NpyHeader(long start, long bytes, String type, boolean fortran, long[] shape) {
  private static final String MAGIC = "\u0093NUMPY";
  private static final int SHORTEST = 12;
  private static final int MAX_HEADER = 1 << 16;
  private static final int MAX_DIMENSIONS = 32;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern RECORDS = Pattern.compile("'descr'\\s*:\\s*\\[");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");

  /**
   * Reads the header of an array.
   *
   * @param at where the array begins in the file
   * @param end where it ends
   * @throws NetdissectException in one line if it is none, or cut
   */
  public static NpyHeader read(Path path, FileChannel channel, long at, long end)
      throws IOException {
    if (end - at < SHORTEST) {
      throw error(path, "not a NumPy file (.npy)");
    }
    ByteBuffer head = SectionFile.read(channel, path, at, SHORTEST);
    byte[] magic = new byte[MAGIC.length()];
    head.get(magic);
    int major = head.get();
    head.get();
    if (!new String(magic, StandardCharsets.ISO_8859_1).equals(MAGIC) || major < 1 || major > 3) {
      throw error(path, "not a NumPy file (.npy)");
    }
    boolean isFirst = major == 1;
    long length =
        isFirst ? Short.toUnsignedInt(head.getShort()) : Integer.toUnsignedLong(head.getInt());
    long textAt = at + (isFirst ? SHORTEST - 2 : SHORTEST);
    if (length > MAX_HEADER || textAt + length > end) {
      throw error(path, "the header of the NumPy file is cut or too long");
    }
    String text =
        StandardCharsets.ISO_8859_1
            .decode(SectionFile.read(channel, path, textAt, (int) length))
            .toString();
    long start = textAt + length;
    return new NpyHeader(
        start,
        end - start,
        values(text, path),
        find(ORDER, text, path, "fortran_order").equals("True"),
        shape(find(SHAPE, text, path, "shape"), path));
  }

  private static String values(String text, Path path) throws NetdissectException {
    if (RECORDS.matcher(text).find()) {
      throw error(path, "values are records of several fields; save one array of numbers");
    }
    return find(DESCR, text, path, "descr");
  }

  private static String find(Pattern pattern, String text, Path path, String key)
      throws NetdissectException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw error(path, "the header of the NumPy file has no '" + key + "'");
    }
    return matcher.group(1);
  }

  private static long[] shape(String text, Path path) throws NetdissectException {
    String[] parts = text.isBlank() ? new String[0] : text.trim().split("\\s*,\\s*");
    long[] shape = new long[parts.length];
    boolean isSound = parts.length <= MAX_DIMENSIONS;
    for (int i = 0; isSound && i < parts.length; i++) {
      isSound = parts[i].matches("\\d{1,18}");
      shape[i] = isSound ? Long.parseLong(parts[i]) : 0;
    }
    if (!isSound) {
      throw error(path, "the shape makes no sense");
    }
    return shape;
  }

  /** The order of the bytes of a value; little-endian where there is none. */
  public ByteOrder order() {
    return type.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
  }

  /** How many values the shape tells; −1 where no file holds so many. */
  public long values() {
    long values = 1;
    try {
      for (long side : shape) {
        values = Math.multiplyExact(values, side);
      }
      return values;
    } catch (ArithmeticException e) {
      return -1;
    }
  }

  /** Whether the bytes are as many as the shape needs of such values. */
  public boolean fits(int valueBytes) {
    long values = values();
    return values >= 0 && values == bytes / valueBytes && bytes % valueBytes == 0;
  }

  private static NetdissectException error(Path path, String what) {
    return new NetdissectException(Text.oneLine(path.toString()) + ": " + what);
  }
}
