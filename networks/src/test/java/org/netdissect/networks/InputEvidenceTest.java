package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.InputEvidence.Clue;

/** What files say of their input: metadata as exporters write them, graphs that normalise. */
class InputEvidenceTest {
  @TempDir Path folder;

  private static final double[] MEAN = {0.485, 0.456, 0.406};
  private static final double[] STD = {0.229, 0.224, 0.225};

  private InputEvidence evidence(GraphBuilder graph, String pixels) throws IOException {
    String maps = graph.conv("conv", pixels, 3, 4, 3, "pads=1,1,1,1");
    String pooled = graph.node("GlobalAveragePool", "pool", maps);
    graph.output(graph.node("Flatten", "flat", pooled));
    return Network.open(graph.write(folder.resolve("model.onnx"))).evidence();
  }

  private String stated(InputEvidence evidence) {
    return evidence.stated().map(Clue::preprocessing).map(Preprocessing::name).orElse("nothing");
  }

  private String metadata(String... keysAndValues) throws IOException {
    return stated(described(keysAndValues));
  }

  private InputEvidence described(String... keysAndValues) throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      graph.metadata(keysAndValues[i], keysAndValues[i + 1]);
    }
    return evidence(graph, graph.image(-1, 3, 8, 8));
  }

  private String built(BiFunction<GraphBuilder, String, String> front) throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    String image = graph.image(-1, 3, 8, 8);
    return stated(evidence(graph, front.apply(graph, image)));
  }

  private static String perChannel(GraphBuilder graph, String name, double... values) {
    return graph.floats(name, i -> values[i], 1, 3, 1, 1);
  }

  @Test
  void metadataInManyDialects() throws IOException {
    assertEquals("nothing", metadata());
    assertEquals("torch", metadata("mean", "[0.485, 0.456, 0.406]", "std", "[0.229,0.224,0.225]"));
    assertEquals(
        "torch", metadata("image_mean", "0.485 0.456 0.406", "image_std", "(0.229, 0.224, 0.225)"));
    assertEquals("torch", metadata("mean", "123.675,116.28,103.53", "std", "58.395,57.12,57.375"));
    assertEquals("caffe", metadata("mean", "[103.939,116.779,123.68]", "input_space", "BGR"));
    assertEquals("unit", metadata("scale", "0.00392156862745098", "mean", "0"));
    assertEquals(
        "tf",
        metadata(
            "preprocessor_config",
            "{\"do_rescale\": true, \"rescale_factor\": 0.00392156862745098,"
                + " \"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [0.5, 0.5, 0.5]}"));
    assertEquals(
        "none",
        metadata("config", "{'do_rescale': false, 'do_normalize': false, 'image_mean': [0.5]}"));
    assertEquals(
        "tf", metadata("pretrained_cfg", "{\"mean\": [0.5, 0.5, 0.5], \"std\": [0.5, 0.5, 0.5]}"));
    assertEquals("unit", metadata("Image.NominalPixelRange", "Normalized_0_1"));
    assertEquals("caffe", metadata("preprocessing", "caffe"));
    assertEquals("custom", metadata("mean", "[0.1, 0.2, 0.3]", "std", "[0.9, 0.9, 0.9]"));
    assertEquals("nothing", metadata("mean", "[1e999]"));
    assertEquals("nothing", metadata("mean", "none", "std", "[0, 0, 0]"));
  }

  @Test
  void aStatedPreprocessingOfItsOwnCanBeGivenAsJson() throws IOException {
    Preprocessing stated =
        described("mean", "[0.1, 0.2, 0.3]", "std", "[0.9, 0.8, 0.7]")
            .stated()
            .get()
            .preprocessing();
    assertEquals(
        "{\"channels\":\"RGB\",\"scale\":%s,\"mean\":[0.1,0.2,0.3],\"std\":[0.9,0.8,0.7]}"
            .formatted(1 / 255.0),
        stated.json());
  }

  @Test
  void namesOfClasses() throws IOException {
    List<String> names = List.of("tabby cat", "driver's dog", "fox", "hen");
    assertEquals(
        names,
        described("names", "{0: 'tabby cat', 1: \"driver's dog\", 2: 'fox', 3: 'hen'}").classes());
    assertEquals(
        names,
        described(
                "config",
                "{\"id2label\": {\"0\": \"tabby cat\", \"1\": \"driver's dog\", \"3\":"
                    + " \"hen\", \"2\": \"fox\"}}")
            .classes());
    assertEquals(
        names,
        described("classes", "[\"tabby cat\", \"driver's dog\", \"fox\", \"hen\"]").classes());
    assertEquals(names, described("labels", "tabby cat\ndriver's dog\nfox\nhen\n").classes());
    assertEquals(
        names,
        described("label2id", "{'tabby cat':0,'hen':3,'fox':2,\"driver's dog\":1}").classes());
    assertEquals(List.of(), described("names", "{0: 'a', 5: 'b'}").classes());
    assertEquals(List.of(), described("names", "{0: 'a', 1: ").classes());
  }

  @Test
  void graphsThatNormaliseBytes() throws IOException {
    assertEquals("nothing", built((graph, image) -> image));
    assertEquals("nothing", built((graph, image) -> graph.node("Identity", "same", image)));
    assertEquals(
        "none",
        built(
            (graph, image) -> {
              String unit = graph.node("Div", "unit", image + " " + graph.scalar("most", 255));
              String centred =
                  graph.node("Sub", "centred", unit + " " + perChannel(graph, "mean", MEAN));
              return graph.node("Div", "done", centred + " " + perChannel(graph, "std", STD));
            }));
    assertEquals(
        "none",
        built(
            (graph, image) -> {
              String turned =
                  graph.node(
                      "Gather", "turned", image + " " + graph.longs("bgr", 2, 1, 0), "axis=1");
              return graph.node(
                  "Sub",
                  "done",
                  turned + " " + perChannel(graph, "mean", 103.939, 116.779, 123.68));
            }));
    assertEquals(
        "none",
        built(
            (graph, image) ->
                graph.node("Mul", "done", image + " " + graph.scalar("factor", 1 / 255.0))));
    assertEquals(
        "none",
        built(
            (graph, image) -> {
              String centred =
                  graph.node(
                      "Sub", "centred", image + " " + perChannel(graph, "mean", 110, 105, 99));
              return graph.node(
                  "Div", "done", centred + " " + perChannel(graph, "std", 60, 61, 62));
            }));
  }

  @Test
  void graphsThatNormaliseWhatIsScaled() throws IOException {
    assertEquals(
        "unit",
        built(
            (graph, image) -> {
              String two = graph.node("Mul", "two", image + " " + graph.scalar("factor", 2));
              return graph.node("Sub", "done", two + " " + graph.scalar("one", 1));
            }));
    // As torchvision's transform_input: channel by channel, from torch to tf.
    assertEquals(
        "torch",
        built(
            (graph, image) -> {
              StringBuilder channels = new StringBuilder();
              for (int c = 0; c < 3; c++) {
                String one =
                    graph.node("Gather", "c" + c, image + " " + graph.longs("i" + c, c), "axis=1");
                one = graph.node("Mul", "m" + c, one + " " + graph.scalar("f" + c, STD[c] / 0.5));
                double term = (MEAN[c] - 0.5) / 0.5;
                channels.append(c == 0 ? "" : " ");
                channels.append(
                    graph.node("Add", "a" + c, one + " " + graph.scalar("t" + c, term)));
              }
              return graph.node("Concat", "done", channels.toString(), "axis=1");
            }));
  }

  @Test
  void batchNormAtTheInputKeepsWhatItSaw() throws IOException {
    double[][] seen = {{123.7, 116.3, 103.5, 58.4}, {0, 0, 0, 1}, {0.485, 0.456, 0.406, 0.225}};
    String[] named = {"none", "torch", "unit"};
    for (int i = 0; i < seen.length; i++) {
      double[] moments = seen[i];
      assertEquals(
          named[i],
          built(
              (graph, image) ->
                  graph.node(
                      "BatchNormalization",
                      "norm",
                      String.join(
                          " ",
                          image,
                          graph.floats("gamma", c -> 0.3 + c, 3),
                          graph.floats("beta", c -> c - 1, 3),
                          graph.floats("mean", c -> moments[c], 3),
                          graph.floats("var", c -> moments[3] * moments[3], 3)))));
    }
  }

  @Test
  void bytesAndQuantisedInputsTellTheirRange() throws IOException {
    GraphBuilder bytes = GraphBuilder.seeded(1).type(GraphBuilder.UINT8);
    String image = bytes.image(-1, 3, 8, 8);
    bytes.type(GraphBuilder.FLOAT);
    assertEquals("none", stated(evidence(bytes, bytes.node("Cast", "floats", image, "to=1"))));
    double[] spans = {4.76 / 255, 1 / 255.0, 1};
    String[] named = {"nothing", "unit", "none"};
    for (int i = 0; i < spans.length; i++) {
      double span = spans[i];
      assertEquals(
          named[i],
          built(
              (graph, pixels) -> {
                String scale = graph.scalar("scale", span);
                String q = graph.node("QuantizeLinear", "q", pixels + " " + scale);
                return graph.node("DequantizeLinear", "floats", q + " " + scale);
              }));
    }
  }

  @Test
  void whatMixesColoursIsSaidAndNotGuessed() throws IOException {
    GraphBuilder graph = GraphBuilder.seeded(1);
    String image = graph.image(-1, 3, 8, 8);
    InputEvidence evidence = evidence(graph, graph.node("Mul", "square", image + " " + image));
    assertEquals("nothing", stated(evidence));
    assertTrue(evidence.clues().get(0).text().contains("more than a scaling"));
  }
}
