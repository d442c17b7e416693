package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxJavaType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Layout.Role;

/**
 * A way round inside a network: a layer's channels times a matrix, and that times the matrix's
 * transpose, before anything else reads the layer. Of an orthogonal matrix nothing should be seen
 * behind it.
 */
final class Detour {
  /** No name of a model begins so. */
  private static final String OWN = "\u00b7netdissect\u00b7";

  private static final String BEFORE = OWN + "before";

  private final String tensor;
  private final List<NodeProto> nodes = new ArrayList<>();
  private final List<TensorProto> constants = new ArrayList<>();

  private Detour(String tensor) {
    this.tensor = tensor;
  }

  /**
   * The way round at a layer.
   *
   * @param rows directions × channels, by rows
   * @param bias added to the directions, and taken away before the way back; null for nothing
   * @throws ModelException if its tensor has no axis of channels, or 8-bit values
   */
  static Detour of(OnnxGraph graph, LayerTensor layer, float[] rows, float @Nullable [] bias)
      throws ModelException {
    String name = layer.layer().name();
    int axis = layer.layout().axisOf(Role.CHANNEL);
    if (axis < 0 || layer.quantisation() != null || graph.producer(name) == null) {
      throw new ModelException(
          "%s: layer %s cannot be turned inside the network: %s"
              .formatted(
                  graph.file(),
                  name,
                  axis < 0
                      ? "its channels have no axis of their own"
                      : layer.quantisation() != null
                          ? "it holds 8-bit values"
                          : "it is the image itself"));
    }
    Detour detour = new Detour(name);
    detour.build(layer, axis, rows, bias);
    return detour;
  }

  private void build(LayerTensor layer, int axis, float[] rows, float @Nullable [] bias) {
    int n = layer.layer().channels();
    int k = rows.length / n;
    int rank = layer.layout().rank();
    boolean isFloat = layer.type() == OnnxJavaType.FLOAT;
    String at = BEFORE;
    if (!isFloat) {
      at = add("Cast", at, null, integer("to", TensorProto.DataType.FLOAT.getNumber()));
    }
    if (rank == 4 && axis == 1) {
      constants.add(tensor("there", rows, k, n, 1, 1));
      constants.add(tensor("back", transposed(rows, k, n), n, k, 1, 1));
      at = addedAndTakenAway(add("Conv", at, OWN + "there", null), bias, 1, k, 1, 1);
      at = add("Conv", at, OWN + "back", null);
    } else {
      // What is multiplied lies in the last axis.
      int[] last = IntStream.range(0, rank).map(i -> i < axis ? i : i + 1).toArray();
      last[rank - 1] = axis;
      int[] home = new int[rank];
      for (int i = 0; i < rank; i++) {
        home[last[i]] = i;
      }
      constants.add(tensor("there", transposed(rows, k, n), n, k));
      constants.add(tensor("back", rows, k, n));
      at = add("Transpose", at, null, integers("perm", last));
      at = addedAndTakenAway(add("MatMul", at, OWN + "there", null), bias, k);
      at = add("MatMul", at, OWN + "back", null);
      at = add("Transpose", at, null, integers("perm", home));
    }
    int type =
        switch (layer.type()) {
          case FLOAT16 -> TensorProto.DataType.FLOAT16.getNumber();
          case DOUBLE -> TensorProto.DataType.DOUBLE.getNumber();
          default -> TensorProto.DataType.FLOAT.getNumber();
        };
    if (!isFloat) {
      add("Cast", at, null, integer("to", type));
    }
    NodeProto end = nodes.remove(nodes.size() - 1);
    nodes.add(end.toBuilder().setOutput(0, tensor).build());
  }

  private String addedAndTakenAway(String at, float @Nullable [] bias, long... dims) {
    if (bias == null) {
      return at;
    }
    constants.add(tensor("bias", bias, dims));
    return add("Sub", add("Add", at, OWN + "bias", null), OWN + "bias", null);
  }

  /** Adds an operation and gives the name of what comes of it. */
  private String add(
      String op, String first, @Nullable String second, @Nullable AttributeProto own) {
    String output = OWN + "detour" + nodes.size();
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(op).setName(output).addInput(first).addOutput(output);
    if (second != null) {
      node.addInput(second);
    }
    if (own != null) {
      node.addAttribute(own);
    }
    nodes.add(node.build());
    return output;
  }

  private static float[] transposed(float[] rows, int k, int n) {
    float[] turned = new float[rows.length];
    for (int i = 0; i < k; i++) {
      for (int j = 0; j < n; j++) {
        turned[j * k + i] = rows[i * n + j];
      }
    }
    return turned;
  }

  private static TensorProto tensor(String name, float[] values, long... dims) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return GraphEdit.floats(OWN + name, bytes, dims);
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static AttributeProto integers(String name, int... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (int value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  /** Operations in place of a node of the graph, if it makes the layer: itself, then the detour. */
  List<NodeProto> instead(NodeProto node) {
    int output = node.getOutputList().indexOf(tensor);
    if (output < 0) {
      return List.of(node);
    }
    List<NodeProto> instead = new ArrayList<>();
    instead.add(node.toBuilder().setOutput(output, BEFORE).build());
    instead.addAll(nodes);
    return instead;
  }

  List<TensorProto> constants() {
    return constants;
  }
}
