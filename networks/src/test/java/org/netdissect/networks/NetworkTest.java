package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of every form that occurs, and files that are none. */
class NetworkTest {
  @TempDir Path folder;

  private Path file(String name) {
    return folder.resolve(name);
  }

  private static byte[][] photographs(int count, int height, int width, long seed) {
    byte[][] photographs = new byte[count][3 * height * width];
    Random random = new Random(seed);
    for (byte[] photograph : photographs) {
      random.nextBytes(photograph);
    }
    return photographs;
  }

  /** All maps of a layer for all photographs, in batches. */
  private static float[][] record(
      Network network, Layer layer, byte[][] photographs, Preprocessing preprocessing, int batch)
      throws IOException {
    float[][] maps = new float[photographs.length][layer.values()];
    try (TappedNetwork tapped = network.tap(List.of(layer), preprocessing);
        Runner runner = tapped.newRunner(batch)) {
      for (int from = 0; from < photographs.length; from += runner.batch()) {
        int n = Math.min(runner.batch(), photographs.length - from);
        for (int i = 0; i < n; i++) {
          runner.photograph(i, photographs[from + i]);
        }
        FloatBuffer buffer = runner.run(n)[0];
        assertTrue(buffer.isDirect());
        for (int i = 0; i < n; i++) {
          buffer.get(i * layer.values(), maps[from + i]);
        }
      }
    }
    return maps;
  }

