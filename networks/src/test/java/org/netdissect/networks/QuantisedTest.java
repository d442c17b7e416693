package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quantised files, operators that the runtime lacks, and branches. */
class QuantisedTest {
  @TempDir Path folder;

  private static TensorProto bytes(String name, int type, int... values) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type);
    byte[] raw = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      raw[i] = (byte) values[i];
    }
    if (values.length > 1) {
      tensor.addDims(values.length);
    }
    return tensor.setRawData(ByteString.copyFrom(raw)).build();
  }

  private static float[] maps(Network network, String layer) throws IOException {
    Layer tapped = network.resolve("tensor:" + layer).get(0);
    byte[] photograph = new byte[3 * network.inputHeight() * network.inputWidth()];
    new Random(4).nextBytes(photograph);
    try (TappedNetwork open = network.tap(List.of(tapped), Preprocessing.UNIT);
        Runner runner = open.newRunner(1)) {
      runner.photograph(0, photograph);
      FloatBuffer buffer = runner.run(1)[0];
      float[] maps = new float[tapped.values()];
      buffer.get(0, maps);
      return maps;
    }
  }

  /** Image → 8 bits → convolution in 8 bits, beside the same in floats. */
  private Path model(boolean isLinear) throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(3);
    graph.image(-1, 3, 12, 12);
    String scale = graph.scalar("scale", 1 / 255.0);
    String outScale = graph.scalar("outScale", 0.02);
    String weightScale = graph.scalar("weightScale", 0.01);
    int[] weights = new Random(9).ints(4 * 3 * 3 * 3, -100, 100).toArray();
    graph.node("QuantizeLinear", "q", "image " + scale + " zero");
    graph.node("DequantizeLinear", "dq", "q " + scale + " zero");
    if (isLinear) {
      graph.node(
          "QLinearConv",
          "conv",
          String.join(" ", "q", scale, "zero", "w", weightScale, "wzero", outScale, "outZero"));
      graph.node("MaxPool", "pooled", "conv", "kernel_shape=2,2", "strides=2,2");
      graph.output(graph.node("DequantizeLinear", "last", "pooled outScale outZero"));
    } else {
      graph.node("DequantizeLinear", "wf", "w " + weightScale + " wzero");
      graph.node("Conv", "conv", "dq wf");
      graph.node("QuantizeLinear", "cq", "conv " + outScale + " outZero");
      graph.node("DequantizeLinear", "cdq", "cq " + outScale + " outZero");
      graph.node("MaxPool", "pooled", "cdq", "kernel_shape=2,2", "strides=2,2");
      graph.output("pooled");
    }
    var built = graph.build().toBuilder();
    GraphProto.Builder inner = built.getGraphBuilder();
    inner.addInitializer(bytes("zero", TensorProto.DataType.UINT8_VALUE, 0));
    inner.addInitializer(bytes("outZero", TensorProto.DataType.UINT8_VALUE, 120));
    inner.addInitializer(bytes("wzero", TensorProto.DataType.INT8_VALUE, 0));
    inner.addInitializer(
        bytes("w", TensorProto.DataType.INT8_VALUE, weights).toBuilder()
            .clearDims()
            .addDims(4)
            .addDims(3)
            .addDims(3)
            .addDims(3));
    Path file = folder.resolve(isLinear ? "qlinear.onnx" : "qdq.onnx");
    Files.write(file, built.build().toByteArray());
    return file;
  }

  @Test
  void eightBitLayersAreGivenAsWhatTheyStandFor() throws IOException {
    try (Network linear = Network.open(model(true));
        Network pairs = Network.open(model(false))) {
      float[] expected = maps(pairs, "cdq");
      float[] actual = maps(linear, "conv");
      assertEquals(expected.length, actual.length);
      int different = 0;
      for (int i = 0; i < expected.length; i++) {
        // Both round to whole steps of the scale; halves may go either way.
        assertEquals(expected[i], actual[i], 0.0201);
        different += Math.abs(expected[i] - actual[i]) > 1e-6 ? 1 : 0;
        double steps = actual[i] / 0.02;
        assertEquals(Math.rint(steps), steps, 1e-3);
      }
      assertTrue(different < expected.length / 50, different + " differ");
      assertEquals(
          new Layer("conv", "QLinearConv", 4, 10, 10, ReceptiveField.square(0, 3, 1)),
          linear.resolve("conv").get(0));
      assertEquals(4 * 25, maps(linear, "pooled").length);
      assertEquals("cdq", pairs.resolve("conv").get(0).name());
      assertEquals("conv", pairs.beforeBound(pairs.resolve("cdq").get(0)).get(0).name());
    }
  }

  /** Exporters leave kernel_shape out: the size is that of weights which are computed first. */
  @Test
  void kernelsThatAreComputed() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(3);
    graph.image(-1, 3, 12, 12);
    graph.weights("w", 0.3, 5, 5, 3, 4);
    graph.node("Transpose", "turned", "w", "perm=3,2,0,1");
    graph.node("Mul", "scaled", "turned " + graph.scalar("factor", 0.5));
    graph.node("Conv", "conv", "image scaled", "pads=1,1,1,1");
    graph.weights("v", 0.3, 4, 2, 2, 2);
    graph.node("Identity", "same", "v");
    graph.output(graph.node("ConvTranspose", "up", "conv same", "strides=2,2"));
    try (Network network = Network.open(graph.write(folder.resolve("computed.onnx")))) {
      assertEquals(List.of("conv", "up"), network.layers().stream().map(Layer::name).toList());
      assertEquals(ReceptiveField.square(-1, 5, 1), network.layers().get(0).field());
      assertEquals(20, network.layers().get(1).height());
      assertTrue(network.layers().get(1).field().isKnown());
    }
  }

  /** What lies before an operator that the runtime lacks can still be dissected. */
  @Test
  void customOperators() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    graph.image(-1, 3, 12, 12);
    graph.node("Relu", "relu", graph.conv("conv", "image", 3, 4, 3));
    graph.node(
        NodeProto.newBuilder()
            .setOpType("Suppress")
            .setDomain("own.ops")
            .setName("end")
            .addInput("relu")
            .addOutput("boxes")
            .build());
    graph.output(graph.node("Relu", "behind", "boxes"));
    try (Network network = Network.open(graph.write(folder.resolve("custom.onnx")))) {
      assertEquals(List.of("conv", "relu"), network.layers().stream().map(Layer::name).toList());
      assertEquals("relu", network.defaultLayer().name());
      String remark = network.remarks().get(0);
      assertTrue(remark.contains("own.ops") && remark.contains("Suppress"), remark);
      assertEquals(4 * 100, maps(network, "relu").length);
    }
  }

  @Test
  void layersInsideBranches() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    graph.image(1, 3, 12, 12);
    graph.node("Relu", "relu", graph.conv("conv", "image", 3, 4, 3));
    graph.node("ReduceMax", "max", "relu", "keepdims=0");
    graph.node("Greater", "large", "max " + graph.scalar("half", 0.5));
    NodeProto.Builder either =
        NodeProto.newBuilder().setOpType("If").setName("if").addInput("large").addOutput("out");
    for (String branch : List.of("then", "else")) {
      NodeProto inner =
          NodeProto.newBuilder()
              .setOpType(branch.equals("then") ? "Sigmoid" : "Tanh")
              .addInput("relu")
              .addOutput(branch + "_out")
              .build();
      either.addAttribute(
          AttributeProto.newBuilder()
              .setName(branch + "_branch")
              .setType(AttributeProto.AttributeType.GRAPH)
              .setG(
                  GraphProto.newBuilder()
                      .setName(branch)
                      .addNode(inner)
                      .addOutput(ValueInfoProto.newBuilder().setName(branch + "_out"))));
    }
    graph.node(either.build());
    graph.output("out");
    try (Network network = Network.open(graph.write(folder.resolve("if.onnx")))) {
      String message =
          assertThrows(ModelException.class, () -> network.resolve("then_out")).getMessage();
      assertTrue(message.contains("If") && message.contains("relu"), message);
    }
  }
}
