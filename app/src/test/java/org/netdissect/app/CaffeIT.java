package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.app.Distribution.Outcome;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Caffe nets, as a user gives them to the command. */
class CaffeIT {
  /** A net whose weights are all made by the fillers of its text. */
  private static final String NET =
      """
      name: "filled"
      layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [10, 3, 32, 32] } } }
      layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 4 kernel_size: 3 stride: 2
          weight_filler { type: "constant" value: 0.1 } } }
      layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
      layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
        pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 } }
      """;

  @TempDir static Path shared;
  @TempDir Path folder;
  private static Path text;
  private static Path weights;
  private static Path data;

  @BeforeAll
  static void makeInputs() throws IOException {
    text = Files.writeString(shared.resolve("deploy.prototxt"), NET);
    // A message with a name and no layers.
    weights = Files.write(shared.resolve("net.caffemodel"), new byte[] {10, 1, 'x'});
    data = SmallData.write(shared.resolve("data"), 60, 1);
  }

  private Outcome dissect(Path out, Object... model) throws Exception {
    List<Object> words = new ArrayList<>(List.of("run"));
    words.addAll(List.of(model));
    words.addAll(List.of("--data", data, "--out", out, "--no-report", "--layers", "conv1,pool1"));
    return Distribution.run(words.toArray());
  }

  @Test
  void aNetAndItsConversionAreDissectedAlike() throws Exception {
    Path onnx = folder.resolve("net.onnx");
    Outcome converted = Distribution.run("convert-model", text, weights, "--out", onnx);
    assertEquals(0, converted.exit(), converted.all());
    assertTrue(converted.err().contains("filled with the constants"), converted.all());
    Outcome caffe = dissect(folder.resolve("caffe"), text, "--weights", weights);
    assertEquals(0, caffe.exit(), caffe.all());
    assertTrue(caffe.err().contains("preprocessing: netdissect"), caffe.all());
    Outcome plain = dissect(folder.resolve("onnx"), onnx);
    assertEquals(0, plain.exit(), plain.all());
    for (String layer : List.of("conv1", "pool1")) {
      for (String table : List.of("units.csv", "top-images.csv")) {
        assertEquals(
            Files.readString(folder.resolve("caffe").resolve(layer).resolve(table)),
            Files.readString(folder.resolve("onnx").resolve(layer).resolve(table)));
      }
    }
    JsonNode network =
        JsonMapper.shared()
            .readTree(Files.readString(folder.resolve("caffe/dissection.json")))
            .get("network");
    assertEquals("deploy.prototxt", network.get("file").stringValue());
    assertEquals(64, network.get("weightFiles").get("net.caffemodel").stringValue().length());
  }

  @Test
  void wrongUsage() throws Exception {
    Outcome alone = dissect(folder.resolve("out"), text);
    assertEquals(2, alone.exit(), alone.all());
    assertTrue(alone.err().contains("--weights NET.caffemodel"), alone.all());
    Outcome swapped =
        Distribution.run("convert-model", weights, text, "--out", folder.resolve("x"));
    assertEquals(1, swapped.exit(), swapped.all());
    assertTrue(swapped.err().contains("other way round"), swapped.all());
    Path there = Files.createFile(folder.resolve("there.onnx"));
    Outcome kept = Distribution.run("convert-model", text, weights, "--out", there);
    assertEquals(2, kept.exit(), kept.all());
    assertEquals(0, Files.size(there));
  }

  @Test
  void layersNeedTheTextOnly() throws Exception {
    Outcome listed = Distribution.run("layers", text);
    assertEquals(0, listed.exit(), listed.all());
    assertTrue(listed.out().contains("offset 0, size 3, step 2"), listed.all());
    assertFalse(listed.out().contains("~"), listed.all());
  }

  /** In a small heap every odd file is refused in one line, none with a trace. */
  @Test
  void oddFilesAreRefusedInOneLine() throws Exception {
    Path hostile =
        Path.of(System.getProperty("netdissect.shared")).resolve("oracles/caffe/hostile");
    assumeTrue(Files.exists(hostile), () -> "skipped: " + hostile + " is not here");
    for (String name :
        List.of("claims-3gb.caffemodel", "groups-deep.caffemodel", "varint-endless.caffemodel")) {
      Path onnx = folder.resolve(name + ".onnx");
      Outcome refused =
          Distribution.run(
              "convert-model",
              hostile.resolve("good.prototxt"),
              hostile.resolve(name),
              "--out",
              onnx);
      assertEquals(1, refused.exit(), refused.all());
      assertEquals(1, refused.err().lines().count(), refused.all());
      assertFalse(Files.exists(onnx));
    }
  }
}
