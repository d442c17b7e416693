package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Activation maps in other directions than their channels: at each place, a matrix times the vector
 * of channels, as a 1×1 convolution has it; computed by ONNX Runtime. Safe to use from any thread;
 * close it after its runners.
 */
public final class Projection implements AutoCloseable {
  private static final String MAPS = "maps";
  private static final String PROJECTED = "projected";

  /** Numbers of all matrices together: a model of 2 GiB is the most that can be handed over. */
  private static final long MOST_NUMBERS = 1L << 28;

  private final int channels;
  private final int places;
  private final List<@Nullable Directions> directions;
  private final int rows;
  private final @Nullable OrtSession session;

  /**
   * Directions in the space of a layer's channels.
   *
   * @param weights {@code count} × channels, by rows
   * @param bias added to each direction; null for none
   * @param count how many
   * @param relu whether values below zero become zero
   * @param topK how many of the largest values are kept at each place, ties to the lower number,
   *     the others becoming zero; 0 for all
   */
  public record Directions(
      float[] weights, float @Nullable [] bias, int count, boolean relu, int topK) {}

  private Projection(
      int channels,
      int places,
      List<@Nullable Directions> directions,
      int rows,
      @Nullable OrtSession session) {
    this.channels = channels;
    this.places = places;
    this.directions = directions;
    this.rows = rows;
    this.session = session;
  }

  /**
   * Makes ready to project.
   *
   * @param channels of the maps
   * @param places height × width of a map
   * @param directions an entry a view; null leaves the maps as they are
   * @throws ModelException if they are too many
   */
  public static Projection open(int channels, int places, List<@Nullable Directions> directions)
      throws ModelException {
    long rows = 0;
    for (Directions one : directions) {
      rows += one == null ? 0 : one.count();
    }
    if (rows * channels > MOST_NUMBERS || rows * places > MOST_NUMBERS) {
      throw new ModelException(
          "%d directions of %d channels at %d places are too many at once; ask for fewer views"
              .formatted(rows, channels, places));
    }
    List<@Nullable Directions> all = new ArrayList<>(directions);
    OrtSession session =
        rows == 0 ? null : Sessions.computing(model(channels, places, all, (int) rows));
    return new Projection(channels, places, all, (int) rows, session);
  }

  private static ModelProto model(
      int channels, int places, List<@Nullable Directions> directions, int rows) {
    ByteBuffer weights = ByteBuffer.allocate(4 * rows * channels).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer bias = ByteBuffer.allocate(4 * rows).order(ByteOrder.LITTLE_ENDIAN);
    boolean biased = false;
    for (Directions one : directions) {
      if (one != null) {
        for (float weight : one.weights()) {
          weights.putFloat(weight);
        }
        for (int d = 0; d < one.count(); d++) {
          bias.putFloat(one.bias() == null ? 0 : one.bias()[d]);
        }
        biased |= one.bias() != null;
      }
    }
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .setName("projection")
            .addInput(info(MAPS, channels, places))
            .addOutput(info(PROJECTED, rows, places))
            .addInitializer(GraphEdit.floats("directions", weights, rows, channels))
            .addNode(node("MatMul", "directions", MAPS, biased ? "sums" : PROJECTED));
    if (biased) {
      graph
          .addInitializer(GraphEdit.floats("bias", bias, rows, 1))
          .addNode(node("Add", "sums", "bias", PROJECTED));
    }
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
        .setGraph(graph)
        .build();
  }

  private static NodeProto node(String op, String first, String second, String output) {
    return NodeProto.newBuilder()
        .setOpType(op)
        .setName(output)
        .addInput(first)
        .addInput(second)
        .addOutput(output)
        .build();
  }

  private static ValueInfoProto info(String name, long... dims) {
    return GraphEdit.info(name, TensorProto.DataType.FLOAT.getNumber(), dims);
  }

  /** A worker's own buffers. */
  public Runner newRunner() throws ModelException {
    return new Runner();
  }

  @Override
  public void close() {
    if (session != null) {
      Sessions.close(session);
    }
  }

  /** Projects one image after another; not thread safe. */
  public final class Runner implements AutoCloseable {
    /** Null where all views leave the maps as they are. */
    private final @Nullable Product product;

    private final float[] column;
    private final float[] scratch;

    private Runner() throws ModelException {
      int largest = 0;
      for (Directions one : directions) {
        largest = Math.max(largest, one == null || one.topK() == 0 ? 0 : one.count());
      }
      column = new float[largest];
      scratch = new float[largest];
      product = session == null ? null : new Product(session, channels, rows, places);
    }

