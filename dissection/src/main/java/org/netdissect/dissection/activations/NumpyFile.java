package org.netdissect.dissection.activations;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.netdissect.base.Text;
import org.netdissect.base.files.SectionFile;
import org.netdissect.results.DissectionException;

/**
 * What the header of a NumPy array says: NumPy's format (numpy.lib.format, versions 1 to 3), also
 * of an array that {@code numpy.savez} stored in an archive.
 *
 * @param start where its values begin in the file
 * @param valueBytes bytes of a value: 2, 4 or 8, of a floating-point number
 * @param order of these bytes
 * @param fortran whether the first index runs fastest
 * @param shape four sides
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record NumpyFile(long start, int valueBytes, ByteOrder order, boolean fortran, int[] shape) {
  private static final int MAX_HEADER = 1 << 16;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");

  /** Reads the header of a file, and of the only array of an archive. */
  static NumpyFile read(Path path, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size >= 4 && SectionFile.read(channel, path, 0, 4).getInt() == StoredArray.MAGIC) {
      StoredArray array = StoredArray.only(path, channel);
      return read(path, channel, array.start(), array.start() + array.size());
    }
    return read(path, channel, 0, size);
  }

  private static NumpyFile read(Path path, FileChannel channel, long at, long end)
      throws IOException {
    if (end - at < 12) {
      throw error(path, "not a NumPy file (.npy)");
    }
    ByteBuffer head = SectionFile.read(channel, path, at, 12);
    byte[] magic = new byte[6];
    head.get(magic);
    int major = head.get();
    head.get();
    if (!new String(magic, StandardCharsets.ISO_8859_1).equals("\u0093NUMPY")
        || major < 1
        || major > 3) {
      throw error(path, "not a NumPy file (.npy)");
    }
    long headerLength = major == 1 ? head.getShort() & 0xffff : head.getInt() & 0xffffffffL;
    long headerAt = at + (major == 1 ? 10 : 12);
    if (headerLength > MAX_HEADER || headerAt + headerLength > end) {
      throw error(path, "the header of the NumPy file is cut or too long");
    }
    String header =
        StandardCharsets.ISO_8859_1
            .decode(SectionFile.read(channel, path, headerAt, (int) headerLength))
            .toString();
    String type = find(DESCR, header, path, "descr");
    if (!type.matches("[<>]f[248]")) {
      throw error(
          path, "values are " + Text.quoted(type) + "; save them as float32, float16 or float64");
    }
    NumpyFile file =
        new NumpyFile(
            headerAt + headerLength,
            type.charAt(2) - '0',
            type.charAt(0) == '<' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN,
            find(ORDER, header, path, "fortran_order").equals("True"),
            shape(path, find(SHAPE, header, path, "shape")));
    file.check(path, end);
    return file;
  }

  private static int[] shape(Path path, String text) throws DissectionException {
    String[] parts = text.trim().split("\\s*,\\s*");
    if (parts.length != 4) {
      throw error(
          path,
          "shape ("
              + Text.oneLine(String.join(", ", parts))
              + ") is not images × units × height × width");
    }
    int[] shape = new int[4];
    try {
      for (int i = 0; i < 4; i++) {
        shape[i] = Integer.parseInt(parts[i]);
        if (shape[i] < 1) {
          throw error(path, "the shape has an empty side");
        }
      }
      return shape;
    } catch (NumberFormatException e) {
      throw new DissectionException(
          Text.oneLine(path.toString()) + ": the shape makes no sense", e);
    }
  }

  private void check(Path path, long end) throws DissectionException {
    long values = 1;
    try {
      for (int side : shape) {
        values = Math.multiplyExact(values, side);
      }
    } catch (ArithmeticException e) {
      throw new DissectionException(
          Text.oneLine(path.toString()) + ": the shape makes no sense", e);
    }
    if (values > (end - start) / valueBytes || end - start != values * valueBytes) {
      throw error(
          path,
          "holds "
              + (end - start)
              + " bytes of values where its shape needs "
              + values
              + " × "
              + valueBytes);
    }
    long ofImage = values / shape[0];
    if (ofImage > 1 << 28 || ofImage * valueBytes > 1 << 30) {
      throw error(path, "more than 2^28 values or 2^30 bytes an image");
    }
    if (ofImage * Float.BYTES * 4 > Runtime.getRuntime().maxMemory()) {
      throw error(
          path, ofImage + " values an image are too many for the memory; give Java more with -Xmx");
    }
  }

  private static String find(Pattern pattern, String header, Path path, String key)
      throws DissectionException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw error(path, "the header of the NumPy file has no '" + key + "'");
    }
    return matcher.group(1);
  }

  private static DissectionException error(Path path, String what) {
    return new DissectionException(Text.oneLine(path.toString()) + ": " + what);
  }
}
