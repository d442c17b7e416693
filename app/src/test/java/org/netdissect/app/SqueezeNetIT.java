package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netdissect.app.Distribution.Outcome;

/** Real networks on real photographs against what an independent implementation found. */
class SqueezeNetIT {
  @TempDir static Path cache;
  @TempDir Path folder;

  private static Path reference(String relative) {
    Path path = Path.of(System.getProperty("netdissect.shared")).resolve(relative);
    assumeTrue(Files.exists(path), () -> "skipped: " + path + " is not here");
    return path;
  }

  @ParameterizedTest
  @CsvSource({
    "imagenet,exact", "imagenet,paper", "imagenet,lite",
    "places365,exact", "places365,paper", "places365,lite"
  })
  void agreesWithTheOracle(String network, String convention) throws Exception {
    Path expected = reference("oracles/squeezenet/" + network + "-" + convention + ".csv");
    Path units = dissect(network, convention);
    compare(read(expected, "iou"), read(units, "iou"), 0, 0.99, 0.99);
    if (network.equals("imagenet") && convention.equals("lite")) {
      // The original's own output; units count from 1 there.
      Path lite = reference("oracles/squeezenet/imagenet-netdissect-lite-tally.csv");
      compare(read(lite, "score"), read(units, "iou"), 1, 0.97, 0);
    }
  }

  private Path dissect(String network, String convention) throws Exception {
    String preprocess = "caffe";
    String layer = "fire9/concat_1";
    if (network.equals("places365")) {
      preprocess =
          Files.writeString(
                  folder.resolve("places.json"),
                  "{\"channels\":\"BGR\",\"scale\":1,\"mean\":[104.05,112.51,116.68],"
                      + "\"std\":[255,255,255]}")
              .toString();
      layer = "fire9/concat";
    }
    Path out = folder.resolve("out");
    Outcome run =
        Distribution.run(
            "run",
            reference("models/squeezenet1.1-" + network + ".onnx"),
            "--data",
            reference("data/minibroden-224"),
            "--cache",
            cache,
            "--out",
            out,
            "--layers",
            layer,
            "--preprocess",
            preprocess,
            "--convention",
            convention,
            "--no-report");
    assertEquals(0, run.exit(), run.all());
    return out.resolve(layer.replace('/', '-')).resolve("units.csv");
  }

  private record Row(String label, double iou) {}

  private static Map<Integer, Row> read(Path csv, String score) throws IOException {
    Map<Integer, Row> rows = new HashMap<>();
    try (CsvReader<NamedCsvRecord> reader = CsvReader.builder().ofNamedCsvRecord(csv)) {
      for (NamedCsvRecord row : reader) {
        rows.put(
            Integer.parseInt(row.getField("unit")),
            new Row(row.getField("label"), Double.parseDouble(row.getField(score))));
      }
    }
    return rows;
  }

  private static void compare(
      Map<Integer, Row> expected,
      Map<Integer, Row> found,
      int firstUnit,
      double sameLabels,
      double sameIous) {
    int labels = 0;
    int ious = 0;
    for (Map.Entry<Integer, Row> entry : expected.entrySet()) {
      Row row = found.get(entry.getKey() - firstUnit);
      labels += row.label().equals(entry.getValue().label()) ? 1 : 0;
      ious += Math.abs(row.iou() - entry.getValue().iou()) <= 0.001 ? 1 : 0;
    }
    assertEquals(expected.size(), found.size());
    assertTrue(labels >= sameLabels * expected.size(), labels + " labels are the same");
    assertTrue(ious >= sameIous * expected.size(), ious + " IoUs are close");
  }

  @Test
  void runsMobileNet() throws Exception {
    Outcome run =
        Distribution.run(
            "run",
            reference("models/mobilenet-v1-0.25-imagenet.onnx"),
            "--data",
            reference("data/minibroden-224"),
            "--cache",
            cache,
            "--out",
            folder.resolve("out"),
            "--preprocess",
            "tf",
            "--layers",
            "Conv2d_11_pointwise",
            "--limit",
            "300",
            "--no-report");
    assertEquals(0, run.exit(), run.all());
    assertTrue(run.out().contains("128 units of 14×14"), run.all());
  }
}
