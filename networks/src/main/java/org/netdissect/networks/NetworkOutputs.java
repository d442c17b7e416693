package org.netdissect.networks;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs a network on one photograph at a time and gives what it puts out, whatever its shape. For
 * maps of layers, many at once, take {@link Network#tap}. Safe to use from several threads.
 */
public final class NetworkOutputs implements AutoCloseable {
  private final Path file;
  private final ImageInput input;
  private final PixelTable pixels;
  private final OrtSession session;
  private final List<String> names;

  /** Whether closing this closes the session. */
  private final boolean owns;

  private NetworkOutputs(
      Path file,
      ImageInput input,
      PixelTable pixels,
      OrtSession session,
      List<String> names,
      boolean owns) {
    this.file = file;
    this.input = input;
    this.pixels = pixels;
    this.session = session;
    this.names = List.copyOf(names);
    this.owns = owns;
  }

  /**
   * The same under another preprocessing, on the same session: of use until this is closed.
   *
   * @throws ModelException if the preprocessing does not fit the input
   */
  public NetworkOutputs under(Preprocessing preprocessing) throws ModelException {
    return new NetworkOutputs(
        file, input, PixelTable.of(preprocessing, input, file), session, names, false);
  }

  /**
   * What a network put out for a photograph.
   *
   * @param dims dimensions, images first
   * @param floats the values in order, if they are floats; otherwise null
   * @param integers the values in order, if they are whole numbers; otherwise null
   */
  public record Output(
      String name, List<Long> dims, float @Nullable [] floats, long @Nullable [] integers) {

    /** The whole number nearest to a value. */
    public long integer(int i) {
      if (floats != null) {
        return Math.round(floats[i]);
      }
      if (integers != null) {
        return integers[i];
      }
      throw new IllegalStateException("neither floats nor whole numbers");
    }
  }

  /**
   * @param outputs as in {@link Network#outputs}
   */
  static NetworkOutputs open(
      OnnxGraph graph, ImageInput input, Preprocessing preprocessing, List<String> outputs)
      throws ModelException {
    return open(graph, input, preprocessing, outputs, null, Device.CPU);
  }

  /**
   * @param outputs as in {@link Network#outputs}
   * @param detour a way round inside the network
   * @param device that computes it
   */
  static NetworkOutputs open(
      OnnxGraph graph,
      ImageInput input,
      Preprocessing preprocessing,
      List<String> outputs,
      @Nullable Detour detour,
      Device device)
      throws ModelException {
    PixelTable pixels = PixelTable.of(preprocessing, input, graph.file());
    List<String> names =
        outputs.isEmpty()
            ? graph.outputs().stream().filter(graph::dependsOnImage).limit(1).toList()
            : outputs;
    for (String name : names) {
      if (!graph.dependsOnImage(name)) {
        throw new ModelException(
            "%s: has no output %s; it has %s"
                .formatted(graph.file(), name, String.join(", ", graph.outputs())));
      }
    }
    if (names.isEmpty()) {
      throw new ModelException(graph.file() + ": none of its outputs follows from the image.");
    }
    long[] dims = input.dims(Math.max(1, input.batch()));
    GraphEdit edit = GraphEdit.of(graph).outputs(names).image(dims);
    if (detour != null) {
      edit.detour(detour);
    }
    OrtSession session = Sessions.computing(graph, edit.build(), device);
    return new NetworkOutputs(graph.file(), input, pixels, session, names, true);
  }

  /**
   * Sends a photograph through. Of a model with a batch of its own the other images are blank.
   *
   * @param rgb height × width × 3 bytes at the network's input size
   * @return the outputs in the order asked for
   * @throws ModelException if ONNX Runtime fails, or an output is no tensor of numbers
   */
  public List<Output> run(byte[] rgb) throws ModelException {
    int images = Math.max(1, input.batch());
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(Math.toIntExact(InputBuffer.bytes(input, images)))
            .order(ByteOrder.nativeOrder());
    InputBuffer image = new InputBuffer(input, pixels, buffer);
    image.photograph(0, rgb);
    try (OnnxTensor tensor = image.tensor(images);
        OrtSession.Result result = session.run(Map.of(input.name(), tensor))) {
      List<Output> outputs = new ArrayList<>();
      for (String name : names) {
        outputs.add(output(name, result.get(name).orElse(null)));
      }
      return outputs;
    } catch (OrtException e) {
      throw new ModelException(file + ": ONNX Runtime failed: " + Natives.firstLine(e), e);
    }
  }

  private Output output(String name, @Nullable OnnxValue value) throws ModelException {
    if (!(value instanceof OnnxTensor tensor)) {
      throw new ModelException(file + ": its output " + name + " is no tensor.");
    }
    TensorInfo info = tensor.getInfo();
    List<Long> dims = new ArrayList<>();
    for (long dim : info.getShape()) {
      dims.add(dim);
    }
    int n = Math.toIntExact(info.getNumElements());
    if (info.type == OnnxJavaType.FLOAT || info.type == OnnxJavaType.FLOAT16) {
      float[] floats = new float[n];
      tensor.getFloatBuffer().get(floats);
      return new Output(name, dims, floats, null);
    }
    return new Output(name, dims, null, integers(name, tensor, n));
  }

  private long[] integers(String name, OnnxTensor tensor, int n) throws ModelException {
    long[] integers = new long[n];
    switch (tensor.getInfo().type) {
      case INT64 -> {
        LongBuffer from = tensor.getLongBuffer();
        from.get(integers);
      }
      case INT32 -> {
        IntBuffer from = tensor.getIntBuffer();
        for (int i = 0; i < n; i++) {
          integers[i] = from.get(i);
        }
      }
      case INT8, UINT8 -> {
        ByteBuffer from = tensor.getByteBuffer();
        boolean isSigned = tensor.getInfo().type == OnnxJavaType.INT8;
        for (int i = 0; i < n; i++) {
          integers[i] = isSigned ? from.get(i) : from.get(i) & 0xff;
        }
      }
      default ->
          throw new ModelException(
              "%s: its output %s is of type %s, which cannot be read."
                  .formatted(file, name, tensor.getInfo().type));
    }
    return integers;
  }

  @Override
  public void close() {
    if (owns) {
      Sessions.close(session);
    }
  }
}
