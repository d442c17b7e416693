package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which layer is meant by "before the bound", whatever stands behind the bound. */
class BoundsTest {
  private static final String HALVED = "kernel_shape=2,2";

  @TempDir Path folder;

  /** Layers before the bound of what {@code end} makes of the convolution "conv", 4 × 8 × 8. */
  private List<String> before(int opset, Function<GraphBuilder, String> end) throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(3).opset(opset);
    graph.image(-1, 3, 8, 8);
    graph.conv("conv", "image", 3, 4, 1);
    String last = end.apply(graph);
    graph.output(last);
    try (Network network = Network.open(graph.write(folder.resolve("bound.onnx")))) {
      return network.beforeBound(network.resolve("tensor:" + last).get(0)).stream()
          .map(Layer::name)
          .toList();
    }
  }

  private List<String> before(Function<GraphBuilder, String> end) throws IOException {
    return before(17, end);
  }

  private static String relu6(GraphBuilder g, String name, String in) {
    return g.node(
        "Clip",
        name,
        String.join(" ", in, g.scalar(name + ".zero", 0), g.scalar(name + ".six", 6)));
  }

  private static String relu6(GraphBuilder g) {
    return relu6(g, "clip", "conv");
  }

  @Test
  void bounds() throws IOException {
    List<String> conv = List.of("conv");
    assertEquals(conv, before(BoundsTest::relu6));
    assertEquals(conv, before(7, g -> g.node("Clip", "clip", "conv", "min=0.0", "max=6.0")));
    assertEquals(conv, before(g -> g.node("HardSigmoid", "hard", "conv")));
    assertEquals(conv, before(g -> g.node("Sigmoid", "smooth", "conv")));
    assertEquals(conv, before(g -> g.node("Tanh", "tanh", "conv")));
    assertEquals(
        conv, before(g -> g.node("Min", "min", g.node("Relu", "r", "conv") + " " + six(g))));
    assertEquals(conv, before(g -> g.node("Relu", "relu", g.node("Min", "m", "conv " + six(g)))));
  }

  private static String six(GraphBuilder g) {
    return g.scalar("six", 6);
  }

  @Test
  void whatIsNotCutOffFromAboveIsNoBound() throws IOException {
    assertEquals(List.of(), before(g -> g.node("Relu", "relu", "conv")));
    assertEquals(List.of(), before(g -> g.node("Clip", "floor", "conv " + g.scalar("zero", 0))));
    assertEquals(List.of(), before(7, g -> g.node("Clip", "floor", "conv", "min=0.0")));
    assertEquals(
        List.of(),
        before(g -> g.node("Clip", "no", "conv - " + g.scalar("endless", Float.MAX_VALUE))));
    assertEquals(List.of(), before(g -> g.node("Max", "max", "conv " + six(g))));
    // Before the convolution is another layer.
    assertEquals(List.of(), before(g -> g.conv("next", relu6(g), 4, 4, 1)));
    // A gate is cut off, what it gates is not.
    assertEquals(
        List.of(), before(g -> g.node("Mul", "gated", "conv " + g.node("Sigmoid", "s", "conv"))));
  }

  /** Poolings, copies, scalings and other shapes leave equal values equal. */
  @Test
  void whateverStandsBehindABound() throws IOException {
    List<String> conv = List.of("conv");
    assertEquals(conv, before(g -> g.node("MaxPool", "pool", relu6(g), HALVED)));
    assertEquals(
        conv,
        before(
            g -> g.node("AveragePool", "again", g.node("MaxPool", "p", relu6(g), HALVED), HALVED)));
    assertEquals(conv, before(g -> g.node("Dropout", "drop", relu6(g))));
    assertEquals(conv, before(g -> g.node("Transpose", "turned", relu6(g), "perm=0,2,3,1")));
    assertEquals(
        conv,
        before(
            g ->
                g.node(
                    "Reshape",
                    "back",
                    g.node("Reshape", "flat", relu6(g) + " " + g.longs("one", -1, 4, 64))
                        + " "
                        + g.longs("two", -1, 4, 8, 8))));
    assertEquals(conv, before(g -> g.batchNorm("norm", relu6(g), 4)));
    // Hard sigmoid in three operations: what is cut off is the sum.
    assertEquals(
        List.of("sum"),
        before(
            g -> {
              String sum = g.node("Add", "sum", "conv " + g.scalar("three", 3));
              return g.node("Div", "hard", relu6(g, "clip", sum) + " " + six(g));
            }));
    assertEquals(
        conv,
        before(
            g ->
                g.node(
                    "MaxPool",
                    "pool",
                    relu6(g, "second", g.node("MaxPool", "p", relu6(g), HALVED)),
                    HALVED)));
    // The pooling before a bound is before it.
    assertEquals(
        List.of("p"), before(g -> relu6(g, "clip", g.node("MaxPool", "p", "conv", HALVED))));
  }

  @Test
  void whatIsJoinedOfBoundedLayers() throws IOException {
    assertEquals(
        List.of("conv", "other"),
        before(
            g -> {
              String other = relu6(g, "clip2", g.conv("other", "image", 3, 4, 1));
              String both = g.node("Concat", "both", relu6(g) + " " + other, "axis=1");
              return g.node("AveragePool", "pool", both, HALVED);
            }));
    assertEquals(
        List.of("conv", "other"),
        before(
            g ->
                g.node(
                    "Concat",
                    "half",
                    relu6(g) + " " + g.conv("other", "image", 3, 4, 1),
                    "axis=1")));
    assertEquals(
        List.of(),
        before(
            g -> g.node("Concat", "free", "conv " + g.conv("other", "image", 3, 4, 1), "axis=1")));
  }
}
