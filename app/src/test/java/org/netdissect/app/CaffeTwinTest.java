package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.netdissect.networks.caffe.CaffeFiles.layer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.Datasets;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.GraphBuilder;
import org.netdissect.networks.Layer;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.caffe.CaffeFiles;
import org.netdissect.networks.caffe.CaffeFiles.Generation;
import org.netdissect.networks.caffe.CaffeFiles.Values;
import org.netdissect.networks.caffe.CaffeModel;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.UnitScore;

/**
 * One network twice, by the same weights: as a Caffe net, and as ONNX written by hand the way an
 * exporter of today writes it. Layers, receptive fields and the whole dissection must agree.
 */
class CaffeTwinTest {
  /** Blobs, and what the other exporter calls them. */
  private static final Map<String, String> TWINS =
      new TreeMap<>(
          Map.of(
              "conv1", "/features/relu1/Relu_output_0",
              "pool1", "/features/pool1/MaxPool_output_0",
              "norm1", "/features/norm1/LRN_output_0",
              "conv2", "/features/relu2/Relu_output_0",
              "res", "/block/relu/Relu_output_0",
              "up", "/block/up/ConvTranspose_output_0",
              "cat", "/Concat_output_0",
              "pool2", "/pool2/AveragePool_output_0"));

  @TempDir Path folder;
  private final Map<String, float[]> weights = new TreeMap<>();
  private final Random random = new Random(11);
  private CaffeFiles caffe;
  private GraphBuilder onnx;
  private final StringBuilder text = new StringBuilder();

  @BeforeEach
  void begin() {
    caffe = new CaffeFiles(folder);
    onnx = GraphBuilder.seeded(1).opset(13);
    onnx.image(-1, 3, 32, 32);
  }

