package org.netdissect.networks.caffe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.netdissect.networks.caffe.CaffeFiles.layer;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.netdissect.networks.BareRun;
import org.netdissect.networks.BareRun.Tensor;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Layer;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.Runner;
import org.netdissect.networks.TappedNetwork;
import org.netdissect.networks.caffe.CaffeFiles.Generation;
import org.netdissect.networks.caffe.CaffeFiles.Values;

class CaffeModelTest {
  private static final String CONV =
      layer(
          "conv",
          "Convolution",
          "data",
          "a/b",
          "convolution_param { num_output: 2 kernel_size: 1 }");
  private static final String RELU = layer("relu", "ReLU", "a/b", "a/b", "");

  @TempDir Path folder;

  private CaffeFiles files() {
    return new CaffeFiles(folder);
  }

  /** Channel 0 gives red, channel 1 minus red, of blue, green, red. */
  private CaffeFiles weighted() {
    return files()
        .weights(
            "conv",
            Values.of(new float[] {0, 0, 1, 0, 0, -1}, 2, 3, 1, 1),
            Values.of(new float[] {0, 0}, 2));
  }

  @ParameterizedTest
  @EnumSource(Generation.class)
  void everyGenerationOfWeights(Generation generation) throws Exception {
    Path text = files().net("1,3,1,2", CONV);
    CaffeModel model = CaffeModel.read(text, weighted().model(generation), null);
    Tensor image = new Tensor(new long[] {1, 3, 1, 2}, new float[] {1, 2, 3, 4, 5, 6});
    Map<String, Tensor> made = BareRun.run(model.onnx(), "~", Map.of("data", image));
    assertArrayEquals(new float[] {5, 6, -5, -6}, made.get("a/b").values());
    assertEquals(List.of(), model.notes());
  }

  @Test
  void aNameMeansTheBlobAfterItsLastLayerInPlace() throws IOException {
    Path text = files().net("4,3,2,2", CONV + RELU);
    try (Network network = weighted().read(text).open()) {
      assertEquals(List.of("a/b"), network.layers().stream().map(Layer::name).toList());
      assertEquals(network.layers(), network.resolve("a/b"));
      assertEquals(network.layers(), network.resolve("conv"));
      assertEquals(network.layers(), network.resolve("a*"));
      assertEquals(Preprocessing.NETDISSECT, network.usualPreprocessing());
      assertEquals("net.prototxt", network.name());
      assertEquals(List.of("net.caffemodel"), List.copyOf(network.weightFiles().keySet()));
      assertFalse(network.fixedBatch());
      byte[] red = new byte[3 * 4];
      for (int i = 0; i < red.length; i += 3) {
        red[i] = (byte) 200;
      }
      assertArrayEquals(
          new float[] {75.3099f, 75.3099f, 75.3099f, 75.3099f, 0, 0, 0, 0},
          run(network, "a/b", red),
          1e-4f);
    }
  }

  @Test
  void whereTheReluHasItsOwnBlobTheConvolutionIsBeforeIt() throws IOException {
    String relu = layer("relu", "ReLU", "a/b", "after", "");
    try (Network network = weighted().read(files().net("1,3,2,2", CONV + relu)).open()) {
      assertEquals("a/b", network.resolve("a/b").get(0).name());
      assertEquals("after", network.resolve("relu").get(0).name());
      assertTrue(network.afterActivation(network.layers().get(0)).isEmpty());
      float[] values = run(network, "a/b", new byte[12]);
      assertTrue(values[4] > 0 && values[0] < 0, Arrays.toString(values));
    }
  }

  @Test
  void aWrittenFileIsTheSameNetwork() throws IOException {
    String pool =
        layer("pool", "Pooling", "a/b", "p", "pooling_param { kernel_size: 2 pool: AVE }");
    CaffeModel model = weighted().read(files().net("1,3,4,4", CONV + RELU + pool));
    Path onnx = folder.resolve("net.onnx");
    model.write(onnx);
    try (Network made = model.open();
        Network read = Network.open(onnx)) {
      assertEquals(made.layers(), read.layers());
      assertEquals(made.defaultLayer(), read.defaultLayer());
      assertEquals(Preprocessing.NETDISSECT, read.usualPreprocessing());
      assertEquals(read.resolve("conv"), made.resolve("conv"));
    }
  }

