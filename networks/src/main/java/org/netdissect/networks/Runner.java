package org.netdissect.networks;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One worker's way through a tapped network: an input buffer to fill with photographs, and a buffer
 * per layer that each run fills anew. Not safe for several threads at once.
 */
public final class Runner implements AutoCloseable {
  private final OrtSession session;
  private final ImageInput input;
  private final List<LayerTensor> tensors;
  private final int batch;

  /** How many images every run takes, or −1 where that is free. */
  private final int fixedBatch;

  private final InputBuffer image;

  /** By layer, where its values lie in its tensor; null where they lie in order. */
  private final List<int @Nullable []> offsets;

  private final ByteBuffer[] raw;
  private final FloatBuffer[] maps;
  private final Map<Integer, Binding> bindings = new HashMap<>();

  /** The tensors over this runner's buffers for one number of images. */
  private record Binding(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs)
      implements AutoCloseable {
    @Override
    public void close() {
      inputs.values().forEach(OnnxTensor::close);
      outputs.values().forEach(OnnxTensor::close);
    }
  }

  Runner(
      OrtSession session,
      ImageInput input,
      List<LayerTensor> tensors,
      List<int @Nullable []> offsets,
      PixelTable pixels,
      int asked,
      int fixedBatch)
      throws ModelException {
    if (asked < 1) {
      throw new IllegalArgumentException("The batch must be at least 1, not " + asked + ".");
    }
    this.session = session;
    this.input = input;
    this.tensors = tensors;
    this.offsets = offsets;
    this.fixedBatch = fixedBatch;
    int rows = fixedBatch > 0 ? fixedBatch : asked;
    this.batch = Math.min(rows, asked);
    this.image = new InputBuffer(input, pixels, buffer(InputBuffer.bytes(input, rows)));
    this.raw = new ByteBuffer[tensors.size()];
    this.maps = new FloatBuffer[tensors.size()];
    for (int i = 0; i < raw.length; i++) {
      LayerTensor tensor = tensors.get(i);
      long values = (long) rows * tensor.layer().values();
      raw[i] = buffer((long) rows * tensor.valuesPerImage() * tensor.type().size);
      maps[i] = isDirect(tensor) ? raw[i].asFloatBuffer() : buffer(values * 4).asFloatBuffer();
    }
  }

  /**
   * How many photographs one run takes: as many as asked for, or fewer where the model fixes its
   * batch.
   */
  public int batch() {
    return batch;
  }

  /**
   * Preprocesses a photograph into the input.
   *
   * @param slot its place in the batch, from 0
   * @param rgb height × width × 3 bytes: rows of red, green and blue, at the network's input size
   */
  public void photograph(int slot, byte[] rgb) {
    if (slot < 0 || slot >= batch) {
      throw new IndexOutOfBoundsException("Slot " + slot + " of a batch of " + batch + ".");
    }
    image.photograph(slot, rgb);
  }

  /**
   * Sends the photographs of slots 0 to n − 1 through the network.
   *
   * @param n at least 1, at most {@link #batch}
   * @return per tapped layer a direct buffer of 32-bit floats in native order, whose first n ·
   *     channels · height · width values, in that order, hold until the next run
   * @throws ModelException if ONNX Runtime fails
   */
  public FloatBuffer[] run(int n) throws ModelException {
    if (n < 1 || n > batch) {
      throw new IndexOutOfBoundsException(n + " photographs in a batch of " + batch + ".");
    }
    try {
      Binding binding = bindings.get(n);
      if (binding == null) {
        binding = bind(n);
        bindings.put(n, binding);
      }
      session.run(binding.inputs, binding.outputs).close();
    } catch (OrtException e) {
      throw new ModelException("ONNX Runtime failed: " + Natives.firstLine(e), e);
    }
    for (int i = 0; i < maps.length; i++) {
      if (!isDirect(tensors.get(i))) {
        convert(tensors.get(i), offsets.get(i), raw[i], maps[i], n);
      }
      maps[i].clear();
    }
    return maps.clone();
  }

  @Override
  public void close() {
    bindings.values().forEach(Binding::close);
    bindings.clear();
  }

  /** Whether the runtime's own output already is what {@link #run} gives. */
  private static boolean isDirect(LayerTensor tensor) {
    return tensor.type() == OnnxJavaType.FLOAT && tensor.isPlanar();
  }

  private Binding bind(int n) throws OrtException, ModelException {
    int rows = fixedBatch > 0 ? fixedBatch : n;
    OrtEnvironment environment = Natives.environment();
    Map<String, OnnxTensor> outputs = new HashMap<>();
    Map<String, OnnxTensor> inputs = new HashMap<>();
    for (int i = 0; i < raw.length; i++) {
      LayerTensor tensor = tensors.get(i);
      ByteBuffer part = part(raw[i], (long) rows * tensor.valuesPerImage() * tensor.type().size);
      outputs.put(
          tensor.tapped(),
          OnnxTensor.createTensor(environment, part, tensor.dims(rows), tensor.type()));
    }
    inputs.put(input.name(), image.tensor(rows));
    return new Binding(inputs, outputs);
  }

  private static ByteBuffer part(ByteBuffer whole, long bytes) {
    return whole.duplicate().order(ByteOrder.nativeOrder()).position(0).limit((int) bytes);
  }

  private ByteBuffer buffer(long bytes) throws ModelException {
    if (bytes > Integer.MAX_VALUE && fixedBatch > 0) {
      throw new ModelException(
          "The model takes %d images at once, and a layer's maps of so many need more than 2 GiB; export it with a batch of 1."
              .formatted(fixedBatch));
    }
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "A batch of " + batch + " needs a buffer of more than 2 GiB; give a smaller --batch.");
    }
    try {
      return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder());
    } catch (OutOfMemoryError e) {
      throw new ModelException(
          "Not enough memory for the maps of a batch of %d (%d MB); give a smaller --batch, fewer layers or workers, or java -Xmx."
              .formatted(batch, bytes >> 20),
          e);
    }
  }

  /**
   * Brings any type and order of axes into floats of images × channels × height × width.
   *
   * @param offsets see {@link Layout#offsets}, or null for images × channels × height × width
   */
  private static void convert(
      LayerTensor tensor, int @Nullable [] offsets, ByteBuffer from, FloatBuffer to, int n) {
    int values = tensor.layer().values();
    int step = tensor.imageStep();
    int at = 0;
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < values; k++) {
        to.put(at++, value(tensor.type(), from, i * step + (offsets == null ? k : offsets[k])));
      }
    }
  }

  private static float value(OnnxJavaType type, ByteBuffer from, int at) {
    return switch (type) {
      case FLOAT -> from.getFloat(4 * at);
      case FLOAT16 -> Fp16Conversions.mlasFp16ToFloat(from.getShort(2 * at));
      default -> (float) from.getDouble(8 * at);
    };
  }
}
