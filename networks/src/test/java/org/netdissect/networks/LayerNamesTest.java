package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What names mean. */
class LayerNamesTest {
  @TempDir Path folder;

  private Network network(Consumer<GraphBuilder> body) throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(5);
    graph.image(1, 3, 12, 12);
    body.accept(graph);
    return Network.open(graph.write(folder.resolve("names.onnx")));
  }

  private static String only(Network network, String spec) throws IOException {
    List<Layer> layers = network.resolve(spec);
    assertEquals(1, layers.size(), () -> spec + ": " + layers);
    return layers.get(0).name();
  }

  @Test
  void convolutionMeansAfterNormAndActivation() throws IOException {
    for (String activation :
        List.of(
            "Relu",
            "LeakyRelu",
            "Sigmoid",
            "HardSwish",
            "HardSigmoid",
            "Elu",
            "Selu",
            "Softplus",
            "Tanh",
            "Mish",
            "Clip")) {
      try (Network network =
          network(
              g -> {
                g.opset(18);
                g.batchNorm("b", g.conv("c", "image", 3, 4, 3), 4);
                g.node(activation, "a", "b");
                g.output(g.conv("next", "a", 4, 2, 1));
              })) {
        assertEquals("a", only(network, "c"), activation);
        assertEquals("b", only(network, "b"), activation);
        assertEquals("c", only(network, "tensor:c"), activation);
        assertEquals("next", only(network, "next"), activation);
        assertEquals("a", network.defaultLayer().name());
      }
    }
  }

  @Test
  void foldedNormIsOnTheWay() throws IOException {
    try (Network network =
        network(
            g -> {
              g.conv("c", "image", 3, 4, 3);
              String scale = g.weights("scale", 1, 4, 1, 1);
              String bias = g.weights("bias", 1, 4, 1, 1);
              g.node("Mul", "m", scale + " c");
              g.node("Add", "s", "m " + bias);
              String slope = g.weights("slope", 1, 4, 1, 1);
              g.output(g.node("PRelu", "a", "s " + slope));
            })) {
      assertEquals("a", only(network, "c"));
      assertEquals("a", network.afterActivation(network.layers().get(0)).orElseThrow().name());
      assertTrue(network.afterActivation(network.layers().get(1)).isEmpty());
    }
  }

  @Test
  void decomposedActivations() throws IOException {
    List<Consumer<GraphBuilder>> activations =
        List.of(
            g -> g.node("Mul", "a", "b " + g.node("Sigmoid", "g", "b")),
            g -> g.node("Mul", "a", g.node("HardSigmoid", "g", "b") + " b"),
            g -> g.node("Mul", "a", "b " + g.node("Tanh", "t", g.node("Softplus", "sp", "b"))),
            g -> {
              String three = g.scalar("three", 3);
              String clip =
                  g.node(
                      "Clip",
                      "clip",
                      g.node("Add", "plus3", "b " + three)
                          + " "
                          + g.scalar("zero", 0)
                          + " "
                          + g.scalar("six", 6));
              String product = g.node("Mul", "product", "b " + clip);
              g.node("Div", "a", product + " six");
            },
            g -> {
              String scaled = g.node("Div", "scaled", "b " + g.scalar("root", Math.sqrt(2)));
              String erf = g.node("Erf", "erf", scaled);
              String plus = g.node("Add", "plus", erf + " " + g.scalar("one", 1));
              String product = g.node("Mul", "product", "b " + plus);
              g.node("Mul", "a", product + " " + g.scalar("half", 0.5));
            },
            g -> g.node("Max", "a", "b " + g.node("Mul", "m", "b " + g.scalar("slope", 0.1))),
            g -> g.node("Min", "a", g.node("Relu", "r", "b") + " " + g.scalar("six", 6)));
    for (Consumer<GraphBuilder> activation : activations) {
      try (Network network =
          network(
              g -> {
                g.batchNorm("b", g.conv("c", "image", 3, 4, 3), 4);
                activation.accept(g);
                g.output(g.conv("next", "a", 4, 2, 1));
              })) {
        assertEquals("a", only(network, "c"));
      }
    }
  }

  /** A residual sum is no activation, nor is a gate made from elsewhere. */
  @Test
  void residualSumEndsTheWay() throws IOException {
    try (Network network =
        network(
            g -> {
              String start = g.node("Relu", "r0", g.conv("c0", "image", 3, 4, 3, "pads=1,1,1,1"));
              g.batchNorm("b", g.conv("c", start, 4, 4, 3, "pads=1,1,1,1"), 4);
              String sum = g.node("Add", "sum", "b " + start);
              String pooled = g.node("GlobalAveragePool", "pool", g.conv("c2", sum, 4, 4, 1));
              String gate = g.node("Sigmoid", "gate", g.conv("c3", pooled, 4, 4, 1));
              g.output(g.node("Mul", "gated", "c2 " + gate));
            })) {
      assertEquals("b", only(network, "c"));
      assertEquals("r0", only(network, "c0"));
      assertEquals("c2", only(network, "c2"));
      assertEquals("gated", only(network, "gated"));
    }
  }

  /** The name of a convolution's node wins over a tensor that is called the same. */
  @Test
  void nodeNamesAndTensorNames() throws IOException {
    try (Network network =
        network(
            g -> {
              String weights = g.weights("w", 1, 4, 3, 3, 3);
              g.node(
                  NodeProto.newBuilder()
                      .setOpType("Conv")
                      .setName("x")
                      .addInput("image")
                      .addInput(weights)
                      .addOutput("t1")
                      .build());
              g.node(
                  NodeProto.newBuilder()
                      .setOpType("Relu")
                      .setName("act")
                      .addInput("t1")
                      .addOutput("t2")
                      .build());
              g.node(
                  NodeProto.newBuilder()
                      .setOpType("Neg")
                      .setName("y")
                      .addInput("t2")
                      .addOutput("x")
                      .build());
              g.output(g.node("MaxPool", "pool", "x", "kernel_shape=2,2"));
            })) {
      assertEquals("t2", only(network, "x"));
      assertEquals("x", only(network, "tensor:x"));
      assertEquals("x", only(network, "y"));
      assertEquals("t2", only(network, "act"));
      assertEquals("act", network.nodeName(network.resolve("act").get(0)));
    }
  }

  @Test
  void globsKeepTheOrderOfTheGraph() throws IOException {
    try (Network network = Network.open(TestModels.tiny(1).write(folder.resolve("tiny.onnx")))) {
      assertEquals(
          List.of("relu1", "relu2", "relu3"),
          network.resolve("conv?").stream().map(Layer::name).toList());
      assertEquals(
          List.of("relu1", "relu2", "relu3"),
          network.resolve("*onv*").stream().map(Layer::name).toList());
      assertEquals(
          List.of("bn1", "bn2", "bn3"), network.resolve("b*").stream().map(Layer::name).toList());
      assertEquals("relu3", network.defaultLayer().name());
      assertEquals(
          new Layer("relu3", "Relu", 24, 8, 8, network.defaultLayer().field()),
          network.defaultLayer());
    }
  }

  @Test
  void unnamedNodesAreCalledByPlace() throws IOException {
    try (Network network =
        Network.open(TestModels.tiny(1).unnamedNodes().write(folder.resolve("tiny.onnx")))) {
      assertEquals("relu1", only(network, "conv1"));
    }
    GraphBuilder graph = GraphBuilder.seeded(1).unnamedNodes();
    graph.image(1, 3, 8, 8);
    graph.output(graph.node("Relu", "out", graph.conv("hidden", "image", 3, 2, 3)));
    try (Network network = Network.open(graph.write(folder.resolve("unnamed.onnx")))) {
      assertEquals("Conv_0", network.nodeName(network.layers().get(0)));
      assertEquals("out", only(network, "Conv_0"));
      assertEquals("out", only(network, "Relu_1"));
    }
  }

  @Test
  void unknownNamesListTheNearest() throws IOException {
    try (Network network = Network.open(TestModels.tiny(1).write(folder.resolve("tiny.onnx")))) {
      for (String wrong : List.of("rely3", "tensor:rely3", "RELU3", "rel*z", "")) {
        String message =
            assertThrows(ModelException.class, () -> network.resolve(wrong)).getMessage();
        assertTrue(message.contains("relu3") || wrong.isEmpty(), message);
        assertEquals(1, message.lines().count());
      }
      String message =
          assertThrows(ModelException.class, () -> network.resolve("avgpool")).getMessage();
      assertTrue(message.contains("GlobalAveragePool"), message);
    }
  }

  /** A fully convolutional classifier, its input behind dropout; and one without a classifier. */
  @Test
  void defaultLayerIsBeforeTheClassifier() throws IOException {
    try (Network network =
        network(
            g -> {
              g.node("Relu", "features", g.conv("c", "image", 3, 4, 3));
              g.node("Identity", "copy", g.node("Dropout", "drop", "features"));
              g.node("Relu", "scores", g.conv("classes", "copy", 4, 10, 1));
              g.output(g.node("Flatten", "flat", g.node("GlobalAveragePool", "gap", "scores")));
            })) {
      assertEquals("features", network.defaultLayer().name());
    }
    try (Network network =
        network(g -> g.output(g.node("Relu", "r", g.conv("c", "image", 3, 4, 3))))) {
      assertEquals("r", network.defaultLayer().name());
    }
  }
}
