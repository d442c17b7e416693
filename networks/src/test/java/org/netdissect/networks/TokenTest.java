package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transformers: where tokens lie in the image, in the styles of several exporters. */
class TokenTest {
  private static final int ROWS = 4;
  private static final int COLUMNS = 6;
  private static final int WIDTH = 8;

  @TempDir Path folder;

  private Network open(GraphBuilder graph) throws IOException {
    return Network.open(graph.write(folder.resolve("tokens.onnx")));
  }

  private static float[][] maps(Network network, List<Layer> layers, int images)
      throws IOException {
    Random random = new Random(11);
    float[][] maps = new float[layers.size()][];
    try (TappedNetwork tapped = network.tap(layers, Preprocessing.UNIT);
        Runner runner = tapped.newRunner(images)) {
      for (int l = 0; l < maps.length; l++) {
        maps[l] = new float[images * layers.get(l).values()];
      }
      for (int from = 0; from < images; from += runner.batch()) {
        for (int i = 0; i < runner.batch(); i++) {
          byte[] photograph = new byte[3 * network.inputHeight() * network.inputWidth()];
          random.nextBytes(photograph);
          runner.photograph(i, photograph);
        }
        var buffers = runner.run(runner.batch());
        for (int l = 0; l < maps.length; l++) {
          int values = layers.get(l).values();
          buffers[l].get(0, maps[l], from * values, runner.batch() * values);
        }
      }
    }
    return maps;
  }

  private static Layer layer(Network network, String name) throws IOException {
    return network.resolve("tensor:" + name).get(0);
  }

  /** The residual stream is the patch embedding at every place, whatever lies between. */
  private void assertStreamIs(Network network, String conv, List<String> sums) throws IOException {
    for (String sum : sums) {
      Layer here = layer(network, sum);
      assertEquals(WIDTH, here.channels(), sum);
      assertEquals(ROWS, here.height(), sum);
      assertEquals(COLUMNS, here.width(), sum);
      float[][] maps = maps(network, List.of(layer(network, conv), here), 3);
      assertArrayEquals(maps[0], maps[1], 1e-4f, sum);
    }
  }

  @Test
  void timm() throws IOException {
    for (int registers : new int[] {0, 4}) {
      try (Network network = open(Transformers.timm(ROWS, COLUMNS, WIDTH, registers))) {
        assertStreamIs(
            network,
            "/patch_embed/proj/Conv_output_0",
            List.of("/Add_output_0", "/blocks.0/Add_output_0", "/blocks.1/Add_1_output_0"));
        assertEquals("/norm/LayerNormalization_output_0", network.defaultLayer().name());
        Layer hidden = layer(network, "/blocks.0/mlp/act/Mul_1_output_0");
        assertEquals(2 * WIDTH, hidden.channels());
        assertFalse(hidden.field().isKnown());
        assertEquals(WIDTH, layer(network, "/blocks.1/attn/joined").channels());
        assertEquals(3 * WIDTH, layer(network, "/blocks.1/attn/qkv/Add_output_0").channels());
        assertEquals(
            new TokenGrid(ROWS, COLUMNS, 1 + registers, 0), network.tokens(hidden).orElseThrow());
        assertEquals(
            ReceptiveField.square(0, Transformers.PATCH, Transformers.PATCH),
            layer(network, "/Add_output_0").field());
        assertTrue(network.remarks().isEmpty());
        for (Layer layer : network.layers()) {
          assertFalse(
              layer.name().contains("softmax") || layer.name().endsWith("/qk"), layer.name());
        }
      }
    }
  }

  @Test
  void huggingFace() throws IOException {
    try (Network network = open(Transformers.huggingFace(ROWS, COLUMNS, WIDTH))) {
      assertStreamIs(
          network,
          "/embeddings/patch_embeddings/projection/Conv_output_0",
          List.of(
              "/embeddings/Concat_output_0",
              "/encoder/layer.0/Add_output_0",
              "/encoder/layer.1/output/Add_output_0"));
      assertTrue(
          network.defaultLayer().name().startsWith("/encoder/layer.1/output/Add")
              || network.defaultLayer().name().equals("/patches"),
          network.defaultLayer().name());
    }
  }

  @Test
  void clipTower() throws IOException {
    try (Network network = open(Transformers.clip(ROWS, COLUMNS, WIDTH))) {
      assertStreamIs(
          network,
          "/visual/conv1/Conv_output_0",
          List.of("/visual/resblocks.0/Add_output_0", "/visual/resblocks.1/Add_1_output_0"));
      assertEquals("/visual/resblocks.1/Add_1_output_0", network.defaultLayer().name());
      assertEquals(
          2 * WIDTH, layer(network, "/visual/resblocks.0/mlp/c_fc/Add_output_0").channels());
    }
  }

