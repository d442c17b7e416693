package org.netdissect.base.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Text;

/**
 * An array of real numbers in a NumPy file (format 1.0 to 3.0): float16, float32 or float64 of
 * either byte order. Its shape is checked against the file's length before anything is read.
 * Reading is safe from several threads.
 */
public final class NpyFile implements Closeable {
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
    NpyHeader header = NpyHeader.read(path, channel, 0, channel.size());
    if (!header.type().matches("[<>=]f[248]")) {
      throw new NetdissectException(
          path
              + ": values are '"
              + Text.oneLine(header.type())
              + "'; save real numbers: float32, float64 or float16");
    }
    int valueBytes = header.type().charAt(2) - '0';
    if (!header.fits(valueBytes)) {
      throw new NetdissectException(
          path
              + ": its shape "
              + Arrays.toString(header.shape())
              + " does not fit the "
              + header.bytes()
              + " bytes of values that it holds");
    }
    return new NpyFile(
        path,
        channel,
        header.start(),
        header.order(),
        valueBytes,
        header.fortran(),
        header.shape());
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
