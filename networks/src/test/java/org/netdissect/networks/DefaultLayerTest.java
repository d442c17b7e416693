package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which layer is dissected when none is named, in networks with and without a classifier. */
class DefaultLayerTest {
  @TempDir Path folder;

  /** Opens image (3 × 32 × 32) → body, whose result is the output. */
  private String chosen(Function<GraphBuilder, String> body) throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(3);
    graph.image(-1, 3, 32, 32);
    graph.output(body.apply(graph));
    try (Network network = Network.open(graph.write(folder.resolve("default.onnx")))) {
      return network.defaultLayer().name();
    }
  }

  private static String convRelu(GraphBuilder g, String name, String in, int from, int to, int k) {
    String pads = "pads=" + k / 2 + "," + k / 2 + "," + k / 2 + "," + k / 2;
    return g.node("Relu", name + ".relu", g.conv(name, in, from, to, k, pads));
  }

  private static String residual(GraphBuilder g, String name, String in, int width) {
    String way = convRelu(g, name + ".conv1", in, width, width, 3);
    way = g.conv(name + ".conv2", way, width, width, 3, "pads=1,1,1,1");
    return g.node("Relu", name + ".out", g.node("Add", name + ".add", way + " " + in));
  }

  private static String twoBlocks(GraphBuilder g) {
    return residual(g, "b2", residual(g, "b1", convRelu(g, "stem", "image", 3, 12, 3), 12), 12);
  }

  private static String pooled(GraphBuilder g, String in) {
    return g.node("Flatten", "flat", g.node("GlobalAveragePool", "gap", in));
  }

  @Test
  void residualBackbones() throws IOException {
    assertEquals("b2.out", chosen(g -> pooled(g, twoBlocks(g))));
    assertEquals("b2.out", chosen(g -> g.node("GlobalAveragePool", "gap", twoBlocks(g))));
    assertEquals("b2.out", chosen(DefaultLayerTest::twoBlocks));
    assertEquals(
        "b2.out",
        chosen(
            g ->
                g.node(
                    "Div",
                    "unit",
                    pooled(g, twoBlocks(g))
                        + " "
                        + g.node("ReduceL2", "norm", "flat", "axes=1,"))));
    assertEquals(
        "b2.out",
        chosen(g -> g.node("ReduceMean", "mean", twoBlocks(g), "axes=2,3", "keepdims=0")));
    // With a classifier nothing changes.
    assertEquals(
        "b2.out",
        chosen(
            g -> g.node("Gemm", "fc", pooled(g, twoBlocks(g)) + " " + g.weights("w", 1, 12, 5))));
  }

  /** A block that ends in the sum, without an activation. */
  @Test
  void sumsAreTheEnd() throws IOException {
    assertEquals(
        "sum",
        chosen(
            g -> {
              String stem = convRelu(g, "stem", "image", 3, 8, 3);
              String way = g.conv("project", convRelu(g, "wide", stem, 8, 16, 3), 16, 8, 1);
              return pooled(g, g.node("Add", "sum", way + " " + stem));
            }));
  }

  @Test
  void joinedBranches() throws IOException {
    // Inception: branches with activations side by side.
    assertEquals(
        "joined",
        chosen(
            g -> {
              String stem = convRelu(g, "stem", "image", 3, 8, 3);
              String branches =
                  convRelu(g, "one", stem, 8, 8, 1) + " " + convRelu(g, "three", stem, 8, 8, 3);
              return pooled(g, g.node("Concat", "joined", branches, "axis=1"));
            }));
    // DenseNet: what was before beside the new, normalised.
    assertEquals(
        "last",
        chosen(
            g -> {
              String stem = convRelu(g, "stem", "image", 3, 8, 3);
              String grown = g.conv("grown", stem, 8, 4, 3, "pads=1,1,1,1");
              String joined = g.node("Concat", "joined", stem + " " + grown, "axis=1");
              return pooled(g, g.node("Relu", "last", g.batchNorm("norm", joined, 12)));
            }));
  }

  /** Squeeze and excite in the last block: the gate's weights are the last, and no classifier. */
  @Test
  void gatesAreNoClassifiers() throws IOException {
    assertEquals(
        "out",
        chosen(
            g -> {
              String stem = convRelu(g, "stem", "image", 3, 8, 3);
              String way = g.conv("conv2", stem, 8, 8, 3, "pads=1,1,1,1");
              String gate = convRelu(g, "down", g.node("GlobalAveragePool", "s", way), 8, 2, 1);
              gate = g.node("Sigmoid", "gate", g.conv("up", gate, 2, 8, 1));
              String excited = g.node("Mul", "excited", way + " " + gate);
              return pooled(g, g.node("Relu", "out", g.node("Add", "sum", excited + " " + stem)));
            }));
  }

  /** Feature exports: maps come out, or a pool behind them. */
  @Test
  void featureMaps() throws IOException {
    assertEquals("c2.relu", chosen(g -> twoConvolutions(g)));
    assertEquals(
        "pool",
        chosen(
            g -> g.node("MaxPool", "pool", twoConvolutions(g), "kernel_shape=2,2", "strides=2,2")));
    assertEquals("c2.relu", chosen(g -> pooled(g, twoConvolutions(g))));
    // MobileNet v2: the last convolution is 1 × 1, with a clip behind it.
    assertEquals(
        "clip",
        chosen(
            g -> {
              String wide = g.conv("wide", convRelu(g, "c1", "image", 3, 8, 3), 8, 64, 1);
              String bounds = g.scalar("zero", 0) + " " + g.scalar("six", 6);
              return pooled(g, g.node("Clip", "clip", wide + " " + bounds));
            }));
  }

  private static String twoConvolutions(GraphBuilder g) {
    return convRelu(g, "c2", convRelu(g, "c1", "image", 3, 8, 3), 8, 64, 3);
  }

  /** Classifiers that are convolutions, as in SqueezeNet, and score maps. */
  @Test
  void convolutionsAsClassifiers() throws IOException {
    Function<GraphBuilder, String> features = g -> convRelu(g, "features", "image", 3, 8, 3);
    assertEquals(
        "features.relu",
        chosen(g -> pooled(g, convRelu(g, "scores", features.apply(g), 8, 1000, 1))));
    assertEquals(
        "features.relu",
        chosen(
            g ->
                g.node(
                    "Softmax",
                    "softmax",
                    pooled(g, convRelu(g, "scores", features.apply(g), 8, 64, 1)))));
    assertEquals(
        "features.relu",
        chosen(
            g -> {
              String scores = g.conv("scores", features.apply(g), 8, 21, 1);
              String scales = g.floats("scales", i -> i < 2 ? 1 : 2, 4);
              return g.node("Resize", "up", scores + " - " + scales, "mode=linear");
            }));
    assertEquals(
        "features.relu",
        chosen(g -> g.node("Sigmoid", "p", g.conv("s", features.apply(g), 8, 1, 3))));
  }

  /** A detector's heads, flattened and put behind each other. */
  @Test
  void detectors() throws IOException {
    assertEquals(
        "near.relu",
        chosen(
            g -> {
              String near = convRelu(g, "near", "image", 3, 8, 3);
              String boxes = g.conv("boxes", near, 8, 4, 1);
              String classes = g.conv("classes", near, 8, 6, 1);
              String both = g.node("Concat", "both", boxes + " " + classes, "axis=1");
              String flat = g.node("Reshape", "flatHeads", both + " " + g.longs("f", 0, 10, -1));
              return g.node("Transpose", "rows", flat, "perm=0,2,1");
            }));
  }

  /** A file of half precision that takes and gives floats. */
  @Test
  void halfPrecisionBehindCasts() throws IOException {
    for (boolean hasClassifier : new boolean[] {true, false}) {
      assertEquals(
          "b2.out",
          chosen(
              g -> {
                g.type(GraphBuilder.FLOAT16);
                String half = g.node("Cast", "half", "image", "to=10");
                String stem = convRelu(g, "stem", half, 3, 12, 3);
                String out = pooled(g, residual(g, "b2", residual(g, "b1", stem, 12), 12));
                if (hasClassifier) {
                  out = g.node("Gemm", "fc", out + " " + g.weights("w", 1, 12, 5));
                }
                return g.node("Cast", "single", out, "to=1");
              }));
    }
  }

  /** Where all weights come after the last rows and columns, that is said. */
  @Test
  void nothingButThePicture() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(3);
    graph.image(-1, 3, 4, 4);
    String scaled = graph.node("Mul", "scaled", "image " + graph.scalar("s", 0.5));
    String flat = graph.node("Flatten", "flat", scaled);
    graph.output(graph.node("Gemm", "fc", flat + " " + graph.weights("w", 1, 48, 5)));
    try (Network network = Network.open(graph.write(folder.resolve("picture.onnx")))) {
      assertEquals("scaled", network.defaultLayer().name());
      assertTrue(network.defaultReason().contains("picture"), network.defaultReason());
    }
  }
}
