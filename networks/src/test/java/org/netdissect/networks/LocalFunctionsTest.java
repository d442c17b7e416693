package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Models with functions of their own, as PyTorch's newer exporter writes them where it does not
 * inline: the same layers and values as without.
 */
class LocalFunctionsTest {
  private static final String DOMAIN = "pkg.onnxscript.torch_lib";

  @TempDir Path folder;

  private static NodeProto.Builder node(String domain, String op, String name, String inputs) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setDomain(domain).setOpType(op).setName("node_" + name);
    for (String input : inputs.split(" ", -1)) {
      node.addInput(input.equals("-") ? "" : input);
    }
    return node.addOutput(name);
  }

  private static FunctionProto.Builder function(String name, String inputs, String outputs) {
    return FunctionProto.newBuilder()
        .setDomain(DOMAIN)
        .setName(name)
        .addAllInput(List.of(inputs.split(" ", -1)))
        .addAllOutput(List.of(outputs.split(" ", -1)))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(17))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(DOMAIN).setVersion(1));
  }

  private static AttributeProto.Builder floats(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value);
  }

  private static AttributeProto.Builder of(String name, String attribute) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setRefAttrName(attribute);
  }

  /** Elu with the call's alpha, and with the default of the function. */
  private static FunctionProto elu() {
    return function("aten_elu", "self", "result")
        .addAttribute("unused")
        .addAttributeProto(floats("alpha", 0.5f))
        .addNode(node("", "Elu", "tmp", "self").addAttribute(of("alpha", "alpha")))
        .addNode(node("", "Identity", "result", "tmp"))
        .build();
  }

  /** Two calls of another function, one of which hands its input on. */
  private static FunctionProto block() {
    return function("block", "x w", "y x")
        .addNode(node("", "Conv", "conv", "x w"))
        .addNode(node(DOMAIN, "aten_elu", "first", "conv").addAttribute(floats("alpha", 2f)))
        .addNode(node(DOMAIN, "aten_elu", "y", "first"))
        .build();
  }

  private GraphBuilder start() {
    GraphBuilder graph = GraphBuilder.seeded(5);
    graph.image(-1, 3, 14, 14);
    graph.weights("w0", 0.3, 4, 3, 3, 3);
    return graph;
  }

  private Path withFunctions(GraphBuilder graph, FunctionProto... functions) throws IOException {
    ModelProto model =
        graph.build().toBuilder()
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(DOMAIN).setVersion(1))
            .addAllFunctions(List.of(functions))
            .build();
    return Files.write(folder.resolve("functions.onnx"), model.toByteArray());
  }

  private static float[] maps(Network network, String name) throws IOException {
    byte[] photograph = new byte[3 * network.inputHeight() * network.inputWidth()];
    new Random(4).nextBytes(photograph);
    Layer layer = network.resolve("tensor:" + name).get(0);
    try (TappedNetwork open = network.tap(List.of(layer), Preprocessing.UNIT);
        Runner runner = open.newRunner(1)) {
      runner.photograph(0, photograph);
      FloatBuffer buffer = runner.run(1)[0];
      float[] maps = new float[layer.values()];
      buffer.get(0, maps);
      return maps;
    }
  }

  @Test
  void functionsAreWhatTheyStandFor() throws IOException {
    GraphBuilder calls = start();
    NodeProto.Builder call = node(DOMAIN, "block", "out", "image w0").addOutput("same");
    calls.node(call.build());
    calls.node(node("", "Relu", "end", "out").build());
    calls.output("end", "same");
    GraphBuilder plain = start();
    plain.node("Conv", "conv", "image w0");
    plain.node("Elu", "first", "conv", "alpha=2.0");
    plain.node("Elu", "y", "first", "alpha=0.5");
    plain.output(plain.node("Relu", "end", "y"));
    try (Network network = Network.open(withFunctions(calls, elu(), block()));
        Network flat = Network.open(plain.write(folder.resolve("plain.onnx")))) {
      List<String> names = network.layers().stream().map(Layer::name).toList();
      assertTrue(
          names.containsAll(
              List.of("node_out/conv", "node_out/first", "node_out/node_first/tmp", "out", "end")),
          names.toString());
      assertEquals(ReceptiveField.square(0, 3, 1), network.resolve("tensor:out").get(0).field());
      assertArrayEquals(maps(flat, "conv"), maps(network, "node_out/conv"));
      assertArrayEquals(maps(flat, "first"), maps(network, "node_out/first"));
      assertArrayEquals(maps(flat, "y"), maps(network, "out"));
      assertArrayEquals(maps(flat, "end"), maps(network, "end"));
    }
  }

  /** A branch within a function reads the function's own tensors. */
  @Test
  void bodiesWithinFunctions() throws IOException {
    NodeProto.Builder either = node("", "If", "y", "large");
    for (String branch : List.of("then", "else")) {
      either.addAttribute(
          AttributeProto.newBuilder()
              .setName(branch + "_branch")
              .setType(AttributeProto.AttributeType.GRAPH)
              .setG(
                  GraphProto.newBuilder()
                      .setName(branch)
                      .addNode(
                          branch.equals("then")
                              ? node("", "Relu", "z", "x")
                              : node(DOMAIN, "aten_elu", "z", "x"))
                      .addOutput(ValueInfoProto.newBuilder().setName("z"))));
    }
    FunctionProto chosen =
        function("chosen", "x half", "y")
            .addNode(
                node("", "ReduceMax", "max", "x")
                    .addAttribute(
                        AttributeProto.newBuilder()
                            .setName("keepdims")
                            .setType(AttributeProto.AttributeType.INT)
                            .setI(0)))
            .addNode(node("", "Greater", "large", "max half"))
            .addNode(either)
            .build();
    GraphBuilder graph = start();
    graph.node("Conv", "conv", "image w0");
    graph.scalar("limit", -100); // always larger: the branch with Relu
    graph.node(node(DOMAIN, "chosen", "out", "conv limit").build());
    graph.output(graph.node("Identity", "end", "out"));
    try (Network network = Network.open(withFunctions(graph, chosen, elu()))) {
      float[] conv = maps(network, "conv");
      try (TappedNetwork tapped = network.tap(network.resolve("tensor:conv"), Preprocessing.UNIT)) {
        assertEquals(1, tapped.layers().size());
      }
      assertEquals(4 * 144, conv.length);
      String message =
          assertThrows(ModelException.class, () -> network.resolve("node_out/z")).getMessage();
      assertTrue(message.contains("If") && message.contains("conv"), message);
    }
  }

  private void refused(String part, GraphBuilder graph, FunctionProto... functions)
      throws IOException {
    Path file = withFunctions(graph, functions);
    String message = assertThrows(ModelException.class, () -> Network.open(file)).getMessage();
    assertTrue(message.contains(part) && !message.contains("\n"), message);
  }

  @Test
  void functionsThatAreRefused() throws IOException {
    GraphBuilder graph = start();
    graph.node(node(DOMAIN, "f0", "out", "image").build());
    graph.output("out");
    refused(
        "calls itself",
        graph,
        function("f0", "x", "y").addNode(node(DOMAIN, "f1", "y", "x")).build(),
        function("f1", "x", "y").addNode(node(DOMAIN, "f0", "y", "x")).build());
    refused(
        "opset 11, the model for 17",
        graph,
        function("f0", "x", "y")
            .setOpsetImport(0, OperatorSetIdProto.newBuilder().setDomain("").setVersion(11))
            .addNode(node("", "Relu", "y", "x"))
            .build());
    // Each calls the next twice: 2 to the power of 40 operations.
    FunctionProto[] doubling = new FunctionProto[41];
    for (int i = 0; i < 40; i++) {
      doubling[i] =
          function("f" + i, "x", "y")
              .addNode(node(DOMAIN, "f" + (i + 1), "a", "x"))
              .addNode(node(DOMAIN, "f" + (i + 1), "y", "a"))
              .build();
    }
    doubling[40] = function("f40", "x", "y").addNode(node("", "Relu", "y", "x")).build();
    refused("more than 1000000 operations", graph, doubling);
  }
}