  /** Windows, shifted ones too, are laid back to where they were cut from. */
  @Test
  void swin() throws IOException {
    try (Network network = open(Transformers.swin(ROWS, COLUMNS, WIDTH))) {
      float[][] maps =
          maps(
              network,
              List.of(
                  layer(network, "/patch"),
                  layer(network, "/win.0"),
                  layer(network, "/win.1"),
                  layer(network, "/block.1/add")),
              3);
      assertArrayEquals(maps[0], maps[1], 1e-4f);
      for (int i = 0; i < maps[0].length; i++) {
        maps[0][i] *= 2;
        maps[1][i] = maps[0][i] * 2;
      }
      assertArrayEquals(maps[0], maps[2], 1e-4f);
      assertArrayEquals(maps[1], maps[3], 1e-4f);
      Layer coarse = layer(network, "/coarse");
      assertEquals(ROWS / 2, coarse.height());
      assertEquals(COLUMNS / 2, coarse.width());
      assertEquals(2 * WIDTH, coarse.channels());
      assertEquals("/coarse", network.defaultLayer().name());
      assertEquals(2 * Transformers.PATCH, coarse.field().y().step());
    }
  }

  /** A unit that copies the red of its patch shows red where the picture is red. */
  @Test
  void aUnitSeesItsPatch() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    graph.image(-1, 3, 8, 12);
    String red = graph.floats("red", i -> i / 48 == 2 && i % 48 < 16 ? 1 / 16.0 : 0, 3, 3, 4, 4);
    graph.node("Conv", "patch", "image " + red, "kernel_shape=4,4", "strides=4,4");
    graph.node("Reshape", "flat", "patch " + graph.longs("s", 0, 3, 6));
    graph.node("Transpose", "t", "flat", "perm=0,2,1");
    graph.node("Concat", "with", graph.weights("cls", 1, 1, 1, 3) + " t", "axis=1");
    String eye = graph.floats("eye", i -> i % 4 == 0 ? 1 : 0, 3, 3);
    graph.node("MatMul", "copied", "with " + eye);
    graph.output("copied");
    try (Network network = open(graph);
        TappedNetwork tapped = network.tap(network.resolve("copied"), Preprocessing.NONE);
        Runner runner = tapped.newRunner(1)) {
      byte[] photograph = new byte[3 * 8 * 12];
      for (int y = 4; y < 8; y++) {
        for (int x = 8; x < 12; x++) {
          photograph[3 * (y * 12 + x)] = 100;
        }
      }
      runner.photograph(0, photograph);
      float[] maps = new float[18];
      runner.run(1)[0].get(0, maps);
      float[] expected = new float[18];
      expected[12 + 5] = 100;
      assertArrayEquals(expected, maps, 1e-4f);
    }
  }

  /** Where the graph does not tell the grid, the user may. */
  @Test
  void gridByHand() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    graph.image(-1, 3, 8, 12);
    graph.conv("patch", "image", 3, 5, 4, "kernel_shape=4,4", "strides=4,4");
    graph.node("Reshape", "flat", "patch " + graph.longs("s", 0, 5, 6));
    // A product over the tokens hides where they came from.
    graph.node("MatMul", "mixed", "flat " + graph.weights("mix", 1, 6, 7));
    graph.node("Transpose", "tokens", "mixed", "perm=0,2,1");
    graph.node("MatMul", "wide", "tokens " + graph.weights("w", 1, 5, 9));
    Path file = graph.output(graph.node("Relu", "out", "wide")).write(folder.resolve("hid.onnx"));
    try (Network network = Network.open(file)) {
      assertEquals(1, network.layers().size());
      assertTrue(network.remarks().get(0).contains("--tokens"), network.remarks()::toString);
    }
    try (Network network =
        Network.openWith(
            file, new NetworkOptions(null, TokenGrid.parse("grid=2x3,skip=1"), Map.of()))) {
      Layer out = network.resolve("out").get(0);
      assertEquals(new Layer("out", "Relu", 9, 2, 3, ReceptiveField.UNKNOWN), out);
      assertEquals("out", network.defaultLayer().name());
      assertTrue(network.remarks().isEmpty());
    }
    try (Network network =
        Network.openWith(
            file, new NetworkOptions(null, TokenGrid.parse("grid=7x7,skip=1"), Map.of()))) {
      assertEquals(
          List.of("--tokens grid=7x7,skip=1 changes nothing: no tensor of hid.onnx has 50 tokens"),
          network.remarks());
    }
    for (String wrong : List.of("", "grid=2", "grid=0x3", "grid=2x3,skip=-1", "2x3")) {
      assertThrows(IllegalArgumentException.class, () -> TokenGrid.parse(wrong), wrong);
    }
    assertEquals("grid=2x3,skip=1,after=2", new TokenGrid(2, 3, 1, 2).toString());
  }

  /** Attention as one operator of ONNX Runtime. */
  @Test
  void fusedOperators() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    graph.image(1, 3, 8, 12);
    graph.conv("patch", "image", 3, 8, 4, "kernel_shape=4,4", "strides=4,4");
    graph.node("Reshape", "flat", "patch " + graph.longs("s", 0, 8, 6));
    graph.node("Transpose", "t", "flat", "perm=0,2,1");
    graph.node("Einsum", "e", "t " + graph.weights("w", 1, 8, 10), "equation=btc,cd->btd");
    graph.output(graph.node("Softplus", "out", "e"));
    try (Network network = open(graph)) {
      assertEquals(10, network.resolve("out").get(0).channels());
      assertEquals(3, network.resolve("out").get(0).width());
      assertEquals(ReceptiveField.square(0, 4, 4), network.resolve("e").get(0).field());
    }
  }
}
