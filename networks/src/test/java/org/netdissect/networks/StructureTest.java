package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where rows and columns go in networks that are more than a chain of convolutions. */
class StructureTest {
  private static final ReceptiveField THREE = ReceptiveField.square(-1, 3, 1);

  @TempDir Path folder;

  /** Opens image → conv (8 × 12 × 12, 3 × 3) → body. */
  private Network network(Function<GraphBuilder, String> body) throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(5);
    graph.image(-1, 3, 12, 12);
    graph.conv("conv", "image", 3, 8, 3, "pads=1,1,1,1");
    graph.output(body.apply(graph));
    return Network.open(graph.write(folder.resolve("structure.onnx")));
  }

  private static ReceptiveField field(Network network, String name) throws IOException {
    return network.resolve("tensor:" + name).get(0).field();
  }

  @Test
  void gatesDoNotCount() throws IOException {
    try (Network network =
        network(
            g -> {
              String gate = g.node("GlobalAveragePool", "gap", "conv");
              gate = g.node("Sigmoid", "gate", g.conv("fc", gate, 8, 8, 1));
              return g.node("Mul", "excited", gate + " conv");
            })) {
      assertEquals(THREE, field(network, "excited"));
    }
    // The same with matrix products and a mean, as Keras writes it.
    try (Network network =
        network(
            g -> {
              String axes = g.longs("axes", 2, 3);
              String gate = g.node("ReduceMean", "gap", "conv", "axes=2,3", "keepdims=0");
              gate = g.node("MatMul", "fc", gate + " " + g.weights("w", 1, 8, 8));
              gate = g.node("Unsqueeze", "gate", gate + " " + axes);
              return g.node("Mul", "excited", "conv " + gate);
            })) {
      assertEquals(THREE, field(network, "excited"));
    }
  }

  @Test
  void globalPoolsThatComeBackAreUnknown() throws IOException {
    try (Network network =
        network(
            g -> {
              String pooled = g.node("GlobalAveragePool", "gap", "conv");
              String sizes = g.longs("sizes", 1, 8, 12, 12);
              g.node("Resize", "up", pooled + " - - " + sizes, "mode=nearest");
              return g.node("Concat", "joined", "conv up", "axis=1");
            })) {
      assertEquals(ReceptiveField.UNKNOWN, field(network, "up"));
      assertEquals(ReceptiveField.UNKNOWN, field(network, "joined"));
      assertEquals(THREE, field(network, "conv"));
    }
  }

  @Test
  void attentionOverPositionsIsUnknown() throws IOException {
    try (Network network =
        network(
            g -> {
              String flat = g.longs("flat", 0, 8, 144);
              String back = g.longs("back", 0, 8, 12, 12);
              g.node("Reshape", "tokens", "conv " + flat);
              String mix = g.weights("mix", 1, 144, 144);
              g.node("MatMul", "mixed", "tokens " + mix);
              g.node("Reshape", "maps", "mixed " + back);
              return g.conv("after", "maps", 8, 4, 3);
            })) {
      assertEquals(ReceptiveField.UNKNOWN, field(network, "maps"));
      assertEquals(ReceptiveField.UNKNOWN, field(network, "after"));
      assertEquals(10, network.resolve("after").get(0).height());
    }
  }

  /** Group norm as PyTorch writes it: a reshape that hides positions and one that restores them. */
  @Test
  void groupNormKeepsPositions() throws IOException {
    try (Network network =
        network(
            g -> {
              String flat = g.longs("flat", 0, 2, -1);
              g.node("Reshape", "grouped", "conv " + flat);
              String scale = g.floats("scale", i -> 1, 2);
              String bias = g.floats("bias", i -> 0, 2);
              g.node("InstanceNormalization", "norm", "grouped " + scale + " " + bias);
              g.node("Shape", "shape", "conv");
              g.node("Reshape", "back", "norm shape");
              return g.node("Mul", "out", "back " + g.weights("gamma", 1, 8, 1, 1));
            })) {
      assertEquals(THREE, field(network, "out"));
      assertEquals("out", network.defaultLayer().name());
    }
  }

  @Test
  void channelShuffleKeepsPositions() throws IOException {
    try (Network network =
        network(
            g -> {
              g.node("Reshape", "groups", "conv " + g.longs("a", 0, 2, 4, 12, 12));
              g.node("Transpose", "swapped", "groups", "perm=0,2,1,3,4");
              return g.node("Reshape", "shuffled", "swapped " + g.longs("b", 0, 8, 12, 12));
            })) {
      assertEquals(THREE, field(network, "shuffled"));
    }
  }

  /** ConvNeXt works on channels last, with layer norm and matrix products over channels. */
  @Test
  void channelsLastBlocks() throws IOException {
    try (Network network =
        network(
            g -> {
              g.conv("dw", "conv", 1, 8, 7, "pads=3,3,3,3", "group=8");
              g.node("Transpose", "nhwc", "dw", "perm=0,2,3,1");
              String scale = g.floats("scale", i -> 1, 8);
              g.node("LayerNormalization", "norm", "nhwc " + scale, "axis=-1");
              g.node("MatMul", "wide", "norm " + g.weights("w1", 1, 8, 32));
              g.node("Gelu", "gelu", "wide");
              g.opset(20);
              g.node("MatMul", "narrow", "gelu " + g.weights("w2", 1, 32, 8));
              g.node("Transpose", "nchw", "narrow", "perm=0,3,1,2");
              return g.node("Add", "sum", "conv nchw");
            })) {
      assertEquals(
          new Layer("gelu", "Gelu", 32, 12, 12, ReceptiveField.square(-4, 9, 1)),
          network.resolve("gelu").get(0));
      assertEquals(ReceptiveField.square(-4, 9, 1), field(network, "sum"));
    }
  }

  /** Heads × tokens × tokens has no rows and columns; the patches before and after have. */
  @Test
  void attentionMatricesAreNoLayers() throws IOException {
    try (Network network =
        network(
            g -> {
              String split = g.longs("split", 0, 144, 2, 4);
              g.node("Reshape", "flat", "conv " + g.longs("f", 0, 8, 144));
              g.node("Transpose", "tokens", "flat", "perm=0,2,1");
              g.node("Reshape", "heads", "tokens " + split);
              g.node("Transpose", "q", "heads", "perm=0,2,1,3");
              g.node("Transpose", "k", "heads", "perm=0,2,3,1");
              g.node("MatMul", "qk", "q k");
              g.node("Mul", "scaled", "qk " + g.scalar("scale", 0.5));
              g.node("Softmax", "attention", "scaled", "axis=-1");
              g.node("MatMul", "av", "attention q");
              g.node("Transpose", "merged", "av", "perm=0,2,1,3");
              g.node("Reshape", "t", "merged " + g.longs("m", 0, 144, 8));
              g.node("Transpose", "c", "t", "perm=0,2,1");
              g.node("Reshape", "maps", "c " + g.longs("b", 0, 8, 12, 12));
              return g.node("Relu", "out", "maps");
            })) {
      List<String> names = network.layers().stream().map(Layer::name).toList();
      assertEquals(List.of("conv", "t", "maps", "out"), names);
      assertFalse(network.resolve("out").get(0).field().isKnown());
    }
  }

  /** Shapes that only a forward pass can tell. */
  @Test
  void symbolicShapes() throws IOException {
    try (Network network =
        network(
            g -> {
              // Sizes computed from a value, not from a shape, so inference cannot know them.
              String mean = g.node("ReduceMax", "max", "conv", "keepdims=0");
              String zero = g.node("Mul", "zero", mean + " " + g.scalar("nil", 0));
              String whole = g.node("Cast", "whole", zero, "to=7");
              String sizes = g.node("Add", "sizes", whole + " " + g.longs("s", 1, 8, 24, 24));
              return g.node("Resize", "up", "conv - - " + sizes, "mode=linear");
            })) {
      Layer up = network.resolve("up").get(0);
      assertEquals(24, up.height());
      assertEquals(0.5, up.field().y().step());
    }
  }

  @Test
  void slicesAndPads() throws IOException {
    try (Network network =
        network(
            g -> {
              String starts = g.longs("starts", 3, -6);
              String ends = g.longs("ends", 1000, 1000);
              String axes = g.longs("axes", 2, -1);
              String steps = g.longs("steps", 2, 1);
              g.node("Slice", "slice", String.join(" ", "conv", starts, ends, axes, steps));
              // Pads that are computed, as PyTorch writes them.
              String half = g.longs("half", 0, 0, 1, 2);
              String pads = g.node("Concat", "pads", half + " " + half, "axis=0");
              return g.node("Pad", "pad", "slice " + pads);
            })) {
      assertEquals(
          new ReceptiveField(new ReceptiveField.Axis(2, 3, 2), new ReceptiveField.Axis(5, 3, 1)),
          field(network, "slice"));
      assertEquals(
          new ReceptiveField(new ReceptiveField.Axis(0, 3, 2), new ReceptiveField.Axis(3, 3, 1)),
          field(network, "pad"));
    }
  }

  @Test
  void resNet18() throws IOException {
    try (Network network =
        Network.open(TestModels.resnet18(1, 4, 10).write(folder.resolve("resnet18.onnx")))) {
      Layer last = network.defaultLayer();
      assertEquals("layer4.1.relu2", last.name());
      assertEquals(
          new Layer("layer4.1.relu2", "Relu", 32, 7, 7, ReceptiveField.square(-217, 435, 32)),
          last);
      assertEquals("layer1.0.relu1", network.resolve("layer1.0.conv1").get(0).name());
      assertEquals("layer1.0.bn2", network.resolve("layer1.0.conv2").get(0).name());
      assertTrue(network.layers().stream().allMatch(l -> l.field().isKnown()));
    }
  }

  @Test
  void aNetworkThatTakesBytesScalesThemItself() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1).type(GraphBuilder.UINT8);
    graph.image(-1, 8, 12, 3);
    graph.type(GraphBuilder.FLOAT);
    String floats = graph.node("Cast", "floats", "image", "to=1");
    String scaled = graph.node("Div", "scaled", floats + " " + graph.scalar("most", 255));
    String turned = graph.node("Transpose", "turned", scaled, "perm=0,3,1,2");
    graph.output(graph.conv("conv", turned, 3, 4, 3));
    try (Network network = Network.open(graph.write(folder.resolve("net.onnx")))) {
      assertEquals(Preprocessing.NONE, network.usualPreprocessing());
      network.tap(List.of(network.defaultLayer()), network.usualPreprocessing()).close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22})
  void everyVersionOfTheOperators(int opset) throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1).opset(opset);
    graph.irVersion(opset < 9 ? 3 : opset < 15 ? 7 : opset < 19 ? 8 : 10);
    graph.image(-1, 3, 16, 16);
    String normed = graph.batchNorm("norm", graph.conv("conv", "image", 3, 4, 3), 4);
    String pooled =
        graph.node(
            "MaxPool",
            "pooled",
            graph.node("Relu", "relu", normed),
            "kernel_shape=2,2",
            "strides=2,2");
    graph.output(graph.node("GlobalAveragePool", "mean", pooled));
    try (Network network = Network.open(graph.write(folder.resolve("net.onnx")))) {
      assertEquals(
          List.of("conv", "norm", "relu", "pooled"),
          network.layers().stream().map(Layer::name).toList());
      try (TappedNetwork tapped = network.tap(network.layers(), Preprocessing.UNIT);
          Runner runner = tapped.newRunner(2)) {
        runner.run(2);
      }
    }
  }
}
