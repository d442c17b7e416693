package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.GraphBuilder;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;

/** Networks whose last layer is cut off, so that its units saturate, give masks all the same. */
class ClippedNetworkTest {
  @TempDir static Path shared;
  private static Path data;

  @TempDir Path folder;

  @BeforeAll
  static void data() throws IOException {
    data = SmallData.write(shared.resolve("data"), 24, 1);
  }

  /** Convolution, bound, what is given, mean, scores; dissected without naming a layer. */
  private Dissection dissected(Function<GraphBuilder, String> end) throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(5);
    String image = graph.image(-1, 3, 32, 32);
    // Far above the bound wherever a photograph is bright enough.
    String weights = graph.floats("weights", i -> 30, 8, 3, 3, 3);
    graph.node("Conv", "conv", image + " " + weights, "pads=1,1,1,1");
    String mean = graph.node("GlobalAveragePool", "mean", end.apply(graph));
    String flat = graph.node("Flatten", "flat", mean);
    graph.output(graph.node("Gemm", "scores", flat + " " + graph.weights("w", 1, 8, 5)));
    Path model = graph.write(folder.resolve("model.onnx"));
    Path out = folder.resolve("out");
    int code =
        Netdissect.execute(
            new String[] {
              "run",
              model.toString(),
              "--data",
              data.toString(),
              "--out",
              out.toString(),
              "--preprocess",
              "unit",
              "--no-report",
              "--quiet"
            });
    assertEquals(0, code);
    return Dissection.open(out);
  }

  private static String relu6(GraphBuilder g) {
    return g.node("Clip", "clip", "conv " + g.scalar("zero", 0) + " " + g.scalar("six", 6));
  }

  private static void assertBeforeTheBound(Dissection dissection) throws IOException {
    assertEquals(1, dissection.layers().size());
    LayerDissection layer = dissection.layers().get(0);
    assertEquals("conv", layer.layer().name());
    assertEquals(List.of(), layer.result().emptyMasks());
    assertTrue(layer.units().stream().allMatch(unit -> unit.label().iou() > 0));
  }

  @Test
  void boundAtTheEnd() throws IOException {
    assertBeforeTheBound(dissected(ClippedNetworkTest::relu6));
  }

  @Test
  void boundBeforeAMaxPool() throws IOException {
    assertBeforeTheBound(
        dissected(g -> g.node("MaxPool", "pool", relu6(g), "kernel_shape=2,2", "strides=2,2")));
  }

  @Test
  void boundBeforeAnAveragePool() throws IOException {
    assertBeforeTheBound(
        dissected(g -> g.node("AveragePool", "pool", relu6(g), "kernel_shape=2,2")));
  }

  @Test
  void boundBeforeANormAndACopy() throws IOException {
    assertBeforeTheBound(
        dissected(g -> g.node("Dropout", "drop", g.batchNorm("norm", relu6(g), 8))));
  }

  /** What does not saturate stays the default. */
  @Test
  void boundThatIsNeverReached() throws IOException {
    Dissection dissection =
        dissected(
            g -> {
              String far = g.scalar("zero", 0) + " " + g.scalar("far", 1e6);
              return g.node(
                  "MaxPool", "pool", g.node("Clip", "clip", "conv " + far), "kernel_shape=2,2");
            });
    assertEquals("pool", dissection.layers().get(0).layer().name());
  }
}
