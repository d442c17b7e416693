package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.RandomNetwork.How;

/** Random networks from their files: what changes, what stays, and how they behave. */
class RandomNetworkTest {
  @TempDir Path folder;

  private static final RandomNetwork.Watch UNWATCHED =
      new RandomNetwork.Watch() {
        @Override
        public void begins(long photographs) {}

        @Override
        public void advances() {}
      };

  private Path made(Path model, How how, long seed, String name) throws Exception {
    Path out = folder.resolve(name);
    RandomNetwork.of(model, how, seed).write(out);
    return out;
  }

  private static ModelProto proto(Path file) throws Exception {
    return ModelProto.parseFrom(Files.readAllBytes(file));
  }

  /** All constants by name, those of nodes included. */
  private static Map<String, double[]> constants(Path file) throws Exception {
    Map<String, double[]> values = new HashMap<>();
    ModelProto model = proto(file);
    List<TensorProto> all = new ArrayList<>(model.getGraph().getInitializerList());
    for (NodeProto node : model.getGraph().getNodeList()) {
      if (node.getOpType().equals("Constant")) {
        all.add(node.getAttribute(0).getT().toBuilder().setName(node.getOutput(0)).build());
      }
    }
    for (TensorProto tensor : all) {
      if (WeightRoles.isFloat(tensor)) {
        FloatTensor floats = new FloatTensor(tensor);
        double[] copy = new double[floats.size()];
        Arrays.setAll(copy, floats::get);
        values.put(tensor.getName(), copy);
      }
    }
    return values;
  }

  private static Map<String, String> metadata(Path file) throws Exception {
    Map<String, String> entries = new HashMap<>();
    proto(file).getMetadataPropsList().forEach(e -> entries.put(e.getKey(), e.getValue()));
    return entries;
  }

