package org.netdissect.networks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.netdissect.networks.Network.LayerTensor;

/**
 * A network cut down to what chosen layers need, ready to run. One session with one thread inside
 * an operation: take a {@link Runner} per worker, weights exist once. Safe to use from any thread;
 * close it after its runners.
 */
public final class TappedNetwork implements AutoCloseable {
  private final OrtSession session;
  private final ImageInput input;
  private final List<LayerTensor> tensors;
  private final PixelTable pixels;
  private final int fixedBatch;

  private TappedNetwork(
      OrtSession session,
      ImageInput input,
      List<LayerTensor> tensors,
      PixelTable pixels,
      int fixedBatch) {
    this.session = session;
    this.input = input;
    this.tensors = List.copyOf(tensors);
    this.pixels = pixels;
    this.fixedBatch = fixedBatch;
  }

  static TappedNetwork open(
      OnnxGraph graph, ImageInput input, List<LayerTensor> tensors, Preprocessing preprocessing)
      throws ModelException {
    PixelTable pixels = PixelTable.of(preprocessing, input.type(), graph.file());
    List<String> names = tensors.stream().map(t -> t.layer().name()).toList();
    OrtSession session;
    try {
      session = Sessions.open(graph, graph.cut(names, input.dims(), true), true);
    } catch (OrtException e) {
      throw new ModelException(
          "%s: ONNX Runtime cannot load it: %s".formatted(graph.file(), Natives.firstLine(e)), e);
    }
    // Some models declare a free batch, yet fix it inside.
    int batch = input.batch() > 0 || takesTwo(session, input, tensors) ? input.batch() : 1;
    return new TappedNetwork(session, input, tensors, pixels, batch);
  }

  /** The layers in the order in which {@link Runner#run} gives them. */
  public List<Layer> layers() {
    return tensors.stream().map(LayerTensor::layer).toList();
  }

  /**
   * A worker's own buffers.
   *
   * @param batch images at once, at least 1; a model with a fixed batch keeps its own, see {@link
   *     Runner#batch}
   * @throws IllegalArgumentException if {@code batch} is below 1, or so large that a buffer would
   *     exceed 2 GiB
   */
  public Runner newRunner(int batch) {
    return new Runner(session, input, tensors, pixels, batch, fixedBatch);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close a session.", e);
    }
  }

  private static boolean takesTwo(OrtSession session, ImageInput input, List<LayerTensor> tensors)
      throws ModelException {
    long[] dims = input.dims(2);
    ByteBuffer blank =
        ByteBuffer.allocateDirect(Math.multiplyExact(2 * input.type().size, input.values()))
            .order(ByteOrder.nativeOrder());
    try (OnnxTensor image =
            OnnxTensor.createTensor(Natives.environment(), blank, dims, input.type());
        OrtSession.Result result = session.run(Map.of(input.name(), image))) {
      for (LayerTensor tensor : tensors) {
        OnnxTensor output = (OnnxTensor) result.get(tensor.layer().name()).orElseThrow();
        if (!Arrays.equals(output.getInfo().getShape(), tensor.dims(2))) {
          return false;
        }
      }
      return true;
    } catch (OrtException e) {
      return false;
    }
  }
}
