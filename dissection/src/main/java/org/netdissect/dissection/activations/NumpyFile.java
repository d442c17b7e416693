package org.netdissect.dissection.activations;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import org.netdissect.base.Text;
import org.netdissect.base.files.NpyHeader;
import org.netdissect.base.files.SectionFile;
import org.netdissect.results.DissectionException;

/**
 * Where a NumPy array of maps lies, in a file of its own or in an archive of {@code numpy.savez}.
 *
 * @param start where its values begin in the file
 * @param valueBytes bytes of a value: 2, 4 or 8, of a floating-point number
 * @param order of these bytes
 * @param fortran whether the first index runs fastest
 * @param shape four sides
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record NumpyFile(long start, int valueBytes, ByteOrder order, boolean fortran, int[] shape) {
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
    NpyHeader header = NpyHeader.read(path, channel, at, end);
    if (!header.type().matches("[<>]f[248]")) {
      throw error(
          path,
          "values are "
              + Text.quoted(header.type())
              + "; save them as float32, float16 or float64");
    }
    int valueBytes = header.type().charAt(2) - '0';
    NumpyFile file =
        new NumpyFile(
            header.start(),
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
