package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.LongStream;

/**
 * Writes small ONNX files for tests. Every method that adds something gives the name of the tensor
 * it makes. Attributes are given in the form {@code "strides=2,2"}, numbers with a point are
 * floats.
 */
public final class GraphBuilder {
  public static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;
  public static final int FLOAT16 = TensorProto.DataType.FLOAT16_VALUE;
  public static final int UINT8 = TensorProto.DataType.UINT8_VALUE;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
  private final Random random;
  private int opset = 17;
  private int irVersion = 8;
  private boolean namesNodes = true;
  private int type = FLOAT;
  private final Map<String, String> metadata = new TreeMap<>();

  private GraphBuilder(long seed) {
    random = new Random(seed);
  }

  /** Random weights follow from the seed. */
  public static GraphBuilder seeded(long seed) {
    return new GraphBuilder(seed);
  }

  public GraphBuilder opset(int version) {
    opset = version;
    return this;
  }

  /** IR 3 lists initializers as inputs as well. */
  public GraphBuilder irVersion(int version) {
    irVersion = version;
    return this;
  }

  /** An entry of the model's metadata. */
  public GraphBuilder metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  public GraphBuilder unnamedNodes() {
    namesNodes = false;
    return this;
  }

  /** The type of the input and of all weights that follow. */
  public GraphBuilder type(int newType) {
    type = newType;
    return this;
  }

  /** The input called "image"; −1 is free. */
  public String image(long... dims) {
    return input("image", dims);
  }

  public String input(String name, long... dims) {
    graph.addInput(info(name, type, dims));
    return name;
  }

  public GraphBuilder output(String... names) {
    for (String name : names) {
      graph.addOutput(ValueInfoProto.newBuilder().setName(name));
    }
    return this;
  }

  /** A node whose output and node name are both {@code name}. */
  public String node(String op, String name, String inputs, String... attributes) {
    return named(op, namesNodes ? name : "", name, inputs, attributes);
  }

