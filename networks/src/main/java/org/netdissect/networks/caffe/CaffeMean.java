package org.netdissect.networks.caffe;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import org.netdissect.base.files.NpyFile;
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

  private CaffeMean() {}

  /**
   * Reads a mean file.
   *
   * @throws IOException in one line if it is malformed, or does not hold one or three channels
   */
  public static Preprocessing read(Path file) throws IOException {
    try {
      if (Files.size(file) > LARGEST_FILE) {
        throw new ModelException(file + ": too large for a mean.");
      }
      String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
      return name.endsWith(".npy") ? ofNumPy(file) : ofBlob(file, Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new ModelException(file + ": no such file.", e);
    } catch (InvalidProtocolBufferException e) {
      throw new ModelException(file + ": is no mean of Caffe, or is damaged.", e);
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

  private static Preprocessing ofNumPy(Path file) throws IOException {
    try (NpyFile array = NpyFile.open(file)) {
      long count = Blob.product(array.shape());
      double[] values = new double[(int) Math.max(0, count)];
      array.read(0, values);
      return mean(file, array.shape(), values.length, array.isFortran(), i -> values[i]);
    }
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
    if (count == 0) {
      throw new ModelException(file + ": holds no values.");
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
