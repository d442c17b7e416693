package org.netdissect.datasets.label;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;

/**
 * A network that says for every position what is there: one output of scores (N × C × H × W, the
 * largest wins; the lowest class on ties) or of classes (N × H × W or N × 1 × H × W, whole
 * numbers). Runs one image at a time; safe to use from several threads.
 */
final class SegmentationModel implements AutoCloseable {
  private final Path file;
  private final Network network;
  private final boolean bgr;

  /** What each pixel value becomes, by channel of the network. */
  private final float[][] values = new float[3][256];

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final String input;
  private final boolean channelsLast;
  private final String output;

  private SegmentationModel(Path file, Network network, Preprocessing preprocessing, String wanted)
      throws ModelException {
    this.file = file;
    this.network = network;
    this.bgr = preprocessing.channels() == Preprocessing.Channels.BGR;
    for (int c = 0; c < 3; c++) {
      for (int pixel = 0; pixel < 256; pixel++) {
        values[c][pixel] = (float) preprocessing.value(c, pixel);
      }
    }
    try {
      environment = OrtEnvironment.getEnvironment();
      OrtSession.SessionOptions options = new OrtSession.SessionOptions();
      options.setIntraOpNumThreads(1);
      session = environment.createSession(file.toString(), options);
      options.close();
    } catch (OrtException e) {
      throw new ModelException(file + ": ONNX Runtime cannot load it: " + line(e), e);
    }
    try {
      NodeInfo in = session.getInputInfo().values().iterator().next();
      input = in.getName();
      TensorInfo tensor = (TensorInfo) in.getInfo();
      if (tensor.type != OnnxJavaType.FLOAT) {
        throw new ModelException(
            file + ": a network that labels must take float32 images, not " + tensor.type);
      }
      long[] dims = tensor.getShape();
      channelsLast = dims.length == 4 && dims[1] != network.inputChannels() && dims[3] > 0;
      output = wanted != null ? wanted : session.getOutputNames().iterator().next();
      NodeInfo out = session.getOutputInfo().get(output);
      if (out == null) {
        throw new ModelException(
            file + ": has no output " + output + "; it has " + session.getOutputNames());
      }
      if (!(out.getInfo() instanceof TensorInfo)) {
        throw noLabels();
      }
    } catch (OrtException | ModelException e) {
      close();
      throw e instanceof ModelException known
          ? known
          : new ModelException(file + ": " + line(e), e);
    }
  }

  /**
   * Opens a model.
   *
   * @param size of the input where the model leaves it free, or null
   * @param output name of the output to read, or null for the first
   */
  static SegmentationModel open(
      Path file, InputSize size, Preprocessing preprocessing, String output) throws IOException {
    return new SegmentationModel(file, Network.open(file, size), preprocessing, output);
  }

  private static String line(Exception e) {
    return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
  }

  Network network() {
    return network;
  }

  int height() {
    return network.inputHeight();
  }

  int width() {
    return network.inputWidth();
  }

  /** Classes of the positions of one image, rows from the top. */
  static final class Classes {
    final int height;
    final int width;
    final int[] of;

    Classes(int height, int width) {
      this.height = height;
      this.width = width;
      this.of = new int[Math.multiplyExact(height, width)];
    }
  }

  /**
   * Labels a photograph.
   *
   * @param rgb height × width × 3 bytes at the network's input size
   */
  Classes label(byte[] rgb) throws ModelException {
    int area = height() * width();
    int channels = network.inputChannels();
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(4 * area * channels).order(ByteOrder.nativeOrder());
    FloatBuffer pixels = bytes.asFloatBuffer();
    for (int c = 0; c < 3; c++) {
      int colour = bgr ? 2 - c : c;
      for (int i = 0; i < area; i++) {
        float x = values[c][rgb[3 * i + colour] & 0xff];
        if (channels == 1) {
          pixels.put(i, pixels.get(i) + x / 3);
        } else {
          pixels.put(channelsLast ? 3 * i + c : c * area + i, x);
        }
      }
    }
    long[] dims =
        channelsLast
            ? new long[] {1, height(), width(), channels}
            : new long[] {1, channels, height(), width()};
    try (OnnxTensor image = OnnxTensor.createTensor(environment, pixels, dims);
        OrtSession.Result result = session.run(Map.of(input, image), Set.of(output))) {
      return classes((OnnxTensor) result.get(0));
    } catch (OrtException e) {
      throw new ModelException(file + ": ONNX Runtime failed: " + line(e), e);
    }
  }

  private ModelException noLabels() {
    return new ModelException(
        file
            + ": its output "
            + output
            + " is neither scores (N × C × H × W) nor classes (N × H × W); choose with --output");
  }

  private Classes classes(OnnxTensor tensor) throws ModelException {
    long[] dims = tensor.getInfo().getShape();
    if (dims.length < 3 || dims.length > 4 || dims[0] != 1) {
      throw noLabels();
    }
    OnnxJavaType type = tensor.getInfo().type;
    boolean scores = dims.length == 4 && dims[1] > 1;
    int height = Math.toIntExact(dims[dims.length - 2]);
    int width = Math.toIntExact(dims[dims.length - 1]);
    Classes classes = new Classes(height, width);
    int area = height * width;
    if (scores || type == OnnxJavaType.FLOAT || type == OnnxJavaType.FLOAT16) {
      if (type != OnnxJavaType.FLOAT && type != OnnxJavaType.FLOAT16) {
        throw new ModelException(file + ": scores of type " + type + " cannot be read");
      }
      FloatBuffer from = tensor.getFloatBuffer();
      if (!scores) {
        for (int p = 0; p < area; p++) {
          classes.of[p] = Math.round(from.get(p));
        }
        return classes;
      }
      int n = Math.toIntExact(dims[1]);
      for (int p = 0; p < area; p++) {
        float best = from.get(p);
        for (int c = 1; c < n; c++) {
          float score = from.get(c * area + p);
          if (score > best) {
            best = score;
            classes.of[p] = c;
          }
        }
        if (Float.isNaN(best)) {
          throw new ModelException(file + ": a score that is not a number");
        }
      }
      return classes;
    }
    switch (type) {
      case INT64 -> {
        LongBuffer from = tensor.getLongBuffer();
        for (int p = 0; p < area; p++) {
          classes.of[p] = (int) Math.max(-1, Math.min(Integer.MAX_VALUE, from.get(p)));
        }
      }
      case INT32 -> tensor.getIntBuffer().get(0, classes.of);
      case INT8, UINT8 -> {
        ByteBuffer from = tensor.getByteBuffer();
        for (int p = 0; p < area; p++) {
          classes.of[p] = from.get(p) & 0xff;
        }
      }
      default -> throw new ModelException(file + ": classes of type " + type);
    }
    return classes;
  }

  @Override
  public void close() {
    try {
      if (session != null) {
        session.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close a session", e);
    }
  }
}