  @Test
  void theSizeAskedForReplacesThatOfTheText() throws IOException {
    Path text = files().net("1,3,2,2", CONV);
    CaffeModel model = CaffeModel.read(text, weighted().model(Generation.V2), new InputSize(5, 7));
    try (Network network = model.open()) {
      assertEquals(7, network.layers().get(0).width());
    }
  }

  @Test
  void whatMixesImagesKeepsTheirNumber() throws IOException {
    String mixing =
        layer(
            "mix",
            "Reshape",
            "a/b",
            "m",
            "reshape_param { shape { dim: 1 dim: -1 dim: 2 dim: 2 } }");
    CaffeModel model = weighted().read(files().net("3,3,2,2", CONV + mixing));
    assertTrue(model.notes().get(0).contains("mix"), model.notes()::toString);
    try (Network network = model.open()) {
      assertEquals(3, network.batch());
    }
  }

  @Test
  void constantFillersStandInForMissingWeightsAndThatIsSaid() throws Exception {
    String filled =
        CONV.replace(
            "kernel_size: 1", "kernel_size: 1 weight_filler { value: 2 } bias_filler { value: 1 }");
    CaffeModel model =
        files().weights("other", Values.of(new float[1], 1)).read(files().net("1,3,1,1", filled));
    assertTrue(model.notes().get(0).contains("conv"), model.notes()::toString);
    Tensor image = new Tensor(new long[] {1, 3, 1, 1}, new float[] {1, 2, 3});
    assertArrayEquals(
        new float[] {13, 13},
        BareRun.run(model.onnx(), "~", Map.of("data", image)).get("a/b").values());
  }

  @Test
  void layersOfOffshoots() throws Exception {
    String text =
        layer(
                "n",
                "Normalize",
                "data",
                "n",
                "norm_param { across_spatial: false channel_shared: false }")
            + layer("p", "Permute", "data", "p", "permute_param { order: 0 order: 2 order: 3 }")
            + layer("s", "ShuffleChannel", "data", "s", "shuffle_channel_param { group: 2 }")
            + layer("r", "ReLU6", "data", "r", "");
    CaffeModel model =
        files()
            .weights("n", Values.of(new float[] {1, 2, 1, 1}, 4))
            .read(files().net("1,4,1,2", text));
    float[] values = {3, 0, 4, 1, 0, 0, 12, 0};
    Map<String, Tensor> made =
        BareRun.run(model.onnx(), "~", Map.of("data", new Tensor(new long[] {1, 4, 1, 2}, values)));
    assertArrayEquals(
        new float[] {3 / 13f, 0, 8 / 13f, 2, 0, 0, 12 / 13f, 0}, made.get("n").values(), 1e-6f);
    assertArrayEquals(new float[] {3, 4, 0, 12, 0, 1, 0, 0}, made.get("p").values());
    assertArrayEquals(new long[] {1, 1, 2, 4}, made.get("p").dims());
    assertArrayEquals(new float[] {3, 0, 0, 0, 4, 1, 12, 0}, made.get("s").values());
    assertArrayEquals(new float[] {3, 0, 4, 1, 0, 0, 6, 0}, made.get("r").values());
  }

  @Test
  void whatDetectorsEndInIsLeftOutWithAllThatFollows() throws IOException {
    String heads =
        layer("prior", "PriorBox", "a/b data", "boxes", "prior_box_param { min_size: 3 }")
            + layer("join", "Concat", "boxes boxes", "joined", "")
            + layer(
                "out",
                "DetectionOutput",
                "a/b joined",
                "found",
                "detection_output_param { num_classes: 2 }");
    CaffeModel model = weighted().read(files().net("1,3,2,2", CONV + heads));
    assertTrue(model.notes().get(0).endsWith(": prior, join, out"), model.notes()::toString);
  }

