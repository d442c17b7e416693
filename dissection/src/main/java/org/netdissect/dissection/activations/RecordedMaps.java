package org.netdissect.dissection.activations;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.netdissect.base.files.SectionFile;
import org.netdissect.results.DissectionException;

/**
 * Activation maps in a NumPy file: float32 or float16, little-endian, C order, images × units ×
 * height × width. Read image by image, never as a whole.
 */
public final class RecordedMaps implements Closeable {
  private static final int MAX_HEADER = 1 << 16;
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");

  private final Path path;
  private final FileChannel channel;
  private final long start;
  private final int valueBytes;
  public final int images;
  public final int units;
  public final int height;
  public final int width;

  private RecordedMaps(Path path, FileChannel channel, long start, int valueBytes, int[] shape) {
    this.path = path;
    this.channel = channel;
    this.start = start;
    this.valueBytes = valueBytes;
    images = shape[0];
    units = shape[1];
    height = shape[2];
    width = shape[3];
  }

  /**
   * Opens a file and reads its header.
   *
   * @throws DissectionException if it is no NumPy file of such maps
   */
  public static RecordedMaps open(Path path) throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new DissectionException(path + ": not a NumPy file (.npy)");
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return open(path, channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static RecordedMaps open(Path path, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < 12) {
      throw new DissectionException(path + ": not a NumPy file (.npy)");
    }
    ByteBuffer head = SectionFile.read(channel, path, 0, 12);
    byte[] magic = new byte[6];
    head.get(magic);
    int major = head.get();
    head.get();
    if (!new String(magic, StandardCharsets.ISO_8859_1).equals("\u0093NUMPY")
        || major < 1
        || major > 3) {
      throw new DissectionException(path + ": not a NumPy file (.npy)");
    }
    long headerLength = major == 1 ? head.getShort() & 0xffff : head.getInt() & 0xffffffffL;
    int headerAt = major == 1 ? 10 : 12;
    if (headerLength > MAX_HEADER || headerAt + headerLength > size) {
      throw new DissectionException(path + ": the header of the NumPy file is cut or too long");
    }
    String header =
        StandardCharsets.ISO_8859_1
            .decode(SectionFile.read(channel, path, headerAt, (int) headerLength))
            .toString();
    String type = find(DESCR, header, path, "descr");
    if (!type.equals("<f4") && !type.equals("<f2")) {
      throw new DissectionException(
          path + ": values are '" + type + "'; save them as little-endian float32 or float16");
    }
    if (find(ORDER, header, path, "fortran_order").equals("True")) {
      throw new DissectionException(
          path + ": values are in Fortran order; save numpy.ascontiguousarray(maps)");
    }
    String[] parts = find(SHAPE, header, path, "shape").trim().split("\\s*,\\s*");
    if (parts.length != 4) {
      throw new DissectionException(
          path
              + ": shape ("
              + String.join(", ", parts)
              + ") is not images × units × height × width");
    }
    int[] shape = new int[4];
    long values = 1;
    try {
      for (int i = 0; i < 4; i++) {
        shape[i] = Integer.parseInt(parts[i]);
        if (shape[i] < 1) {
          throw new DissectionException(path + ": the shape has an empty side");
        }
        values = Math.multiplyExact(values, shape[i]);
      }
    } catch (NumberFormatException | ArithmeticException e) {
      throw new DissectionException(path + ": the shape makes no sense", e);
    }
    int valueBytes = type.equals("<f4") ? 4 : 2;
    long start = headerAt + headerLength;
    if (values > (size - start) / valueBytes || (size - start) != values * valueBytes) {
      throw new DissectionException(
          path
              + ": holds "
              + (size - start)
              + " bytes of values where its shape needs "
              + values
              + " × "
              + valueBytes);
    }
    if ((long) shape[1] * shape[2] * shape[3] > 1 << 28) {
      throw new DissectionException(path + ": more than 2^28 values an image");
    }
    return new RecordedMaps(path, channel, start, valueBytes, shape);
  }

  private static String find(Pattern pattern, String header, Path path, String key)
      throws DissectionException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new DissectionException(path + ": the header of the NumPy file has no '" + key + "'");
    }
    return matcher.group(1);
  }

  /** Values of one image. */
  int valuesPerImage() {
    return units * height * width;
  }

  /**
   * Reads the maps of one image.
   *
   * @param row of the file
   * @return its bytes as they stand in the file
   */
  ByteBuffer read(int row, float[] target, int offset) throws IOException {
    int bytes = valuesPerImage() * valueBytes;
    ByteBuffer raw = SectionFile.read(channel, path, start + (long) row * bytes, bytes);
    if (valueBytes == 4) {
      raw.asFloatBuffer().get(target, offset, valuesPerImage());
    } else {
      for (int i = 0; i < valuesPerImage(); i++) {
        target[offset + i] = halfToFloat(raw.getShort(2 * i));
      }
    }
    return raw;
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