  private static double deviation(double[] values) {
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElse(0));
  }

  private static void checkHe(double[] weights, int fanIn) {
    double wanted = Math.sqrt(2.0 / fanIn);
    double error = wanted / Math.sqrt(2.0 * weights.length);
    assertEquals(wanted, deviation(weights), 4.5 * error);
    assertEquals(
        0, Arrays.stream(weights).average().orElse(1), 4.5 * wanted / Math.sqrt(weights.length));
  }

  @Test
  void initIsAsBeforeTraining() throws Exception {
    Path model = TestModels.resnet18(3, 16, 50).write(folder.resolve("model.onnx"));
    Path out = made(model, How.INIT, 5, "random.onnx");
    Map<String, double[]> values = constants(out);
    checkHe(values.get("conv1.weight"), 3 * 49);
    checkHe(values.get("layer1.0.conv1.weight"), 16 * 9);
    checkHe(values.get("layer2.0.downsample.0.weight"), 16);
    checkHe(values.get("fc.weight"), 128);
    assertTrue(Arrays.stream(values.get("fc.bias")).allMatch(v -> v == 0));
    assertTrue(Arrays.stream(values.get("bn1.scale")).allMatch(v -> v == 1));
    assertTrue(Arrays.stream(values.get("bn1.bias")).allMatch(v -> v == 0));
    assertTrue(Arrays.stream(values.get("bn1.mean")).allMatch(v -> v == 0));
    assertTrue(Arrays.stream(values.get("bn1.var")).allMatch(v -> v == 1));
    assertEquals("init", metadata(out).get("netdissect.random"));
    assertEquals("5", metadata(out).get("netdissect.random.seed"));
    assertEquals("model.onnx", metadata(out).get("netdissect.random.source"));
    assertEquals(
        Network.open(model).sha256(), metadata(out).get("netdissect.random.source.sha256"));
    assertEquals("0 and 1", metadata(out).get("netdissect.random.batch-norm"));
    // Same nodes, shapes and layers.
    assertEquals(proto(model).getGraph().getNodeList(), proto(out).getGraph().getNodeList());
    assertEquals(Network.open(model).layers(), Network.open(out).layers());
  }

  @Test
  void theSeedAndTheNamesDecideAll() throws Exception {
    Path model = TestModels.tiny(1).write(folder.resolve("tiny.onnx"));
    for (How how : How.values()) {
      Path one = made(model, how, 7, how + "-1.onnx");
      assertEquals(-1, Files.mismatch(one, made(model, how, 7, how + "-2.onnx")));
      Path other = made(model, how, 8, how + "-3.onnx");
      assertFalse(
          Arrays.equals(constants(one).get("conv2.weight"), constants(other).get("conv2.weight")));
    }
    // The first numbers of a seed, so that another Java or another day gives no others.
    assertEquals(
        "[-0.12345, 0.55854]",
        Arrays.stream(constants(made(model, How.INIT, 7, "first.onnx")).get("conv1.weight"))
            .limit(2)
            .mapToObj(v -> String.format(java.util.Locale.ROOT, "%.5f", v))
            .toList()
            .toString());
  }

  @Test
  void shufflingKeepsEachTensorsValues() throws Exception {
    Path model = TestModels.tiny(1).write(folder.resolve("tiny.onnx"));
    Map<String, double[]> before = constants(model);
    Path out = made(model, How.SHUFFLE, 3, "shuffled.onnx");
    Map<String, double[]> after = constants(out);
    assertEquals(before.keySet(), after.keySet());
    for (String name : before.keySet()) {
      double[] old = before.get(name);
      double[] moved = after.get(name);
      boolean isStatistic = name.endsWith(".mean") || name.endsWith(".var");
      assertEquals(isStatistic || old.length < 2, Arrays.equals(old, moved), name);
      double[] sorted = moved.clone();
      Arrays.sort(sorted);
      Arrays.sort(old);
      assertArrayEquals(old, sorted, name);
    }
    assertEquals("kept", metadata(out).get("netdissect.random.batch-norm"));
  }

  @Test
  void shufflingIsUniform() {
    // Each value comes to each of four places about equally often.
    int[][] seen = new int[4][4];
    for (int seed = 0; seed < 4000; seed++) {
      Draws draws = new Draws(seed, "any");
      int[] from = new int[4];
      for (int i = 0; i < 4; i++) {
        int j = draws.below(i + 1);
        from[i] = from[j];
        from[j] = i;
      }
      for (int i = 0; i < 4; i++) {
        seen[i][from[i]]++;
      }
    }
    for (int[] row : seen) {
      for (int count : row) {
        assertEquals(1000, count, 5 * Math.sqrt(4000 * 0.25 * 0.75));
      }
    }
  }

  @Test
  void halfFloatsOldFilesTypedFieldsAndConstantsInNodes() throws Exception {
    GraphBuilder half = GraphBuilder.seeded(2).type(GraphBuilder.FLOAT16);
    String image = half.image(-1, 3, 8, 8);
    String conv = half.conv("conv", image, 3, 64, 3, "pads=1,1,1,1");
    half.output(half.node("Relu", "relu", conv));
    Path out = made(half.write(folder.resolve("half.onnx")), How.INIT, 1, "half-random.onnx");
    checkHe(constants(out).get("conv.weight"), 27);
    assertEquals(GraphBuilder.FLOAT16, proto(out).getGraph().getInitializer(0).getDataType());
    assertEquals(1, Network.open(out).resolve("relu").size());

    GraphBuilder old = GraphBuilder.seeded(2).irVersion(3).opset(7);
    old.output(old.conv("conv", old.image(1, 3, 8, 8), 3, 64, 3, "pads=1,1,1,1"));
    out = made(old.write(folder.resolve("old.onnx")), How.INIT, 1, "old-random.onnx");
    checkHe(constants(out).get("conv.weight"), 27);
    assertEquals(2, proto(out).getGraph().getInputCount());

    GraphBuilder inNode = GraphBuilder.seeded(2);
    image = inNode.image(1, 3, 8, 8);
    TensorProto.Builder typed =
        TensorProto.newBuilder()
            .setDataType(GraphBuilder.FLOAT)
            .addDims(64)
            .addDims(3)
            .addDims(1)
            .addDims(1);
    for (int i = 0; i < 192; i++) {
      typed.addFloatData(i);
    }
    inNode.node(
        NodeProto.newBuilder()
            .setOpType("Constant")
            .addOutput("w")
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("value")
                    .setType(AttributeProto.AttributeType.TENSOR)
                    .setT(typed))
            .build());
    inNode.output(inNode.node("Conv", "conv", image + " w"));
    out = made(inNode.write(folder.resolve("node.onnx")), How.INIT, 1, "node-random.onnx");
    checkHe(constants(out).get("w"), 3);
    Network.open(out);
  }

  @Test
  void fanInOfTurnedAndTransposedWeights() throws Exception {
    GraphBuilder graph = GraphBuilder.seeded(4);
    String here = graph.image(1, 3, 16, 16);
    here = graph.conv("conv", here, 3, 32, 1);
    // 32 channels in 4 groups of 8 go to 4 × 16; of 2 × 2 taps one meets a place.
    graph.weights("up.weight", 1, 32, 16, 2, 2);
    here = graph.node("ConvTranspose", "up", here + " up.weight", "group=4", "strides=2,2");
    graph.longs("flat", 1, 64, 1024);
    String rows = graph.node("Reshape", "reshape", here + " flat");
    rows = graph.node("Transpose", "turned", rows, "perm=0,2,1");
    graph.weights("linear", 1, 48, 64);
    String weight = graph.node("Transpose", "linear.t", "linear", "perm=1,0");
    rows = graph.node("MatMul", "matmul", rows + " " + weight);
    graph.weights("linear.bias", 1, 48);
    rows = graph.node("Add", "sum", rows + " linear.bias");
    graph.weights("position", 1, 1, 1024, 48);
    rows = graph.node("Add", "placed", rows + " position");
    graph.floats("mask", i -> i % 3 == 0 ? -100 : 0, 1, 1024, 48);
    rows = graph.node("Add", "masked", rows + " mask");
    graph.weights("gain", 1, 48);
    graph.output(graph.node("Mul", "scaled", rows + " gain"));
    Path model = graph.write(folder.resolve("turned.onnx"));
    Path out = made(model, How.INIT, 1, "turned-random.onnx");
    Map<String, double[]> values = constants(out);
    checkHe(values.get("up.weight"), 8);
    checkHe(values.get("linear"), 64);
    assertTrue(Arrays.stream(values.get("linear.bias")).allMatch(v -> v == 0));
    assertEquals(0.02, deviation(values.get("position")), 1e-3);
    assertArrayEquals(constants(model).get("mask"), values.get("mask"));
    assertTrue(Arrays.stream(values.get("gain")).allMatch(v -> v == 1));
    assertEquals(List.of("mask"), RandomNetwork.of(model, How.INIT, 1).kept());
  }

  @Test
  void whatStandsBeforeTheFirstWeightsStays() throws Exception {
    GraphBuilder graph = GraphBuilder.seeded(4);
    String image = graph.image(1, 3, 8, 8);
    graph.floats("mean", i -> i + 0.5, 1, 3, 1, 1);
    String here = graph.node("Add", "centred", image + " mean");
    graph.output(graph.conv("conv", here, 3, 4, 1));
    Path model = graph.write(folder.resolve("centred.onnx"));
    for (How how : How.values()) {
      Path out = made(model, how, 1, how + ".onnx");
      assertArrayEquals(constants(model).get("mean"), constants(out).get("mean"));
    }
    assertEquals(List.of("mean"), RandomNetwork.of(model, How.INIT, 1).kept());
  }

  private static List<byte[]> photographs(int count, int side) {
    Random random = new Random(6);
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] rgb = new byte[3 * side * side];
      random.nextBytes(rgb);
      all.add(rgb);
    }
    return all;
  }

  @Test
  void estimatedBatchNormPutsOutMeanZeroAndVarianceOne() throws Exception {
    for (How how : How.values()) {
      Path model = TestModels.tiny(1).write(folder.resolve("tiny.onnx"));
      List<byte[]> photographs = photographs(9, 32);
      Network network = Network.open(model);
      RandomNetwork random = RandomNetwork.of(model, how, 2);
      assertTrue(random.hasBatchNorm());
      random.estimate(network, Preprocessing.TORCH, photographs, "noise", UNWATCHED);
      Path out = folder.resolve("estimated.onnx");
      random.write(out);
      assertEquals(
          "estimated on 9 images of noise, preprocessing torch",
          metadata(out).get("netdissect.random.batch-norm"));
      Map<String, double[]> values = constants(out);
      List<String> norms = List.of("bn1", "bn2", "bn3");
      double[][] sums = new double[3][24];
      double[][] squares = new double[3][24];
      long[] counts = new long[3];
      try (NetworkOutputs outputs = Network.open(out).outputs(Preprocessing.TORCH, norms)) {
        for (byte[] photograph : photographs) {
          List<NetworkOutputs.Output> got = outputs.run(photograph);
          for (int n = 0; n < 3; n++) {
            int channels = Math.toIntExact(got.get(n).dims().get(1));
            int places = got.get(n).floats().length / channels;
            counts[n] += places;
            for (int c = 0; c < channels; c++) {
              double scale = values.get(norms.get(n) + ".scale")[c];
              double bias = values.get(norms.get(n) + ".bias")[c];
              for (int p = 0; p < places; p++) {
                double value = (got.get(n).floats()[c * places + p] - bias) / scale;
                sums[n][c] += value;
                squares[n][c] += value * value;
              }
            }
          }
        }
      }
      for (int n = 0; n < 3; n++) {
        int channels = values.get(norms.get(n) + ".scale").length;
        for (int c = 0; c < channels; c++) {
          String where = how + " " + norms.get(n) + " channel " + c;
          assertEquals(0, sums[n][c] / counts[n], 1e-4, where);
          // Above the variances' epsilon, which takes a little.
          assertEquals(1, squares[n][c] / counts[n], 2e-3, where);
        }
      }
    }
  }

  private void refused(GraphBuilder graph, String why) throws Exception {
    Path file = graph.write(folder.resolve("refused.onnx"));
    ModelException failure =
        assertThrows(ModelException.class, () -> RandomNetwork.of(file, How.INIT, 1));
    assertTrue(failure.getMessage().contains(why), failure.getMessage());
    assertTrue(failure.getMessage().contains("refused.onnx"), failure.getMessage());
  }

  @Test
  void refusesWhatItCannotMakeRandom() throws Exception {
    GraphBuilder beside = GraphBuilder.seeded(1);
    beside.output(beside.conv("conv", beside.image(1, 3, 8, 8), 3, 4, 3));
    beside.external("conv.weight", "weights.bin", folder.resolve("weights.bin"));
    refused(beside, "keeps its weights beside it in weights.bin");

    GraphBuilder computed = GraphBuilder.seeded(1);
    String image = computed.image(1, 3, 8, 8);
    computed.weights("w", 1, 4, 3, 3, 3);
    String twice = computed.node("Add", "twice", "w w");
    computed.output(computed.node("Conv", "conv", image + " " + twice));
    refused(computed, "the weights of Conv conv are computed by Add twice");

    GraphBuilder none = GraphBuilder.seeded(1);
    none.output(none.node("Relu", "relu", none.image(1, 3, 8, 8)));
    refused(none, "no weights");

    GraphBuilder quantised = GraphBuilder.seeded(1);
    quantised.output(
        quantised.node("QLinearConv", "q", quantised.image(1, 3, 8, 8) + " a b c d e f g"));
    refused(quantised, "8-bit weights (QLinearConv q)");

    GraphBuilder wrong = GraphBuilder.seeded(1);
    wrong.output(wrong.conv("conv", wrong.image(1, 3, 8, 8), 3, 4, 3));
    ModelProto.Builder model = wrong.build().toBuilder();
    model.getGraphBuilder().getInitializerBuilder(0).setDims(0, 5);
    Path file = folder.resolve("wrong.onnx");
    Files.write(file, model.build().toByteArray());
    ModelException failure =
        assertThrows(ModelException.class, () -> RandomNetwork.of(file, How.SHUFFLE, 1));
    assertTrue(failure.getMessage().contains("not as many as their shape says"));
  }
}