  /** What is wrong, and what the message must say. */
  static Stream<List<String>> wrong() {
    return Stream.of(
        List.of(layer("l", "LSTM", "data", "l", "recurrent_param { num_output: 3 }"), "\"LSTM\""),
        List.of(layer("c", "convolution", "data", "c", ""), "Convolution"),
        List.of(
            layer("y", "Python", "data", "y", "python_param { module: 'm' }")
                + layer("z", "ReLU", "y", "z", ""),
            "never run"),
        List.of(layer("y", "Python", "data", "data", ""), "never run"),
        List.of(layer("f", "ReLU", "data", "f", "leaky_param { slope: 1 }"), "leaky_param"),
        List.of(
            layer("e", "Eltwise", "data data", "e", "eltwise_param { coeff: 1 }"),
            "1 coefficients for 2"),
        List.of(layer("e", "Eltwise", "data", "e", ""), "reads 1 blobs"),
        List.of(layer("s", "Slice", "data", "s t", ""), "3 does not divide into 2"),
        List.of(
            layer("r", "Reshape", "data", "r", "reshape_param { shape { dim: 0 dim: 5 } }"),
            "cannot become"),
        List.of(
            layer(
                "r",
                "Reshape",
                "data",
                "r",
                "reshape_param { shape { dim: 0 dim: 0 dim: 0 dim: 0 dim: 0 } }"),
            "dimension 0"),
        List.of(layer("l", "LRN", "data", "l", "lrn_param { local_size: 4 }"), "odd"),
        List.of(
            layer("p", "Pooling", "data", "p", "pooling_param { pool: STOCHASTIC kernel_size: 2 }"),
            "stochastic"),
        List.of(
            layer("p", "Pooling", "data", "p", "pooling_param { kernel_size: 2 kernel_h: 2 }"),
            "both"),
        List.of(layer("p", "Permute", "data", "p", "permute_param { order: 0 order: 0 }"), "order"),
        List.of(layer("t", "Tile", "data", "t", ""), "tiles"),
        List.of(layer("t", "Tile", "data", "t", "tile_param { tiles: 2000000000 }"), "too large"),
        List.of(layer("s", "Softmax", "data", "s", "softmax_param { axis: 4 }"), "axis 4"),
        List.of(layer("d", "ReLU", "data", "", ""), "empty name"),
        List.of("layer { name: 'x' bottom: 'data' top: 'x' }", "no type"),
        List.of("layers { name: 'x' type: RELU bottom: 'data' top: 'x' }", "two generations"),
        List.of(
            layer(
                "conv",
                "Convolution",
                "data",
                "c",
                "convolution_param { num_output: 3 kernel_size: 1 }"),
            "2×3×1×1"));
  }

  @ParameterizedTest
  @MethodSource
  void wrong(List<String> net) throws IOException {
    Path text = files().net("1,3,4,4", net.get(0));
    ModelException refused = assertThrows(ModelException.class, () -> weighted().read(text));
    String message = refused.getMessage();
    assertTrue(message.contains(net.get(1)), message);
    assertTrue(message.contains("net.prototxt") && !message.contains("\n"), message);
  }

  @Test
  void filesOfOtherKinds() throws IOException {
    Path text = files().net("1,3,4,4", CONV);
    Path weights = weighted().model(Generation.V1);
    refused("other way round", weights, text);
    refused("is the text of a net", text, text);
    refused("holds the weights", weights, weights);
    Path hdf5 =
        Files.write(
            folder.resolve("w.caffemodel.h5"),
            "\u0089HDF\r\n\u001a\n\0\0".getBytes(StandardCharsets.ISO_8859_1));
    refused("HDF5", text, hdf5);
    refused("no such file", text, folder.resolve("absent"));
    refused("no such file", folder.resolve("absent.prototxt"), weights);
    refused("empty", text, Files.createFile(folder.resolve("empty.caffemodel")));
    refused("folder", text, folder);
  }

  private static void refused(String said, Path text, Path weights) {
    String message =
        assertThrows(ModelException.class, () -> CaffeModel.read(text, weights, null)).getMessage();
    assertTrue(message.contains(said), message);
  }

  @Test
  void severalImagesAreRefusedByNameWhereOneIsWanted() throws IOException {
    Path text =
        files()
            .text(
                "input: 'x' input: 'y' input_shape { dim: [1, 3, 4, 4] }"
                    + layer("e", "Eltwise", "x y", "e", ""));
    CaffeModel model = weighted().read(text);
    String message = assertThrows(ModelException.class, model::open).getMessage();
    assertTrue(message.contains("2 inputs (x, y)"), message);
  }

  private static float[] run(Network network, String layer, byte[] rgb) throws IOException {
    try (TappedNetwork tapped = network.tap(network.resolve(layer), network.usualPreprocessing());
        Runner runner = tapped.newRunner(1)) {
      runner.photograph(0, rgb);
      FloatBuffer values = runner.run(1)[0];
      float[] copy = new float[tapped.layers().get(0).values()];
      values.get(copy);
      return copy;
    }
  }
}
