package org.netdissect.networks.caffe;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A parameter blob as a weight file holds it.
 *
 * @param dims its dimensions; of four axes where they are of the old form
 * @param isOldForm whether they are of the form (num, channels, height, width), in which leading
 *     ones say nothing
 * @param values 32-bit floats, little-endian
 */
record Blob(long[] dims, boolean isOldForm, ByteString values) {

  /** Number of values that are there. */
  long count() {
    return values.size() / 4;
  }

  /** Whether Caffe takes it for a parameter of these dimensions. */
  boolean fits(long[] wanted) {
    if (dims.length == 0) {
      // Without dimensions the number decides: there is nothing to contradict it.
      return count() == product(wanted);
    }
    if (product(dims) != count()) {
      return false;
    }
    if (!isOldForm) {
      return Arrays.equals(dims, wanted);
    }
    if (wanted.length > 4) {
      return false;
    }
    long[] padded = {1, 1, 1, 1};
    System.arraycopy(wanted, 0, padded, 4 - wanted.length, wanted.length);
    return Arrays.equals(dims, padded);
  }

  /** The number of values of a tensor; −1 where it is negative or beyond what an int counts. */
  static long product(long[] dims) {
    long product = 1;
    for (long dim : dims) {
      if (dim < 0 || dim > Integer.MAX_VALUE) {
        return -1;
      }
      product *= dim;
      if (product > Integer.MAX_VALUE) {
        return -1;
      }
    }
    return product;
  }

  /** Dimensions for people: 96×3×11×11. */
  static String text(long[] dims) {
    return dims.length == 0
        ? "a single number"
        : LongStream.of(dims).mapToObj(Long::toString).collect(Collectors.joining("×"));
  }
}