  /** A node that is called otherwise than its output. */
  public String named(
      String op, String nodeName, String name, String inputs, String... attributes) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(op).setName(nodeName).addOutput(name);
    Arrays.stream(inputs.split(" ", -1)).forEach(i -> node.addInput(i.equals("-") ? "" : i));
    for (String attribute : attributes) {
      node.addAttribute(attribute(attribute));
    }
    graph.addNode(node);
    return name;
  }

  /** A node whose output is called otherwise than the node. */
  public String node(NodeProto node) {
    graph.addNode(node);
    return node.getOutput(0);
  }

  /** A convolution with random weights and no bias, called {@code name}. */
  public String conv(
      String name, String input, int from, int to, int kernel, String... attributes) {
    String weights =
        weights(
            name + ".weight", Math.sqrt(2.0 / (from * kernel * kernel)), to, from, kernel, kernel);
    return node("Conv", name, input + " " + weights, attributes);
  }

  /** A convolution with every weight 1. */
  public String ones(
      String name, String input, int from, int to, int h, int w, String... attributes) {
    String weights = floats(name + ".weight", i -> 1, to, from, h, w);
    return node("Conv", name, input + " " + weights, attributes);
  }

  /** Batch norm with random scale, bias, mean and positive variance. */
  public String batchNorm(String name, String input, int channels) {
    String scale = floats(name + ".scale", i -> 0.5 + random.nextDouble(), channels);
    String bias = weights(name + ".bias", 0.1, channels);
    String mean = weights(name + ".mean", 0.1, channels);
    String variance = floats(name + ".var", i -> 0.5 + random.nextDouble(), channels);
    return node(
        "BatchNormalization",
        name,
        String.join(" ", input, scale, bias, mean, variance),
        "epsilon=1e-5");
  }

  /** A weight of normally distributed values. */
  public String weights(String name, double deviation, long... dims) {
    return floats(name, i -> deviation * random.nextGaussian(), dims);
  }

  /** A weight of the current type, as raw bytes. */
  public String floats(String name, IntToDoubleFunction value, long... dims) {
    int n = Math.toIntExact(LongStream.of(dims).reduce(1, (a, b) -> a * b));
    boolean isHalf = type == FLOAT16;
    ByteBuffer raw = ByteBuffer.allocate(n * (isHalf ? 2 : 4)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < n; i++) {
      float number = (float) value.applyAsDouble(i);
      if (isHalf) {
        raw.putShort(Fp16Conversions.mlasFloatToFp16(number));
      } else {
        raw.putFloat(number);
      }
    }
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(isHalf ? FLOAT16 : FLOAT)
            .setRawData(ByteString.copyFrom(raw.flip()));
    Arrays.stream(dims).forEach(tensor::addDims);
    return add(tensor.build());
  }

  /** A list of whole numbers: pads, axes, a shape. */
  public String longs(String name, long... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.INT64_VALUE);
    tensor.addDims(values.length);
    Arrays.stream(values).forEach(tensor::addInt64Data);
    return add(tensor.build());
  }

  /** One float without dimensions, in the typed field instead of raw bytes. */
  public String scalar(String name, double value) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type);
    if (type == FLOAT16) {
      tensor.addInt32Data(Fp16Conversions.mlasFloatToFp16((float) value) & 0xffff);
    } else {
      tensor.addFloatData((float) value);
    }
    return add(tensor.build());
  }

  /** Moves a weight's values into a file beside the model; the location is written as given. */
  public GraphBuilder external(String weight, String location, Path file) throws IOException {
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      TensorProto tensor = graph.getInitializer(i);
      if (tensor.getName().equals(weight)) {
        long offset = Files.exists(file) ? Files.size(file) : 0;
        try (OutputStream out =
            Files.newOutputStream(
                file,
                java.nio.file.StandardOpenOption.CREATE,
                java.nio.file.StandardOpenOption.APPEND)) {
          tensor.getRawData().writeTo(out);
        }
        graph.setInitializer(
            i,
            tensor.toBuilder()
                .clearRawData()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("offset", Long.toString(offset)))
                .addExternalData(entry("length", Integer.toString(tensor.getRawData().size()))));
      }
    }
    return this;
  }

  public ModelProto build() {
    GraphProto.Builder built = graph.clone();
    if (irVersion < 4) {
      for (TensorProto tensor : graph.getInitializerList()) {
        built.addInput(
            info(
                tensor.getName(),
                tensor.getDataType(),
                tensor.getDimsList().stream().mapToLong(Long::longValue).toArray()));
      }
    }
    return ModelProto.newBuilder()
        .addAllMetadataProps(
            metadata.entrySet().stream().map(e -> entry(e.getKey(), e.getValue())).toList())
        .setIrVersion(irVersion)
        .setProducerName("netdissect-test")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1))
        .setGraph(built)
        .build();
  }

  /** Writes the model. */
  public Path write(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      build().writeTo(out);
    }
    return file;
  }

  private String add(TensorProto tensor) {
    graph.addInitializer(tensor);
    return tensor.getName();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  private static ValueInfoProto info(String name, int type, long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int i = 0; i < dims.length; i++) {
      TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(dims[i] < 0 ? dim.setDimParam("free" + i) : dim.setDimValue(dims[i]));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
        .build();
  }

  private static AttributeProto attribute(String text) {
    int equals = text.indexOf('=');
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(text.substring(0, equals));
    String value = text.substring(equals + 1);
    if (value.matches("-?\\d+")) {
      return attribute
          .setType(AttributeProto.AttributeType.INT)
          .setI(Long.parseLong(value))
          .build();
    }
    if (value.matches("[-\\d,]+")) {
      attribute.setType(AttributeProto.AttributeType.INTS);
      Arrays.stream(value.split(",", -1))
          .filter(v -> !v.isEmpty())
          .forEach(v -> attribute.addInts(Long.parseLong(v)));
      return attribute.build();
    }
    if (value.matches("[-\\d.e]+")) {
      return attribute
          .setType(AttributeProto.AttributeType.FLOAT)
          .setF(Float.parseFloat(value))
          .build();
    }
    return attribute
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }
}
