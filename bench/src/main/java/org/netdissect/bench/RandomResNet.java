package org.netdissect.bench;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A network of the structure and cost of ResNet-18 (He et al., CVPR 2016) with random weights,
 * batch norm folded into the convolutions. Layers of the blocks are called {@code layer1.0} to
 * {@code layer4.1}.
 */
final class RandomResNet {
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("resnet18");
  private final Random random = new Random(18);

  private RandomResNet() {}

  static void write(Path file) throws IOException {
    write(file, 0);
  }

  /**
   * The same with one layer more, {@code wide}, a convolution of 1×1 and its ReLU behind the last
   * block.
   *
   * @param wide channels of that; 0 for none
   */
  static void write(Path file, int wide) throws IOException {
    ModelProto model = new RandomResNet().build(wide);
    try (OutputStream out = Files.newOutputStream(file)) {
      model.writeTo(out);
    }
  }

  private ModelProto build(int wide) {
    graph.addInput(info("image", -1, 3, 224, 224));
    String at = relu("stem", conv("stem.conv", "image", 3, 64, 7, 2));
    at =
        node(
            "MaxPool",
            "pool",
            List.of(at),
            ints("kernel_shape", 3, 3),
            ints("strides", 2, 2),
            ints("pads", 1, 1, 1, 1));
    int from = 64;
    for (int stage = 1; stage <= 4; stage++) {
      int to = 64 << (stage - 1);
      for (int b = 0; b < 2; b++) {
        String name = "layer" + stage + "." + b;
        int stride = b == 0 && stage > 1 ? 2 : 1;
        String inner = relu(name + ".relu1", conv(name + ".conv1", at, from, to, 3, stride));
        inner = conv(name + ".conv2", inner, to, to, 3, 1);
        String shortcut = from == to ? at : conv(name + ".down", at, from, to, 1, stride);
        at = relu(name, node("Add", name + ".add", List.of(inner, shortcut)));
        from = to;
      }
    }
    at = node("GlobalAveragePool", "mean", List.of(at));
    at = node("Flatten", "flat", List.of(at));
    at =
        node(
            "Gemm",
            "logits",
            List.of(at, weights("fc.weight", 0.04, 512, 1000), weights("fc.bias", 0, 1000)));
    graph.addOutput(ValueInfoProto.newBuilder().setName(at));
    if (wide > 0) {
      String layer = relu("wide", conv("wide.conv", "layer4.1", 512, wide, 1, 1));
      String mean = node("GlobalAveragePool", "wide.mean", List.of(layer));
      graph.addOutput(ValueInfoProto.newBuilder().setName(mean));
    }
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .setProducerName("netdissect-bench")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph)
        .build();
  }

  private String conv(String name, String input, int from, int to, int kernel, int stride) {
    int pad = kernel / 2;
    return node(
        "Conv",
        name,
        List.of(
            input,
            weights(
                name + ".weight",
                Math.sqrt(1.0 / (from * kernel * kernel)),
                to,
                from,
                kernel,
                kernel),
            weights(name + ".bias", 0.1, to)),
        ints("kernel_shape", kernel, kernel),
        ints("strides", stride, stride),
        ints("pads", pad, pad, pad, pad));
  }

  private String relu(String name, String input) {
    return node("Relu", name, List.of(input));
  }

  private String node(String op, String name, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(op)
            .setName(name)
            .addAllInput(inputs)
            .addOutput(name)
            .addAllAttribute(List.of(attributes)));
    return name;
  }

  private String weights(String name, double deviation, long... dims) {
    int size = 1;
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT_VALUE);
    for (long dim : dims) {
      tensor.addDims(dim);
      size = Math.toIntExact(size * dim);
    }
    ByteBuffer raw = ByteBuffer.allocate(4 * size).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < size; i++) {
      raw.putFloat((float) (deviation * random.nextGaussian()));
    }
    graph.addInitializer(tensor.setRawData(ByteString.copyFrom(raw.flip())));
    return name;
  }

  private static AttributeProto ints(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  private static ValueInfoProto info(String name, long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dim : dims) {
      TensorShapeProto.Dimension.Builder one = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(dim < 0 ? one.setDimParam("batch") : one.setDimValue(dim));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT_VALUE)
                        .setShape(shape)))
        .build();
  }
}
