package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Quantises a chain of convolutions, ReLU, pools and concatenations to 8 bits by the rules of ONNX
 * Runtime's static quantiser: pairs of QuantizeLinear and DequantizeLinear around every operation,
 * unsigned activations from the smallest to the largest value seen (zero included), signed
 * symmetric weights, one scale a tensor, ReLU hidden in the range of the convolution before it.
 */
public final class StaticQuantiser {
  private static final Set<String> QUANTISED =
      Set.of("Conv", "Relu", "MaxPool", "AveragePool", "Concat");

  private final GraphProto graph;
  private final Map<String, float[]> ranges = new HashMap<>();
  private final Map<String, TensorProto> weights = new HashMap<>();
  private final Map<String, String> renamed = new HashMap<>();
  private final GraphProto.Builder made;

  private StaticQuantiser(GraphProto graph) {
    this.graph = graph;
    this.made = graph.toBuilder().clearNode();
    graph.getInitializerList().forEach(t -> weights.put(t.getName(), t));
  }

  /**
   * Writes the quantised model.
   *
   * @param photographs to find ranges with, at the network's input size
   */
  public static void quantise(
      Path model, Preprocessing preprocessing, List<byte[]> photographs, Path out)
      throws IOException {
    ModelProto proto = ModelProto.parseFrom(Files.readAllBytes(model));
    StaticQuantiser quantiser = new StaticQuantiser(proto.getGraph());
    quantiser.calibrate(model, preprocessing, photographs);
    quantiser.rewrite();
    ModelProto.Builder built = proto.toBuilder().clearOpsetImport();
    built.addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(10));
    Files.write(out, built.setGraph(quantiser.made).build().toByteArray());
  }

  private void calibrate(Path model, Preprocessing preprocessing, List<byte[]> photographs)
      throws IOException {
    List<String> tensors = new ArrayList<>();
    graph.getNodeList().stream()
        .filter(n -> QUANTISED.contains(n.getOpType()))
        .forEach(n -> tensors.add(n.getOutput(0)));
    try (Network network = Network.open(model);
        NetworkOutputs outputs = network.outputs(preprocessing, tensors)) {
      for (byte[] photograph : photographs) {
        for (NetworkOutputs.Output output : outputs.run(photograph)) {
          float[] range = ranges.computeIfAbsent(output.name(), k -> new float[2]);
          for (float value : output.floats()) {
            range[0] = Math.min(range[0], value);
            range[1] = Math.max(range[1], value);
          }
        }
      }
    }
    float[] image = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    for (int c = 0; c < 3; c++) {
      image[0] = (float) Math.min(Math.min(0, image[0]), preprocessing.value(c, 0));
      image[1] = (float) Math.max(Math.max(0, image[1]), preprocessing.value(c, 255));
    }
    String input =
        graph.getInputList().stream()
            .filter(i -> !weights.containsKey(i.getName()))
            .findFirst()
            .orElseThrow()
            .getName();
    ranges.put(input, image);
    pair(input);
  }

  private void rewrite() {
    for (NodeProto node : graph.getNodeList()) {
      if (node.getOpType().equals("Relu") && ranges.containsKey(renamed.get(node.getInput(0)))) {
        continue;
      }
      NodeProto.Builder copy = node.toBuilder();
      for (int i = 0; i < copy.getInputCount(); i++) {
        copy.setInput(i, input(node, i));
      }
      String result = node.getOutput(0);
      if (node.getOpType().equals("Conv")) {
        String relu = onlyRelu(result);
        renamed.put(result, relu == null ? result : relu);
        result = renamed.get(result);
        copy.setOutput(0, result);
      }
      made.addNode(copy);
      if (QUANTISED.contains(node.getOpType())) {
        pair(result);
      }
    }
  }

  private String onlyRelu(String tensor) {
    List<NodeProto> readers =
        graph.getNodeList().stream().filter(n -> n.getInputList().contains(tensor)).toList();
    return readers.size() == 1 && readers.get(0).getOpType().equals("Relu")
        ? readers.get(0).getOutput(0)
        : null;
  }

  private String input(NodeProto node, int i) {
    String name = node.getInput(i);
    TensorProto weight = weights.get(name);
    if (weight != null) {
      return node.getOpType().equals("Conv") && i == 1 ? weightPair(weight) : name;
    }
    String pair = name + "_DequantizeLinear_Output";
    return ranges.containsKey(name) ? pair : name;
  }

  private void pair(String tensor) {
    float[] range = ranges.get(tensor);
    float scale = Math.max(1e-12f, (range[1] - range[0]) / 255);
    int zero = Math.round(-range[0] / scale);
    String operands = tensor + "_scale";
    made.addInitializer(scalar(operands, TensorProto.DataType.FLOAT_VALUE, floats(scale)));
    made.addInitializer(
        scalar(tensor + "_zero", TensorProto.DataType.UINT8_VALUE, new byte[] {(byte) zero}));
    String rounded = tensor + "_QuantizeLinear_Output";
    add("QuantizeLinear", rounded, tensor, operands, tensor + "_zero");
    add(
        "DequantizeLinear",
        tensor + "_DequantizeLinear_Output",
        rounded,
        operands,
        tensor + "_zero");
  }

  private String weightPair(TensorProto weight) {
    String name = weight.getName();
    ByteBuffer raw = weight.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    int n = raw.remaining() > 0 ? raw.remaining() / 4 : weight.getFloatDataCount();
    float[] values = new float[n];
    float largest = 1e-12f;
    for (int i = 0; i < n; i++) {
      values[i] = raw.remaining() > 0 ? raw.getFloat(4 * i) : weight.getFloatData(i);
      largest = Math.max(largest, Math.abs(values[i]));
    }
    byte[] rounded = new byte[n];
    for (int i = 0; i < n; i++) {
      rounded[i] = (byte) Math.rint(values[i] * 127 / largest);
    }
    made.addInitializer(
        scalar(name + "_scale", TensorProto.DataType.FLOAT_VALUE, floats(largest / 127)));
    made.addInitializer(scalar(name + "_zero", TensorProto.DataType.INT8_VALUE, new byte[1]));
    made.addInitializer(
        scalar(name + "_quantized", TensorProto.DataType.INT8_VALUE, rounded).toBuilder()
            .addAllDims(weight.getDimsList()));
    String floats = name + "_DequantizeLinear_Output";
    add("DequantizeLinear", floats, name + "_quantized", name + "_scale", name + "_zero");
    return floats;
  }

  private void add(String op, String output, String... inputs) {
    made.addNode(
        NodeProto.newBuilder()
            .setOpType(op)
            .setName(output.replace("_Output", ""))
            .addAllInput(List.of(inputs))
            .addOutput(output));
  }

  private static byte[] floats(float value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array();
  }

  private static TensorProto scalar(String name, int type, byte[] raw) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(type)
        .setRawData(ByteString.copyFrom(raw))
        .build();
  }
}
