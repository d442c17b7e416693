package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.List;
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
    // Where inference of shapes is wrong the runtime refuses our buffers, unless it is kept from
    // inferring by an input whose sides it does not know.
    ModelException refusal = null;
    for (long[] dims : List.of(input.dims(), input.channelsOnly())) {
      OrtSession session = open(graph, graph.cut(names, dims, true));
      try {
        // Some models declare a free batch, yet fix it inside.
        if (input.batch() < 0 && trial(session, input, tensors, pixels, 2, -1) == null) {
          return new TappedNetwork(session, input, tensors, pixels, -1);
        }
        int batch = Math.max(1, input.batch());
        ModelException failure = trial(session, input, tensors, pixels, batch, batch);
        if (failure == null) {
          return new TappedNetwork(session, input, tensors, pixels, batch);
        }
        refusal = refusal == null ? failure : refusal;
      } catch (RuntimeException e) {
        closeQuietly(session);
        throw e;
      }
      closeQuietly(session);
    }
    throw new ModelException(graph.file() + ": " + refusal.getMessage(), refusal);
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
   * @throws ModelException if there is not enough memory
   */
  public Runner newRunner(int batch) throws ModelException {
    return new Runner(session, input, tensors, pixels, batch, fixedBatch);
  }

  @Override
  public void close() {
    closeQuietly(session);
  }

  private static void closeQuietly(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close a session.", e);
    }
  }

  private static OrtSession open(OnnxGraph graph, ModelProto cut) throws ModelException {
    try {
      return Sessions.open(graph, cut, true);
    } catch (OrtException e) {
      throw new ModelException(
          "%s: ONNX Runtime cannot load it: %s".formatted(graph.file(), Natives.firstLine(e)), e);
    }
  }

  /** Runs blank images, so that what cannot run fails before any photograph is read. */
  private static ModelException trial(
      OrtSession session,
      ImageInput input,
      List<LayerTensor> tensors,
      PixelTable pixels,
      int images,
      int fixedBatch) {
    try (Runner runner = new Runner(session, input, tensors, pixels, images, fixedBatch)) {
      runner.run(images);
      return null;
    } catch (ModelException e) {
      return e;
    }
  }
}
