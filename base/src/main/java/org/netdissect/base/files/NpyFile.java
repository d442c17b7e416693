package org.netdissect.base.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.netdissect.base.NetdissectException;

/**
 * An array of real numbers in a NumPy file (format 1.0 to 3.0): float16, float32 or float64 of
 * either byte order. Its shape is checked against the file's length before anything is read.
 * Reading is safe from several threads.
 */
public final class NpyFile implements Closeable {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER = 1 << 16;
  private static final int MAX_DIMENSIONS = 32;
  private static final List<String> TYPES = List.of("f2", "f4", "f8");
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");

  private final Path path;
  private final FileChannel channel;
  private final long start;
  private final ByteOrder order;
  private final int valueBytes;
  private final boolean fortran;
  private final long[] shape;

  private NpyFile(
      Path path,
      FileChannel channel,
      long start,
      ByteOrder order,
      int valueBytes,
      boolean fortran,
      long[] shape) {
    this.path = path;
    this.channel = channel;
    this.start = start;
    this.order = order;
    this.valueBytes = valueBytes;
    this.fortran = fortran;
    this.shape = shape;
  }

  /**
   * Opens a file and reads its header.
   *
   * @throws NetdissectException in one line if it is no NumPy file, cut, or of other values
   */
  public static NpyFile open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new NetdissectException(
          path + (Files.exists(path) ? " is not a file" : ": there is no such file"));
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return parse(path, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static NpyFile parse(Path path, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < 10) {
      throw new NetdissectException(path + " is no NumPy file (.npy)");
    }
    ByteBuffer head = SectionFile.read(channel, path, 0, 10);
    byte[] magic = new byte[MAGIC.length];
    head.get(magic);
    int major = head.get();
    head.get();
    if (!Arrays.equals(magic, MAGIC) || major < 1 || major > 3) {
      throw new NetdissectException(path + " is no NumPy file (.npy) of version 1 to 3");
    }
    long length = Short.toUnsignedInt(head.getShort());
    long at = 10;
    if (major > 1 && size >= 12) {
      length = Integer.toUnsignedLong(SectionFile.read(channel, path, 8, 4).getInt());
      at = 12;
    }
    if (length > MAX_HEADER || at + length > size) {
      throw new NetdissectException(path + ": the header of the NumPy file is cut or too long");
    }
    String header =
        StandardCharsets.ISO_8859_1
            .decode(SectionFile.read(channel, path, at, (int) length))
            .toString();
    String type = find(DESCR, header, path, "descr");
    if (type.length() != 3
        || !TYPES.contains(type.substring(1))
        || "<>=".indexOf(type.charAt(0)) < 0) {
      throw new NetdissectException(
          path + ": values are '" + type + "'; save real numbers: float32, float64 or float16");
    }
    int valueBytes = type.charAt(2) - '0';
    long start = at + length;
    long[] shape = shape(find(SHAPE, header, path, "shape"), path);
    long values = 1;
    for (long side : shape) {
      if (side < 0 || (side > 0 && values > (size - start) / valueBytes / side)) {
        values = -1;
        break;
      }
      values *= side;
    }
    if (values < 0 || size - start != values * valueBytes) {
      throw new NetdissectException(
          path
              + ": its shape "
              + Arrays.toString(shape)
              + " does not fit the "
              + (size - start)
              + " bytes of values that it holds");
    }
    return new NpyFile(
        path,
        channel,
        start,
        type.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
        valueBytes,
        find(ORDER, header, path, "fortran_order").equals("True"),
        shape);
  }

  private static String find(Pattern pattern, String header, Path path, String key)
      throws NetdissectException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new NetdissectException(
          path
              + ": the header of the NumPy file has no plain '"
              + key
              + "'; save an array of numbers");
    }
    return matcher.group(1);
  }

  private static long[] shape(String text, Path path) throws NetdissectException {
    String[] parts = text.isBlank() ? new String[0] : text.trim().split("\\s*,\\s*");
    if (parts.length > MAX_DIMENSIONS) {
      throw new NetdissectException(path + ": the shape makes no sense");
    }
    long[] shape = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      if (!parts[i].matches("\\d{1,18}")) {
        throw new NetdissectException(path + ": the shape makes no sense");
      }
      shape[i] = Long.parseLong(parts[i]);
    }
    return shape;
  }

  /** Sides of the array, as NumPy gives them. */
  public long[] shape() {
    return shape.clone();
  }

  /** Whether values stand in Fortran order: the first index changes fastest. */
  public boolean isFortran() {
    return fortran;
  }

  /** Bytes of a value: 2, 4 or 8. */
  public int valueBytes() {
    return valueBytes;
  }

  /** The bytes of some values as they stand in the file, in the file's byte order. */
  public ByteBuffer bytes(long first, int count) throws IOException {
    return SectionFile.read(
            channel, path, start + first * valueBytes, Math.multiplyExact(count, valueBytes))
        .order(order);
  }

  /**
   * Reads values in the order of the file.
   *
   * @param first number of the first value
   */
  public void read(long first, double[] target) throws IOException {
    ByteBuffer bytes = bytes(first, target.length);
    for (int i = 0; i < target.length; i++) {
      target[i] = value(bytes, i);
    }
  }

  private double value(ByteBuffer bytes, int i) {
    return switch (valueBytes) {
      case 2 -> halfToFloat(bytes.getShort(2 * i));
      case 4 -> bytes.getFloat(4 * i);
      default -> bytes.getDouble(8 * i);
    };
  }

  /** IEEE 754 binary16 to float, exact. */
  public static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = half >> 10 & 0x1f;
    int mantissa = half & 0x3ff;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | mantissa << 13);
    }
    if (exponent == 0) {
      float value = mantissa * 0x1p-24f;
      return sign == 0 ? value : -value;
    }
    return Float.intBitsToFloat(sign | (exponent + 112) << 23 | mantissa << 13);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
