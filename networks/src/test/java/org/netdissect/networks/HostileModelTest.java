package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models made to hang, to fill memory, to reach other files or to write to the terminal. */
class HostileModelTest {
  @TempDir Path folder;

  /** One clear line, whether at opening or at tapping. */
  private String refusal(ModelProto model) throws IOException {
    Path file = folder.resolve("hostile.onnx");
    Files.write(file, model.toByteArray());
    ModelException refused =
        assertThrows(
            ModelException.class,
            () -> {
              try (Network network = Network.open(file)) {
                network.tap(List.of(network.defaultLayer()), Preprocessing.TORCH).close();
              }
            });
    String message = refused.getMessage();
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.contains("hostile.onnx"), message);
    assertTrue(message.chars().noneMatch(c -> c == 27), message);
    return message;
  }

  private static GraphBuilder small() {
    GraphBuilder graph = GraphBuilder.seeded(1);
    graph.image(-1, 3, 16, 16);
    graph.node("Relu", "relu", graph.conv("conv", "image", 3, 4, 3));
    return graph.output("relu");
  }

  private static ModelProto changed(Consumer<ModelProto.Builder> change) {
    ModelProto.Builder model = small().build().toBuilder();
    change.accept(model);
    return model.build();
  }

  /** A chain that would overflow any recursion, and take hours in squared time. */
  @Test
  void longChains() throws IOException {
    int length = 300_000;
    for (boolean isSum : new boolean[] {false, true}) {
      GraphBuilder graph = GraphBuilder.seeded(1);
      graph.image(1, 3, 8, 8);
      String here = graph.conv("conv", "image", 3, 4, 3);
      for (int i = 0; i < length; i++) {
        here = graph.node(isSum ? "Add" : "Relu", "n" + i, isSum ? here + " conv" : here);
      }
      graph.output(graph.conv("last", here, 4, 2, 1));
      try (Network network = Network.open(graph.write(folder.resolve("chain.onnx")))) {
        assertEquals(length + 2, network.layers().size());
        assertEquals("n" + (length - 1), network.defaultLayer().name());
        assertEquals(length, network.resolve("n*").size());
      }
    }
  }

  @Test
  void pipes() throws Exception {
    Path pipe = folder.resolve("pipe.onnx");
    try {
      Assumptions.assumeTrue(
          new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "no pipes here");
    } catch (IOException e) {
      Assumptions.abort("no pipes here");
    }
    String message = assertThrows(ModelException.class, () -> Network.open(pipe)).getMessage();
    assertTrue(message.contains("pipe"), message);
  }

  @Test
  void namesDoNotReachTheTerminal() throws IOException {
    String name = "\u001b]0;owned\u0007\u001b[31mred";
    GraphBuilder graph = GraphBuilder.seeded(1);
    graph.image(1, 3, 8, 8);
    graph.output(graph.node("Relu", name, graph.conv("conv", "image", 3, 4, 3)));
    try (Network network = Network.open(graph.write(folder.resolve("escape.onnx")))) {
      String message =
          assertThrows(ModelException.class, () -> network.resolve("nothing")).getMessage();
      assertTrue(message.contains("\\u001b[31mred"), message);
      assertFalse(message.contains("\u001b"), message);
      assertEquals(name, network.defaultLayer().name());
    }
  }

  @Test
  void graphsThatAreNone() throws IOException {
    NodeProto loop = NodeProto.newBuilder().setOpType("Relu").addInput("b").addOutput("a").build();
    NodeProto back =
        loop.toBuilder().clearInput().addInput("a").clearOutput().addOutput("b").build();
    assertTrue(
        refusal(changed(m -> m.getGraphBuilder().addNode(loop).addNode(back))).contains("cycle"));
    NodeProto self = loop.toBuilder().clearInput().addInput("a").build();
    assertTrue(refusal(changed(m -> m.getGraphBuilder().addNode(self))).contains("cycle"));
    NodeProto twice = loop.toBuilder().clearInput().addInput("conv").build();
    assertTrue(
        refusal(changed(m -> m.getGraphBuilder().addNode(twice).addNode(twice)))
            .contains("two nodes"));
    refusal(changed(m -> m.getGraphBuilder().getNodeBuilder(0).setInput(1, "nowhere")));
    refusal(changed(m -> m.getGraphBuilder().getNodeBuilder(0).setOutput(0, "image")));
  }

  /** Weights that claim more than the file holds. */
  @Test
  void weightsThatAreNotThere() throws IOException {
    refusal(changed(m -> m.getGraphBuilder().getInitializerBuilder(0).setDims(0, 1L << 40)));
    refusal(changed(m -> m.getGraphBuilder().getInitializerBuilder(0).setDims(0, 1L << 62)));
    refusal(changed(m -> m.getGraphBuilder().getInitializerBuilder(0).setDims(0, -4)));
    refusal(changed(m -> m.getGraphBuilder().getInitializerBuilder(0).setDims(0, 5)));
    refusal(
        changed(m -> m.getGraphBuilder().getInitializerBuilder(0).setRawData(ByteString.EMPTY)));
    refusal(changed(m -> m.getGraphBuilder().clearInitializer()));
  }

  /** A small operation that asks for a huge result. */
  @Test
  void hugeResults() throws IOException {
    GraphBuilder resized = small();
    String sizes = resized.longs("sizes", 1, 4, 1 << 20, 1 << 20);
    resized.node("Resize", "up", "relu - - " + sizes, "mode=nearest");
    assertTrue(refusal(resized.output("up").build()).contains("up"));

    GraphBuilder spread = small();
    String shape = spread.longs("shape", 1, 4, 1 << 15, 14, 1 << 16, 14);
    spread.node("Reshape", "six", "relu " + spread.longs("s", 1, 4, 1, 14, 1, 14));
    spread.node("Expand", "wide", "six " + shape);
    spread.node("ReduceMax", "end", "wide", "axes=2,4");
    assertTrue(refusal(spread.output("end").build()).contains("wide"));
  }

  @Test
  void picturesOfNoSize() throws IOException {
    for (long side : new long[] {0, 1 << 20, Long.MAX_VALUE}) {
      GraphBuilder graph = GraphBuilder.seeded(1);
      graph.image(-1, 3, side, 8);
      graph.node("Relu", "relu", graph.conv("conv", "image", 3, 4, 3));
      refusal(graph.output("relu").build());
    }
    ModelProto untyped = changed(m -> m.getGraphBuilder().getInputBuilder(0).clearType());
    refusal(untyped);
  }
}
