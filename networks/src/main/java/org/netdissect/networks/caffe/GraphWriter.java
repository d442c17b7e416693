package org.netdissect.networks.caffe;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects the nodes and weights of an ONNX graph. Equal small constants are stored once. */
final class GraphWriter {
  static final int OPSET = 13;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("caffe");
  private final Map<List<Object>, String> constants = new HashMap<>();
  private final String prefix;

  /**
   * @param prefix how the names of constants begin
   */
  GraphWriter(String prefix) {
    this.prefix = prefix;
  }

  GraphProto build() {
    return graph.build();
  }

  void input(String name, Shape shape) {
    graph.addInput(info(name, shape));
  }

  void output(String name, Shape shape) {
    graph.addOutput(info(name, shape));
  }

  /** Adds a node of one output. */
  void node(String op, String name, List<String> inputs, String output, Attribute... attributes) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(op).setName(name).addAllInput(inputs).addOutput(output);
    Arrays.stream(attributes).forEach(a -> node.addAttribute(a.proto));
    graph.addNode(node);
  }

  /** A weight; gives its name. */
  String weight(String name, long[] dims, ByteString floats) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT_VALUE)
            .setRawData(floats);
    Arrays.stream(dims).forEach(tensor::addDims);
    graph.addInitializer(tensor);
    return name;
  }

  /** A list of whole numbers: axes, pads, a shape; gives its name. */
  String longs(long... values) {
    return constants.computeIfAbsent(
        List.of("longs", Arrays.toString(values)),
        k -> {
          String name = prefix + "longs." + constants.size();
          TensorProto.Builder tensor =
              TensorProto.newBuilder()
                  .setName(name)
                  .setDataType(TensorProto.DataType.INT64_VALUE)
                  .addDims(values.length);
          Arrays.stream(values).forEach(tensor::addInt64Data);
          graph.addInitializer(tensor);
          return name;
        });
  }

  /** A single number; gives its name. */
  String scalar(double value) {
    return constants.computeIfAbsent(
        List.of("scalar", (float) value),
        k -> weight(prefix + "scalar." + constants.size(), new long[0], floats((float) value)));
  }

  /** Floats as weights hold them. */
  static ByteString floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  private static ValueInfoProto info(String name, Shape shape) {
    TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
    for (int i = 0; i < shape.rank(); i++) {
      TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
      boolean isFree = i == 0 && shape.free();
      dims.addDim(isFree ? dim.setDimParam("images") : dim.setDimValue(shape.dim(i)));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT_VALUE)
                        .setShape(dims)))
        .build();
  }

  /** An attribute of a node. */
  record Attribute(AttributeProto proto) {
    static Attribute of(String name, long value) {
      return new Attribute(
          AttributeProto.newBuilder()
              .setName(name)
              .setType(AttributeProto.AttributeType.INT)
              .setI(value)
              .build());
    }

    static Attribute of(String name, float value) {
      return new Attribute(
          AttributeProto.newBuilder()
              .setName(name)
              .setType(AttributeProto.AttributeType.FLOAT)
              .setF(value)
              .build());
    }

    static Attribute of(String name, long... values) {
      AttributeProto.Builder attribute =
          AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
      Arrays.stream(values).forEach(attribute::addInts);
      return new Attribute(attribute.build());
    }
  }
}