    /**
     * Projects the maps of one image.
     *
     * @param dense maps of several images, each channels × places
     * @param image which of them
     * @param targets by view, directions × places an image: the image's place there is filled
     */
    public void project(float[] dense, int image, float[][] targets) throws ModelException {
      int from = image * channels * places;
      FloatBuffer products = product == null ? FloatBuffer.allocate(0) : product.of(dense, from);
      int row = 0;
      for (int v = 0; v < targets.length; v++) {
        Directions view = directions.get(v);
        if (view == null) {
          System.arraycopy(dense, from, targets[v], from, channels * places);
          continue;
        }
        int size = view.count() * places;
        products.get(row * places, targets[v], image * size, size);
        row += view.count();
        if (view.relu()) {
          relu(targets[v], image * size, size);
        }
        if (view.topK() > 0) {
          keepLargest(targets[v], image * size, view);
        }
      }
    }

    private static void relu(float[] values, int from, int count) {
      for (int i = from; i < from + count; i++) {
        // Leaves NaN as it is, and makes −0 to 0.
        values[i] = values[i] <= 0 ? 0 : values[i];
      }
    }

    private void keepLargest(float[] values, int from, Directions view) {
      int count = view.count();
      for (int p = 0; p < places; p++) {
        for (int d = 0; d < count; d++) {
          column[d] = values[from + d * places + p];
        }
        System.arraycopy(column, 0, scratch, 0, count);
        float least = Selection.largest(scratch, count, view.topK());
        int above = 0;
        for (int d = 0; d < count; d++) {
          above += column[d] > least ? 1 : 0;
        }
        int ties = view.topK() - above;
        for (int d = 0; d < count; d++) {
          boolean kept = column[d] > least || (column[d] == least && ties-- > 0);
          if (!kept) {
            values[from + d * places + p] = 0;
          }
        }
      }
    }

    @Override
    public void close() {
      if (product != null) {
        product.close();
      }
    }
  }

  /** A session with buffers of its own, for the products of all views at once. */
  private static final class Product implements AutoCloseable {
    private final OrtSession session;
    private final FloatBuffer in;
    private final FloatBuffer out;
    private final OnnxTensor maps;
    private final OnnxTensor projected;

    Product(OrtSession session, int channels, int rows, int places) throws ModelException {
      this.session = session;
      this.in = direct(channels * places);
      this.out = direct(rows * places);
      this.maps = tensor(in, channels, places);
      try {
        this.projected = tensor(out, rows, places);
      } catch (ModelException | RuntimeException e) {
        maps.close();
        throw e;
      }
    }

    private static FloatBuffer direct(int floats) {
      return ByteBuffer.allocateDirect(Math.multiplyExact(4, floats))
          .order(ByteOrder.nativeOrder())
          .asFloatBuffer();
    }

    private static OnnxTensor tensor(FloatBuffer buffer, long... dims) throws ModelException {
      try {
        return OnnxTensor.createTensor(Natives.environment(), buffer, dims);
      } catch (OrtException e) {
        throw failed(e);
      }
    }

    private static ModelException failed(OrtException e) {
      return new ModelException("cannot project maps: " + Natives.firstLine(e), e);
    }

    /**
     * All directions of one image: rows × places, until the next call.
     *
     * @param from where the image's maps begin
     */
    FloatBuffer of(float[] dense, int from) throws ModelException {
      in.put(0, dense, from, in.capacity());
      try (OrtSession.Result result =
          session.run(Map.of(MAPS, maps), Map.of(PROJECTED, projected))) {
        assert result.size() == 1 : "one output, in our own buffer";
        return out;
      } catch (OrtException e) {
        throw failed(e);
      }
    }

    @Override
    public void close() {
      maps.close();
      projected.close();
    }
  }

  /** Finds order statistics. */
  private static final class Selection {
    private Selection() {}

    /** The k-th largest of the first so many values, which are reordered; expected linear time. */
    static float largest(float[] values, int count, int k) {
      int low = 0;
      int high = count - 1;
      int wanted = k - 1;
      while (low < high) {
        float pivot = values[(low + high) >>> 1];
        int i = low;
        int j = high;
        while (i <= j) {
          while (values[i] > pivot) {
            i++;
          }
          while (values[j] < pivot) {
            j--;
          }
          if (i <= j) {
            float swapped = values[i];
            values[i++] = values[j];
            values[j--] = swapped;
          }
        }
        if (wanted <= j) {
          high = j;
        } else if (wanted >= i) {
          low = i;
        } else {
          break;
        }
      }
      return values[wanted];
    }
  }
}
