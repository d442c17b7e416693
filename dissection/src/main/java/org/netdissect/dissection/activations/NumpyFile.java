package org.netdissect.dissection.activations;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.netdissect.base.Text;
import org.netdissect.base.files.NpyFile;
import org.netdissect.base.files.NpyHeader;
import org.netdissect.results.DissectionException;

/**
 * Where a NumPy array of maps lies.
 *
 * @param start where its values begin in the file
 * @param kind of its values, as NumPy writes it: f, i, u or b
 * @param valueBytes bytes of a value: 1, 2, 4 or 8
 * @param order of these bytes
 * @param fortran whether the first index runs fastest
 * @param shape four sides
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record NumpyFile(
    long start, char kind, int valueBytes, ByteOrder order, boolean fortran, int[] shape) {
  private static final Pattern TYPE = Pattern.compile("[<>]f[248]|[<>|]i[1248]|[<>|]u[1248]|\\|b1");

  /** From here on a whole number is not compared in double precision. */
  private static final long EXACT = 1L << 53;

  /**
   * Reads the header of an array.
   *
   * @param at where the array begins in the file
   * @param end where it ends
   */
  static NumpyFile read(Path path, FileChannel channel, long at, long end) throws IOException {
    NpyHeader header = NpyHeader.read(path, channel, at, end);
    String type = header.type();
    if (!TYPE.matcher(type).matches()) {
      throw error(
          path, "values are " + Text.quoted(type) + "; save them as float32, float16 or float64");
    }
    int valueBytes = type.charAt(2) - '0';
    NumpyFile file =
        new NumpyFile(
            header.start(),
            type.charAt(1),
            valueBytes,
            header.order(),
            header.fortran(),
            shape(path, header.shape()));
    if (header.values() < 0) {
      throw error(path, "the shape makes no sense");
    }
    if (!header.fits(valueBytes)) {
      throw error(
          path,
          "holds "
              + header.bytes()
              + " bytes of values where its shape needs "
              + header.values()
              + " × "
              + valueBytes);
    }
    file.check(path);
    return file;
  }

  /** Whether values are float32. */
  boolean isFloat32() {
    return kind == 'f' && valueBytes == 4;
  }

  /**
   * Whether the bytes of values stand for them as those of every file of real numbers up to now.
   */
  boolean isPlain() {
    return kind == 'f' && valueBytes < 8 && order == ByteOrder.LITTLE_ENDIAN;
  }

  /**
   * A value.
   *
   * @param from bytes of values in their order
   * @throws DissectionException if it is a whole number that float32 does not hold
   */
  float value(Path path, ByteBuffer from, int at) throws DissectionException {
    if (kind == 'f') {
      return switch (valueBytes) {
        case 2 -> NpyFile.halfToFloat(from.getShort(at));
        case 4 -> from.getFloat(at);
        default -> (float) from.getDouble(at);
      };
    }
    long whole = whole(from, at);
    float value = whole;
    if (Math.abs(whole) >= EXACT || (double) value != whole || (kind == 'u' && whole < 0)) {
      throw error(
          path,
          "holds the whole number "
              + (kind == 'u' ? Long.toUnsignedString(whole) : Long.toString(whole))
              + ", which is not exact in float32; scale the values, or save them as float32");
    }
    return value;
  }

  private long whole(ByteBuffer from, int at) {
    boolean isSigned = kind == 'i';
    return switch (valueBytes) {
      case 1 -> isSigned ? from.get(at) : from.get(at) & 0xff;
      case 2 -> isSigned ? from.getShort(at) : from.getShort(at) & 0xffff;
      case 4 -> isSigned ? from.getInt(at) : from.getInt(at) & 0xffffffffL;
      default -> from.getLong(at);
    };
  }

  private static int[] shape(Path path, long[] sides) throws DissectionException {
    if (sides.length != 4) {
      throw error(
          path,
          "shape "
              + Text.oneLine(Arrays.toString(sides))
              + " is not images × units × height × width");
    }
    int[] shape = new int[4];
    for (int i = 0; i < 4; i++) {
      if (sides[i] < 1) {
        throw error(path, "the shape has an empty side");
      }
      if (sides[i] > Integer.MAX_VALUE) {
        throw error(path, "the shape makes no sense");
      }
      shape[i] = (int) sides[i];
    }
    return shape;
  }

  private void check(Path path) throws DissectionException {
    // No more than the file has bytes.
    long ofImage = (long) shape[1] * shape[2] * shape[3];
    if (ofImage > 1 << 28 || ofImage * valueBytes > 1 << 30) {
      throw error(path, "more than 2^28 values or 2^30 bytes an image");
    }
    if (ofImage * Float.BYTES * 4 > Runtime.getRuntime().maxMemory()) {
      throw error(
          path, ofImage + " values an image are too many for the memory; give Java more with -Xmx");
    }
  }

  private static DissectionException error(Path path, String what) {
    return new DissectionException(Text.oneLine(path.toString()) + ": " + what);
  }
}