  private String values(String name, double mean, double deviation, int... dims) {
    int n = 1;
    long[] size = new long[dims.length];
    for (int i = 0; i < dims.length; i++) {
      n *= dims[i];
      size[i] = dims[i];
    }
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (mean + deviation * random.nextGaussian());
    }
    weights.put(name, values);
    return onnx.floats(name, i -> values[i], size);
  }

  /** A convolution of either kind in both, with weights and a bias. */
  private String conv(
      String name, String from, int in, int out, int kernel, String caffeWords, String... words) {
    boolean isUp = caffeWords.startsWith("up ");
    int group = caffeWords.contains("group: 2") ? 2 : 1;
    int[] dims =
        isUp ? new int[] {in, out, kernel, kernel} : new int[] {out, in / group, kernel, kernel};
    String w = values(name + ".weight", 0, Math.sqrt(2.0 / (in * kernel * kernel)), dims);
    String b = values(name + ".bias", 0.05, 0.1, out);
    caffe.weights(
        name,
        Values.of(weights.get(w), dims[0], dims[1], dims[2], dims[3]),
        Values.of(weights.get(b), out));
    text.append(
        layer(
            name,
            isUp ? "Deconvolution" : "Convolution",
            from,
            name,
            "convolution_param { num_output: %d kernel_size: %d %s }"
                .formatted(out, kernel, caffeWords.replaceFirst("^up ", ""))));
    String op = isUp ? "ConvTranspose" : "Conv";
    String source = TWINS.getOrDefault(from, from.equals("data") ? "image" : from);
    return onnx.node(op, twin(name, op), source + " " + w + " " + b, words);
  }

  /** What the tensor is called behind the operator; inner ones by a name of their own. */
  private static String twin(String blob, String op) {
    String name = TWINS.getOrDefault(blob, "");
    return name.endsWith("/" + op + "_output_0") ? name : "/" + blob + "/" + op + "_output_0";
  }

  private void build() {
    onnx.node(
        "Relu",
        TWINS.get("conv1"),
        conv(
            "conv1",
            "data",
            3,
            8,
            5,
            "stride: 2 pad: 2",
            "kernel_shape=5,5",
            "strides=2,2",
            "pads=2,2,2,2"));
    text.append(layer("relu1", "ReLU", "conv1", "conv1", ""));
    text.append(
        layer(
            "pool1",
            "Pooling",
            "conv1",
            "pool1",
            "pooling_param { pool: MAX kernel_size: 3 stride: 2 }"));
    onnx.node(
        "MaxPool",
        TWINS.get("pool1"),
        TWINS.get("conv1"),
        "kernel_shape=3,3",
        "strides=2,2",
        "ceil_mode=1");
    text.append(
        layer(
            "norm1", "LRN", "pool1", "norm1", "lrn_param { local_size: 5 alpha: 0.5 beta: 0.75 }"));
    onnx.node(
        "LRN",
        TWINS.get("norm1"),
        TWINS.get("pool1"),
        "size=5",
        "alpha=0.5",
        "beta=0.75",
        "bias=1.0");
    onnx.node(
        "Relu",
        TWINS.get("conv2"),
        conv(
            "conv2",
            "norm1",
            8,
            12,
            3,
            "pad: 1 group: 2",
            "kernel_shape=3,3",
            "pads=1,1,1,1",
            "group=2"));
    text.append(layer("relu2", "ReLU", "conv2", "conv2", ""));

    String branch =
        conv(
            "branch",
            "conv2",
            12,
            12,
            3,
            "pad: 2 dilation: 2",
            "kernel_shape=3,3",
            "pads=2,2,2,2",
            "dilations=2,2");
    String mean = values("bn.mean", 0.1, 0.1, 12);
    String variance = values("bn.var", 1, 0.1, 12);
    String scale = values("bn.scale", 1, 0.2, 12);
    String shift = values("bn.shift", 0, 0.2, 12);
    float[] means = weights.get(mean).clone();
    float[] variances = weights.get(variance).clone();
    for (int i = 0; i < 12; i++) { // the file has sums over two batches
      means[i] *= 2;
      variances[i] *= 2;
    }
    caffe.weights(
        "bn", Values.of(means, 12), Values.of(variances, 12), Values.of(new float[] {2}, 1));
    caffe.weights("scale", Values.of(weights.get(scale), 12), Values.of(weights.get(shift), 12));
    text.append(layer("bn", "BatchNorm", "branch", "branch", ""));
    text.append(layer("scale", "Scale", "branch", "branch", "scale_param { bias_term: true }"));
    onnx.node(
        "BatchNormalization",
        "/block/bn/BatchNormalization_output_0",
        String.join(" ", branch, scale, shift, mean, variance),
        "epsilon=1e-5");
    text.append(layer("res", "Eltwise", "conv2 branch", "res", ""));
    text.append(layer("res_relu", "ReLU", "res", "res", ""));
    onnx.node(
        "Add",
        "/block/Add_output_0",
        TWINS.get("conv2") + " /block/bn/BatchNormalization_output_0");
    onnx.node("Relu", TWINS.get("res"), "/block/Add_output_0");

    conv(
        "up",
        "res",
        12,
        6,
        4,
        "up stride: 2 pad: 1",
        "kernel_shape=4,4",
        "strides=2,2",
        "pads=1,1,1,1");
    text.append(layer("cat", "Concat", "conv1 up", "cat", ""));
    onnx.node("Concat", TWINS.get("cat"), TWINS.get("conv1") + " " + TWINS.get("up"), "axis=1");
    text.append(
        layer(
            "pool2",
            "Pooling",
            "cat",
            "pool2",
            "pooling_param { pool: AVE kernel_size: 2 stride: 2 }"));
    onnx.output(
        onnx.node(
            "AveragePool",
            TWINS.get("pool2"),
            TWINS.get("cat"),
            "kernel_shape=2,2",
            "strides=2,2"));
  }

  @Test
  void layersFieldsAndDissectionsAgree() throws IOException {
    build();
    Path net = caffe.net("10,3,32,32", text.toString());
    Path data = SmallData.write(folder.resolve("data"), 80, 1);
    for (Generation generation : Generation.values()) {
      if (generation == Generation.V0) {
        continue; // has no such layers
      }
      Path model = caffe.model(generation);
      try (Network converted = CaffeModel.read(net, model, null).open();
          Network twin = Network.open(onnx.write(folder.resolve("twin.onnx")))) {
        for (Map.Entry<String, String> pair : TWINS.entrySet()) {
          assertAlike(only(converted, pair.getKey()), only(twin, pair.getValue()));
        }
        ConceptDataset set = Datasets.open(List.of(data), DatasetOptions.defaults());
        String tag = generation.name();
        Dissection one = dissect(converted, set, "caffe" + tag, List.copyOf(TWINS.keySet()));
        Dissection other = dissect(twin, set, "onnx" + tag, List.copyOf(TWINS.values()));
        for (int i = 0; i < one.layers().size(); i++) {
          assertAlike(one.layers().get(i), other.layers().get(i));
        }
      }
    }
  }

  private static Layer only(Network network, String name) throws IOException {
    return network.resolve("tensor:" + name).get(0);
  }

  private static void assertAlike(Layer one, Layer other) {
    String where = one.name() + ", " + other.name();
    assertEquals(one.field(), other.field(), where);
    assertEquals(
        List.of(one.channels(), one.height(), one.width()),
        List.of(other.channels(), other.height(), other.width()),
        where);
  }

  private Dissection dissect(Network network, ConceptDataset data, String out, List<String> layers)
      throws IOException {
    return Dissector.builder()
        .setNetwork(network)
        .setData(data)
        .setOut(folder.resolve(out))
        .optPreprocessing(Preprocessing.NETDISSECT)
        .optLayers(layers)
        .optQuantile(Quantile.of("0.03"))
        .optWorkers(2)
        .optCache(folder.resolve("cache"))
        .build()
        .run();
  }

  private static void assertAlike(LayerDissection one, LayerDissection other) throws IOException {
    assertEquals(one.units().size(), other.units().size());
    int labelled = 0;
    for (int u = 0; u < one.units().size(); u++) {
      UnitScore a = one.units().get(u);
      UnitScore b = other.units().get(u);
      String where = one.layer().name() + " unit " + u;
      assertEquals(
          a.threshold(), b.threshold(), 1e-5 * Math.max(1, Math.abs(a.threshold())), where);
      assertEquals(a.label().label(), b.label().label(), where);
      assertEquals(a.label().iou(), b.label().iou(), 1e-3, where);
      assertEquals(a.label().truth(), b.label().truth(), where);
      labelled += a.label().label().isEmpty() ? 0 : 1;
    }
    assertTrue(labelled > 0, one.layer().name());
  }
}