  private static void assertClose(float[][] expected, float[][] actual, double tolerance) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], actual[i], (float) tolerance);
    }
  }

  /** A convolution worked out by hand: the input must be exact in float. */
  @Test
  void pixelsArePreprocessedExactly() throws IOException {
    for (Preprocessing preprocessing :
        List.of(
            Preprocessing.TORCH,
            Preprocessing.CAFFE,
            Preprocessing.TF,
            Preprocessing.UNIT,
            Preprocessing.NONE)) {
      GraphBuilder graph = GraphBuilder.seeded(1);
      graph.image(-1, 3, 5, 4);
      graph.output(graph.node("Identity", "copy", "image"));
      byte[][] photographs = photographs(3, 5, 4, 11);
      try (Network network = Network.open(graph.write(file("copy.onnx")))) {
        Layer layer = network.resolve("copy").get(0);
        assertEquals(ReceptiveField.IDENTITY, layer.field());
        float[][] maps = record(network, layer, photographs, preprocessing, 2);
        for (int i = 0; i < photographs.length; i++) {
          for (int c = 0; c < 3; c++) {
            int colour = preprocessing.channels() == Preprocessing.Channels.RGB ? c : 2 - c;
            for (int p = 0; p < 20; p++) {
              int pixel = photographs[i][3 * p + colour] & 0xff;
              double x =
                  (pixel * preprocessing.scale() - preprocessing.mean().get(c))
                      / preprocessing.std().get(c);
              assertEquals((float) x, maps[i][c * 20 + p]);
            }
          }
        }
      }
    }
  }

  @Test
  void greyNetworksGetTheMean() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    graph.image(1, 1, 4, 4);
    graph.output(graph.node("Identity", "copy", "image"));
    byte[][] photographs = photographs(1, 4, 4, 11);
    try (Network network = Network.open(graph.write(file("grey.onnx")))) {
      assertEquals(1, network.inputChannels());
      float[][] maps =
          record(network, network.resolve("copy").get(0), photographs, Preprocessing.NONE, 1);
      for (int p = 0; p < 16; p++) {
        double sum = 0;
        for (int c = 0; c < 3; c++) {
          sum += photographs[0][3 * p + c] & 0xff;
        }
        assertEquals((float) (sum / 3), maps[0][p]);
      }
    }
  }

  /** The fourth channel is opaque, and needs values of its own. */
  @Test
  void fourChannels() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    graph.image(1, 4, 4, 5);
    graph.output(graph.node("Identity", "copy", "image"));
    byte[][] photographs = photographs(1, 4, 5, 11);
    try (Network network = Network.open(graph.write(file("four.onnx")))) {
      Layer copy = network.resolve("copy").get(0);
      ModelException refused =
          assertThrows(ModelException.class, () -> network.tap(List.of(copy), Preprocessing.TORCH));
      assertTrue(refused.getMessage().contains("four values"), refused.getMessage());
      Preprocessing four =
          new Preprocessing(
              Preprocessing.Channels.RGB,
              1,
              List.of(0.0, 0.0, 0.0, 55.0),
              List.of(1.0, 1.0, 1.0, 2.0));
      float[][] maps = record(network, copy, photographs, four, 1);
      assertEquals(photographs[0][3 * 7 + 2] & 0xff, maps[0][2 * 20 + 7]);
      assertEquals(100, maps[0][3 * 20 + 7]);
    }
  }

  /** One network in many forms gives the same maps. */
  @Test
  void formsOfOneNetworkAgree() throws IOException {
    byte[][] photographs = photographs(7, 16, 20, 3);
    float[][] expected;
    Layer first;
    try (Network network = Network.open(form(-1, false, 8).write(file("free.onnx")))) {
      assertFalse(network.fixedBatch());
      assertEquals(-1, network.batch());
      first = network.resolve("conv").get(0);
      assertEquals(new Layer("relu", "Relu", 5, 8, 10, ReceptiveField.square(-1, 3, 2)), first);
      expected = record(network, first, photographs, Preprocessing.TORCH, 7);
      assertClose(expected, record(network, first, photographs, Preprocessing.TORCH, 3), 1e-6);
      assertClose(expected, record(network, first, photographs, Preprocessing.TORCH, 1), 1e-6);
    }
    for (int batch : new int[] {1, 4}) {
      try (Network network = Network.open(form(batch, false, 8).write(file("fixed.onnx")))) {
        assertTrue(network.fixedBatch());
        assertEquals(batch, network.batch());
        for (int asked : new int[] {1, 3, 16}) {
          assertClose(
              expected, record(network, first, photographs, Preprocessing.TORCH, asked), 1e-6);
        }
      }
    }
    try (Network network = Network.open(form(-1, false, 3).write(file("ir3.onnx")))) {
      assertClose(expected, record(network, first, photographs, Preprocessing.TORCH, 4), 1e-6);
    }
    try (Network network = Network.open(form(-1, true, 8).write(file("nhwc.onnx")))) {
      assertEquals(16, network.inputHeight());
      assertEquals(20, network.inputWidth());
      assertEquals(first, network.resolve("conv").get(0));
      assertClose(expected, record(network, first, photographs, Preprocessing.TORCH, 4), 1e-6);
      Layer last = network.resolve("last").get(0);
      assertEquals(new Layer("last", "Transpose", 5, 8, 10, first.field()), last);
      assertClose(expected, record(network, last, photographs, Preprocessing.TORCH, 4), 1e-6);
    }
  }

  private static GraphBuilder form(int batch, boolean channelsLast, int irVersion) {
    GraphBuilder graph = GraphBuilder.seeded(21).irVersion(irVersion);
    String here =
        channelsLast
            ? graph.node("Transpose", "first", graph.image(batch, 16, 20, 3), "perm=0,3,1,2")
            : graph.image(batch, 3, 16, 20);
    here = graph.conv("conv", here, 3, 5, 3, "strides=2,2", "pads=1,1,1,1");
    here = graph.node("Relu", "relu", here);
    if (channelsLast) {
      here = graph.node("Transpose", "last", here, "perm=0,2,3,1");
    }
    return graph.output(here);
  }

  @Test
  void halfPrecision() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(21).type(GraphBuilder.FLOAT16);
    graph.image(-1, 3, 16, 20);
    graph.conv("conv", "image", 3, 5, 3, "strides=2,2", "pads=1,1,1,1");
    graph.output(graph.node("Relu", "relu", "conv"));
    byte[][] photographs = photographs(3, 16, 20, 3);
    try (Network half = Network.open(graph.write(file("half.onnx")));
        Network full = Network.open(form(-1, false, 8).write(file("full.onnx")))) {
      Layer layer = full.resolve("conv").get(0);
      assertEquals(layer, half.resolve("conv").get(0));
      assertClose(
          record(full, layer, photographs, Preprocessing.TORCH, 2),
          record(half, layer, photographs, Preprocessing.TORCH, 2),
          0.02);
      ModelException refused =
          assertThrows(
              ModelException.class,
              () ->
                  half.tap(
                      List.of(layer),
                      new Preprocessing(
                          Preprocessing.Channels.RGB,
                          1000,
                          List.of(0.0, 0.0, 0.0),
                          List.of(1.0, 1.0, 1.0))));
      assertTrue(refused.getMessage().contains("float16"), refused.getMessage());
    }
  }

  /** Layers of other float types inside a network of floats. */
  @Test
  void innerTensorsOfOtherTypes() throws IOException {
    GraphBuilder graph = form(-1, false, 8);
    graph.node("Cast", "half", "relu", "to=10");
    graph.node("Sqrt", "root", "half");
    graph.node("Cast", "double", "relu", "to=11");
    graph.output(graph.node("Transpose", "turned", "half", "perm=0,3,1,2"));
    byte[][] photographs = photographs(3, 16, 20, 3);
    try (Network network = Network.open(graph.write(file("types.onnx")))) {
      float[][] relu = recordOf(network, "relu", photographs);
      assertClose(relu, recordOf(network, "double", photographs), 1e-6);
      assertClose(relu, recordOf(network, "half", photographs), 0.01);
      assertEquals(5, network.resolve("turned").get(0).channels());
      assertEquals(10, network.resolve("turned").get(0).width());
      assertClose(relu, recordOf(network, "turned", photographs), 0.01);
      float[][] root = recordOf(network, "root", photographs);
      for (int i = 0; i < root[0].length; i++) {
        assertEquals(Math.sqrt(relu[0][i]), root[0][i], 0.01);
      }
    }
  }

  private static float[][] recordOf(Network network, String name, byte[][] photographs)
      throws IOException {
    Layer layer = network.resolve("tensor:" + name).get(0);
    return record(network, layer, photographs, Preprocessing.TORCH, 2);
  }

  /** Workers with runners of their own do not disturb each other. */
  @Test
  void workersAtTheSameTime() throws Exception {
    byte[][] photographs = photographs(12, 32, 32, 17);
    try (Network network = Network.open(TestModels.tiny(4).write(file("tiny.onnx")))) {
      Layer layer = network.defaultLayer();
      float[][] expected = record(network, layer, photographs, Preprocessing.TORCH, 1);
      try (TappedNetwork tapped = network.tap(List.of(layer), Preprocessing.TORCH)) {
        java.util.stream.IntStream.range(0, 40)
            .parallel()
            .forEach(
                k -> {
                  int i = k % photographs.length;
                  try (Runner runner = tapped.newRunner(2)) {
                    runner.photograph(0, photographs[i]);
                    runner.photograph(1, photographs[(i + 1) % photographs.length]);
                    float[] actual = new float[layer.values()];
                    runner.run(2)[0].get(0, actual);
                    assertArrayEquals(expected[i], actual, 1e-5f);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
      }
    }
  }

  /** An input that nothing reads is no second image. */
  @Test
  void inputsThatNothingReads() throws IOException {
    GraphBuilder graph = form(1, false, 8);
    graph.input("phase", 1);
    byte[][] photographs = photographs(1, 16, 20, 3);
    try (Network network = Network.open(graph.write(file("phase.onnx")))) {
      assertEquals(1, recordOf(network, "relu", photographs).length);
    }
  }

  /** A second input is given once for all, as a NumPy file. */
  @Test
  void otherInputs() throws IOException {
    GraphBuilder graph = form(-1, false, 8);
    graph.input("factor", -1, 1, 1, 1);
    Path model = graph.output(graph.node("Mul", "scaled", "relu factor")).write(file("two.onnx"));
    refused(model, "--input");
    Path values = file("factor.npy");
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1), }";
    ByteBuffer npy = ByteBuffer.allocate(10 + header.length() + 4).order(ByteOrder.LITTLE_ENDIAN);
    npy.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    npy.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
    npy.putFloat(3);
    Files.write(values, npy.array());
    byte[][] photographs = photographs(3, 16, 20, 3);
    NetworkOptions options = new NetworkOptions(null, null, Map.of("factor", values));
    try (Network network = Network.openWith(model, options)) {
      float[][] relu = recordOf(network, "relu", photographs);
      float[][] scaled = recordOf(network, "scaled", photographs);
      assertEquals(3 * relu[2][7], scaled[2][7], 1e-5);
    }
    NetworkOptions wrong = new NetworkOptions(null, null, Map.of("nothing", values));
    assertThrows(ModelException.class, () -> Network.openWith(model, wrong));
    Files.write(values, java.util.Arrays.copyOf(npy.array(), npy.capacity() - 1));
    assertThrows(ModelException.class, () -> Network.openWith(model, options));
  }

  @Test
  void bytesAsInput() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(21).type(GraphBuilder.UINT8);
    graph.image(-1, 6, 5, 3);
    graph.type(GraphBuilder.FLOAT);
    graph.output(
        graph.node(
            "Transpose", "nchw", graph.node("Cast", "cast", "image", "to=1"), "perm=0,3,1,2"));
    byte[][] photographs = photographs(3, 6, 5, 3);
    try (Network network = Network.open(graph.write(file("bytes.onnx")))) {
      Layer layer = network.resolve("nchw").get(0);
      float[][] maps = record(network, layer, photographs, Preprocessing.NONE, 2);
      assertEquals(photographs[2][3 * 7 + 1] & 0xff, maps[2][30 + 7]);
      assertClose(
          maps,
          record(network, network.resolve("cast").get(0), photographs, Preprocessing.NONE, 2),
          0);
      assertThrows(ModelException.class, () -> network.tap(List.of(layer), Preprocessing.TORCH));
    }
  }

  @Test
  void freeHeightAndWidth() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(21);
    graph.image(-1, 3, -1, -1);
    graph.conv("conv", "image", 3, 5, 3, "strides=2,2", "pads=1,1,1,1");
    Path file = graph.output(graph.node("Relu", "relu", "conv")).write(file("sides.onnx"));
    ModelException missing = assertThrows(ModelException.class, () -> Network.open(file));
    assertTrue(missing.getMessage().contains("--input-size"), missing.getMessage());
    try (Network network = Network.open(file, new InputSize(16, 20));
        Network fixed = Network.open(form(-1, false, 8).write(file("fixed.onnx")))) {
      byte[][] photographs = photographs(3, 16, 20, 3);
      Layer layer = network.resolve("conv").get(0);
      assertEquals(fixed.resolve("conv").get(0), layer);
      assertClose(
          record(fixed, layer, photographs, Preprocessing.TORCH, 2),
          record(network, layer, photographs, Preprocessing.TORCH, 2),
          1e-6);
    }
    ModelException other =
        assertThrows(
            ModelException.class, () -> Network.open(file("fixed.onnx"), new InputSize(20, 16)));
    assertTrue(other.getMessage().contains("16,20"), other.getMessage());
  }

  /** A declared free batch that a reshape fixes inside runs one image at a time. */
  @Test
  void batchFixedInside() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(2);
    graph.image(-1, 3, 8, 8);
    String conv = graph.conv("conv", "image", 3, 4, 3, "pads=1,1,1,1");
    String shape = graph.longs("shape", 1, 4, 8, 8);
    graph.output(graph.node("Relu", "relu", graph.node("Reshape", "r", conv + " " + shape)));
    try (Network network = Network.open(graph.write(file("inside.onnx")))) {
      Layer layer = network.resolve("relu").get(0);
      assertEquals(ReceptiveField.square(-1, 3, 1), layer.field());
      byte[][] photographs = photographs(3, 8, 8, 3);
      float[][] maps = record(network, layer, photographs, Preprocessing.TORCH, 4);
      assertTrue(maps[2][0] != maps[1][0] || maps[2][1] != maps[1][1]);
    }
  }

  /** Only what the tapped layer needs is computed; a tap is the same beside other taps. */
  @Test
  void tapsDoNotDisturbEachOther() throws IOException {
    byte[][] photographs = photographs(2, 32, 32, 9);
    try (Network network = Network.open(TestModels.tiny(4).write(file("tiny.onnx")))) {
      List<Layer> layers = network.layers();
      try (TappedNetwork all = network.tap(layers, Preprocessing.TORCH);
          Runner runner = all.newRunner(2)) {
        for (int i = 0; i < 2; i++) {
          runner.photograph(i, photographs[i]);
        }
        FloatBuffer[] maps = runner.run(2);
        for (int l = 0; l < layers.size(); l++) {
          float[][] alone = record(network, layers.get(l), photographs, Preprocessing.TORCH, 2);
          for (int i = 0; i < 2; i++) {
            float[] beside = new float[layers.get(l).values()];
            maps[l].get(i * beside.length, beside);
            assertArrayEquals(alone[i], beside, 1e-4f);
          }
        }
      }
      assertThrows(ModelException.class, () -> network.tap(List.of(), Preprocessing.TORCH));
      Layer foreign = new Layer("relu3", "Relu", 1, 2, 3, ReceptiveField.UNKNOWN);
      assertThrows(ModelException.class, () -> network.tap(List.of(foreign), Preprocessing.TORCH));
    }
  }

  @Test
  void weightsBesideTheModel() throws IOException {
    GraphBuilder graph = form(-1, false, 8);
    graph.external("conv.weight", "data/weights.bin", weights("data/weights.bin"));
    Path model = graph.write(file("external.onnx"));
    byte[][] photographs = photographs(3, 16, 20, 3);
    try (Network network = Network.open(model);
        Network whole = Network.open(form(-1, false, 8).write(file("whole.onnx")))) {
      Layer layer = whole.resolve("conv").get(0);
      assertEquals(Map.of(), whole.weightFiles());
      assertEquals(64, network.weightFiles().get("data/weights.bin").length());
      assertEquals(layer, network.resolve("conv").get(0));
      assertClose(
          record(whole, layer, photographs, Preprocessing.TORCH, 2),
          record(network, layer, photographs, Preprocessing.TORCH, 2),
          0);
    }
    Path data = file("data/weights.bin");
    byte[] bytes = Files.readAllBytes(data);
    Files.write(data, java.util.Arrays.copyOf(bytes, 17));
    refused(model, "truncated");
    Files.delete(data);
    refused(model, "missing");
  }

  private Path weights(String name) throws IOException {
    Files.createDirectories(file(name).getParent());
    return file(name);
  }

  @Test
  void weightsOutsideTheFolderAreRefused() throws IOException {
    Path inner = Files.createDirectories(file("inner"));
    Path outside = file("outside.bin");
    for (String location :
        List.of("../outside.bin", outside.toString(), "x/../../outside.bin", "link.bin", "")) {
      Files.deleteIfExists(outside);
      GraphBuilder graph = form(-1, false, 8);
      graph.external("conv.weight", location, outside);
      if (location.equals("link.bin")) {
        Files.createSymbolicLink(inner.resolve(location), outside);
      }
      refused(graph.write(inner.resolve("model.onnx")), "not inside");
    }
  }

  private static void refused(Path file, String part) {
    ModelException refusal = assertThrows(ModelException.class, () -> Network.open(file));
    assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
    assertEquals(1, refusal.getMessage().lines().count(), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(file.getFileName().toString()), refusal.getMessage());
  }

  @Test
  void filesThatAreNoModel() throws IOException {
    refused(file("absent.onnx"), "no such file");
    refused(Files.createDirectory(file("folder.onnx")), "folder");
    refused(Files.createFile(file("empty.onnx")), "empty");
    refused(Files.writeString(file("text.onnx"), "This is no model.\n"), "no ONNX model");
    refused(
        Files.writeString(
            file("pointer.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
        "git lfs pull");
    byte[] whole = Files.readAllBytes(TestModels.tiny(1).write(file("whole.onnx")));
    Random random = new Random(5);
    for (int i = 0; i < 40; i++) {
      int length = 1 + random.nextInt(whole.length - 1);
      refused(Files.write(file("cut.onnx"), java.util.Arrays.copyOf(whole, length)), "cut.onnx");
    }
  }

  @Test
  void modelsThatCannotBeDissected() throws IOException {
    GraphBuilder two = GraphBuilder.seeded(1);
    two.image(1, 3, 8, 8);
    two.input("other", 1, 3, 8, 8);
    refused(two.output(two.node("Add", "sum", "image other")).write(file("two.onnx")), "2 inputs");

    GraphBuilder tokens = GraphBuilder.seeded(1);
    tokens.image(1, 128);
    refused(tokens.output(tokens.node("Relu", "r", "image")).write(file("t.onnx")), "1 × 128");

    GraphBuilder four = GraphBuilder.seeded(1);
    four.image(1, 5, 8, 8);
    refused(four.output(four.node("Relu", "r", "image")).write(file("f.onnx")), "channels");

    GraphBuilder flat = GraphBuilder.seeded(1);
    flat.image(1, 3, 8, 8);
    flat.node("Flatten", "flat", "image");
    String weight = flat.weights("w", 1, 192, 10);
    refused(
        flat.output(flat.node("MatMul", "m", "flat " + weight)).write(file("flat.onnx")),
        "no layer");

    GraphBuilder wrong = GraphBuilder.seeded(1);
    wrong.image(1, 3, 8, 8);
    refused(
        wrong.output(wrong.node("NoSuchOp", "n", "image")).write(file("op.onnx")), "ONNX Runtime");

    GraphBuilder mismatch = GraphBuilder.seeded(1);
    mismatch.image(1, 3, 8, 8);
    Path late = mismatch.output(mismatch.conv("c", "image", 5, 2, 3)).write(file("late.onnx"));
    try (Network network = Network.open(late)) {
      ModelException refusal =
          assertThrows(
              ModelException.class, () -> network.tap(network.layers(), Preprocessing.TORCH));
      assertTrue(refusal.getMessage().contains("late.onnx"), refusal.getMessage());
      assertEquals(1, refusal.getMessage().lines().count(), refusal.getMessage());
    }
  }

  @Test
  void runnersRefuseWhatDoesNotFit() throws IOException {
    try (Network network = Network.open(TestModels.tiny(4).write(file("tiny.onnx")));
        TappedNetwork tapped = network.tap(network.resolve("relu1"), Preprocessing.TORCH)) {
      assertThrows(IllegalArgumentException.class, () -> tapped.newRunner(0));
      assertThrows(IllegalArgumentException.class, () -> tapped.newRunner(1_000_000));
      try (Runner runner = tapped.newRunner(2)) {
        assertEquals(2, runner.batch());
        assertThrows(IllegalArgumentException.class, () -> runner.photograph(0, new byte[7]));
        byte[] photograph = new byte[3 * 32 * 32];
        assertThrows(IndexOutOfBoundsException.class, () -> runner.photograph(2, photograph));
        assertThrows(IndexOutOfBoundsException.class, () -> runner.run(3));
        assertThrows(IndexOutOfBoundsException.class, () -> runner.run(0));
      }
    }
  }
}
