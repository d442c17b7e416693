package org.netdissect.networks;

import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A network cut down to what chosen layers need, ready to run. One session with one thread inside
 * an operation: take a {@link Runner} per worker, weights exist once. Safe to use from any thread;
 * close it after its runners.
 */
public final class TappedNetwork implements AutoCloseable {
  /** How far maps of an image may differ with another beside it, by rounding alone. */
  private static final double ROUNDING = 1e-2;

  private final OrtSession session;
  private final ImageInput input;
  private final List<LayerTensor> tensors;
  private final List<int @Nullable []> offsets;
  private final PixelTable pixels;

  /** Whether what is computed for an image depends on those beside it. */
  private final boolean looksAtWholeBatch;

  /** How many images every run takes, or −1 where that is free. */
  private int fixedBatch = -1;

  private TappedNetwork(
      OrtSession session,
      ImageInput input,
      List<LayerTensor> tensors,
      List<int @Nullable []> offsets,
      PixelTable pixels,
      boolean looksAtWholeBatch) {
    this.session = session;
    this.input = input;
    this.tensors = List.copyOf(tensors);
    this.offsets = offsets;
    this.pixels = pixels;
    this.looksAtWholeBatch = looksAtWholeBatch;
  }

  static TappedNetwork open(
      OnnxGraph graph,
      ImageInput input,
      List<LayerTensor> tensors,
      Preprocessing preprocessing,
      Device device)
      throws ModelException {
    PixelTable pixels = PixelTable.of(preprocessing, input, graph.file());
    List<int @Nullable []> offsets = new ArrayList<>();
    tensors.forEach(t -> offsets.add(t.isPlanar() ? null : t.layout().offsets()));
    // Where inference of shapes is wrong the runtime refuses our buffers, unless it is kept from
    // inferring by an input whose sides it does not know.
    List<ModelException> refusals = new ArrayList<>();
    for (long[] dims : List.of(input.dims(), input.channelsOnly())) {
      GraphEdit edit = GraphEdit.of(graph).image(dims);
      tensors.forEach(t -> t.tap(edit));
      OrtSession session = Sessions.computing(graph, edit.build(), device);
      TappedNetwork tapped =
          new TappedNetwork(
              session,
              input,
              tensors,
              Collections.unmodifiableList(offsets),
              pixels,
              looksAtWholeBatch(graph));
      try {
        ModelException failure = tapped.settleBatch();
        if (failure == null) {
          return tapped;
        }
        refusals.add(failure);
      } catch (RuntimeException e) {
        tapped.close();
        throw e;
      }
      tapped.close();
    }
    ModelException first = refusals.get(0);
    throw new ModelException(graph.file() + ": " + first.getMessage(), first);
  }

  /** Scales found at run time, and norms that still train, take all images of a batch together. */
  private static boolean looksAtWholeBatch(OnnxGraph graph) {
    return graph.nodes().stream()
        .anyMatch(
            node ->
                node.op().startsWith("DynamicQuantize")
                    || (node.op().equals("BatchNormalization")
                        && node.integer("training_mode", 0) != 0));
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
   * @throws ModelException if there is not enough memory, or a batch that the model fixes is too
   *     large
   */
  public Runner newRunner(int batch) throws ModelException {
    return new Runner(session, input, tensors, offsets, pixels, batch, fixedBatch);
  }

  @Override
  public void close() {
    Sessions.close(session);
  }

  /**
   * Finds out how many images one run may take, by runs on made-up images, so that what cannot run
   * fails before any photograph is read.
   *
   * @return why it cannot run, or null
   */
  private @Nullable ModelException settleBatch() {
    // Some models declare a free batch, yet fix it inside.
    boolean mayBeFree =
        input.batch() < 0
            && !looksAtWholeBatch
            && tensors.stream().allMatch(t -> t.layout().isImagesFirst());
    if (mayBeFree && trial(2) == null && isBesideOthersTheSame()) {
      return null;
    }
    fixedBatch = Math.max(1, input.batch());
    return trial(fixedBatch);
  }

  /** Runs blank images. */
  private @Nullable ModelException trial(int images) {
    try (Runner runner = newRunner(images)) {
      runner.run(images);
      return null;
    } catch (ModelException e) {
      return e;
    }
  }

  /**
   * Whether images go through beside each other as they do alone. Where tokens are rearranged the
   * images' place in a tensor follows from one image only, so it is tried.
   */
  private boolean isBesideOthersTheSame() {
    if (tensors.stream().allMatch(t -> t.layout().rank() == 4 && t.layout().isGrid())) {
      return true;
    }
    byte[][] noise = new byte[2][3 * input.height() * input.width()];
    Random random = new Random(1);
    for (byte[] image : noise) {
      random.nextBytes(image);
    }
    try (Runner both = newRunner(2);
        Runner one = newRunner(1)) {
      both.photograph(0, noise[0]);
      both.photograph(1, noise[1]);
      FloatBuffer[] beside = both.run(2);
      for (int i = 0; i < 2; i++) {
        one.photograph(0, noise[i]);
        FloatBuffer[] alone = one.run(1);
        for (int l = 0; l < alone.length; l++) {
          int values = tensors.get(l).layer().values();
          if (!isClose(alone[l], beside[l], i * values, values)) {
            return false;
          }
        }
      }
      return true;
    } catch (ModelException e) {
      return false;
    }
  }

  private static boolean isClose(FloatBuffer alone, FloatBuffer beside, int from, int values) {
    double largest = 0;
    double difference = 0;
    for (int k = 0; k < values; k++) {
      largest = Math.max(largest, Math.abs(alone.get(k)));
      difference = Math.max(difference, Math.abs(alone.get(k) - beside.get(from + k)));
    }
    return difference <= ROUNDING * largest;
  }
}
