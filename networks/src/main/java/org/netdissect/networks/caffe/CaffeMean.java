package org.netdissect.networks.caffe;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.Preprocessing.Channels;

/**
 * A mean that Caffe networks subtract, from a file: {@code .binaryproto}, as Caffe's own tools
 * write it, or {@code .npy}, as its Python examples have it. Channels are blue, green, red.
 *
 * <p>Such a file mostly holds a mean for every pixel of the training images, which were larger than
 * what the network takes. Of each channel the mean over all pixels is subtracted: so do the
 * original Network Dissection and Caffe's classification examples.
 */
public final class CaffeMean {
  private static final int LARGEST_FILE = 64 << 20;
  private static final Pattern SHAPE = Pattern.compile("'shape': *\\(([0-9, L]*)\\)");
  private static final Pattern TYPE = Pattern.compile("'descr': *'([^']*)'");

  private CaffeMean() {}

  /**
   * Reads a mean file.
   *
   * @throws ModelException if it is malformed, or does not hold one or three channels
   */
  public static Preprocessing read(Path file) throws ModelException {
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw new ModelException(file + ": too large for a mean.");
      }
      byte[] bytes = Files.readAllBytes(file);
      String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
      return name.endsWith(".npy") ? ofNumPy(file, bytes) : ofBlob(file, bytes);
    } catch (NoSuchFileException e) {
      throw new ModelException(file + ": no such file.", e);
    } catch (InvalidProtocolBufferException e) {
      throw new ModelException(file + ": is no mean of Caffe, or is damaged.", e);
    } catch (ModelException e) {
      throw e;
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static Preprocessing ofBlob(Path file, byte[] bytes) throws IOException {
    ByteString message = UnsafeByteOperations.unsafeWrap(bytes);
    Blob blob = WeightFile.blob(message);
    if (blob.count() == 0 || Blob.product(blob.dims()) != blob.count()) {
      throw new ModelException(
          "%s: is no mean of Caffe: said to be %s, but holds %d values."
              .formatted(file, Blob.text(blob.dims()), blob.count()));
    }
    float[] values = Parameters.values(blob);
    return mean(file, blob.dims(), values.length, false, i -> values[i]);
  }

  private static Preprocessing ofNumPy(Path file, byte[] bytes) throws ModelException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    boolean isNumPy =
        bytes.length > 12
            && new String(bytes, 0, 6, StandardCharsets.ISO_8859_1).equals("\u0093NUMPY");
    int start = !isNumPy ? 0 : bytes[6] == 1 ? 10 : 12;
    long length = !isNumPy ? 0 : bytes[6] == 1 ? buffer.getShort(8) & 0xffff : buffer.getInt(8);
    if (!isNumPy || length < 0 || start + length > bytes.length) {
      throw new ModelException(file + ": is no NumPy file, or is truncated.");
    }
    String header = new String(bytes, start, (int) length, StandardCharsets.ISO_8859_1);
    Matcher shape = SHAPE.matcher(header);
    Matcher type = TYPE.matcher(header);
    if (!shape.find() || !type.find() || !List.of("<f4", "<f8").contains(type.group(1))) {
      throw new ModelException(
          file + ": a mean must be an array of float32 or float64, channels first.");
    }
    long[] dims = dims(shape.group(1));
    buffer.position(start + (int) length);
    ByteBuffer data = buffer.slice().order(ByteOrder.LITTLE_ENDIAN);
    boolean isDouble = type.group(1).equals("<f8");
    int count = data.remaining() / (isDouble ? 8 : 4);
    if (Blob.product(dims) != count) {
      throw new ModelException(
          "%s: said to be %s, but holds %d values.".formatted(file, Blob.text(dims), count));
    }
    boolean isReversed = header.contains("'fortran_order': True");
    return mean(
        file,
        dims,
        count,
        isReversed,
        i -> isDouble ? data.getDouble(8 * i) : data.getFloat(4 * i));
  }

  private static long[] dims(String text) {
    return Arrays.stream(text.replace("L", "").split(",", -1))
        .map(String::trim)
        .filter(d -> !d.isEmpty() && d.length() < 10)
        .mapToLong(Long::parseLong)
        .toArray();
  }

  /**
   * @param isReversed whether the first axis varies fastest
   */
  private static Preprocessing mean(
      Path file, long[] dims, int count, boolean isReversed, IntToDoubleFunction value)
      throws ModelException {
    // Images × channels × height × width, channels × height × width, or channels alone.
    boolean hasImages = dims.length == 4 && dims[0] == 1;
    int axis = hasImages ? 1 : 0;
    boolean isKnown = hasImages || dims.length == 3 || dims.length == 1;
    if (!isKnown || (dims[axis] != 3 && dims[axis] != 1)) {
      throw new ModelException(
          "%s: a mean of %s; channels × height × width with 1 or 3 channels (blue, green, red) is wanted."
              .formatted(file, Blob.text(dims)));
    }
    int channels = (int) dims[axis];
    int area = count / channels;
    double[] sums = new double[channels];
    for (int i = 0; i < count; i++) {
      sums[isReversed ? i % channels : i / area] += value.applyAsDouble(i);
    }
    List<Double> means = new ArrayList<>();
    for (int c = 0; c < 3; c++) {
      means.add(sums[channels == 1 ? 0 : c] / area);
    }
    try {
      return new Preprocessing(Channels.BGR, 1, means, List.of(1.0, 1.0, 1.0));
    } catch (IllegalArgumentException e) {
      throw new ModelException(file + ": its mean is infinite or not a number.", e);
    }
  }
}
