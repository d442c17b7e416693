package org.netdissect.report.tables;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.netdissect.base.Json;
import org.netdissect.base.Shared;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.ImportedResult;
import tools.jackson.databind.JsonNode;

class OriginalCsvTest {
  private static final DissectionInfo.Rules RULES =
      new DissectionInfo.Rules("paper", "0.005", 0.04);

  @TempDir Path folder;

  private Dissection imported(String name) throws IOException {
    OriginalCsv table = OriginalCsv.read(Shared.path("oracles/official/" + name + ".csv"));
    return ImportedResult.write(
        folder.resolve(name),
        false,
        name,
        "Broden",
        table.categories(),
        RULES,
        List.of(new ImportedResult.Layer("last", table.units())),
        List.of(new DissectionInfo.ImportedFile(name + ".csv", "0")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "caffe_reference_imagenet",
        "caffe_reference_places205",
        "caffe_reference_places365",
        "ResNet-152-model_imagenet",
        "ResNet-152-model_places365"
      })
  void officialTablesComeOutByteForByteAndCountAsPublished(String name) throws Exception {
    Dissection dissection = imported(name);
    Path out = folder.resolve("out.csv");
    new OriginalCsv(dissection.categories(), dissection.layers().get(0).units())
        .write(out, OriginalCsv.Style.ORIGINAL);
    assertArrayEquals(
        Files.readAllBytes(Shared.path("oracles/official/" + name + ".csv")),
        Files.readAllBytes(out));

    JsonNode expected =
        Json.mapper()
            .readTree(Files.readString(Shared.path("oracles/official/reference_counts.json")))
            .get(name);
    DetectorCounts counts = dissection.layers().get(0).counts(0.04);
    assertEquals(expected.get("units").asInt(), counts.units());
    assertEquals(expected.get("any").asInt(), counts.detectors());
    assertEquals(expected.get("per_category_unique_sum").asInt(), counts.uniquePerCategory());
    assertEquals(expected.get("top_label_unique_sum").asInt(), counts.uniqueTopLabel());
    Map<String, Integer> published = published(name);
    for (DetectorCounts.CategoryCount count : counts.byCategory()) {
      JsonNode of = expected.get("per_category").get(count.category());
      assertEquals(of.get("detectors").asInt(), count.detectors());
      assertEquals(of.get("unique").asInt(), count.unique());
      assertEquals(published.get("detectors_" + count.category()), count.detectors());
      assertEquals(published.get("unique_" + count.category()), count.unique());
    }
    assertEquals(published.get("detector_units_any"), counts.detectors());
    assertEquals(published.get("unique_sum"), counts.uniquePerCategory());
  }

  private static Map<String, Integer> published(String name) throws IOException {
    Map<String, String> called =
        Map.of(
            "ResNet-152-model_imagenet", "resnet-152-torch-imagenet",
            "ResNet-152-model_places365", "resnet-152-torch-places365");
    Map<String, Integer> found = new HashMap<>();
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder()
            .ofNamedCsvRecord(Shared.path("oracles/official/cvpr_release_counts.csv"))) {
      for (NamedCsvRecord row : csv) {
        if (row.getField("network").equals(called.getOrDefault(name, name))) {
          row.getFieldsAsMap()
              .forEach(
                  (column, value) -> {
                    if (value.matches("\\d+")) {
                      found.put(column, Integer.valueOf(value));
                    }
                  });
        }
      }
    }
    assertTrue(!found.isEmpty(), "no published counts of " + name);
    return found;
  }

  /**
   * Threshold, then detectors, unique per category and unique by top label. At 0.02 one unit of the
   * last table passes with a blank label (the original's leak of label 0), which does not count.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "caffe_reference_imagenet | .02:192,125,82 .03:139,87,64 .04:97,61,50 .05:69,43,40"
            + " .06:46,31,31 .08:25,21,20 .10:15,15,13",
        "caffe_reference_places205 | .02:209,181,105 .03:159,122,82 .04:107,79,60 .05:72,51,42"
            + " .06:52,39,34 .08:27,21,19 .10:13,12,11",
        "caffe_reference_places365 | .02:212,178,106 .03:158,128,87 .04:118,91,72 .05:82,70,55"
            + " .06:60,53,45 .08:35,30,28 .10:20,19,18",
        "ResNet-152-model_imagenet | .02:1966,395,262 .03:1670,312,232 .04:1325,242,197"
            + " .05:990,199,169 .06:726,161,137 .08:414,98,90 .10:269,76,72",
        "ResNet-152-model_places365 | .02:1998,522,350 .03:1797,438,319 .04:1452,347,278"
            + " .05:1092,290,236 .06:823,244,204 .08:457,158,140 .10:254,107,95"
      })
  void sweepOfThresholds(String name, String sweep) throws Exception {
    Dissection dissection = imported(name);
    for (String step : sweep.trim().split(" ")) {
      String[] parts = step.split("[:,]");
      DetectorCounts counts = dissection.layers().get(0).counts(Double.parseDouble(parts[0]));
      assertEquals(
          step,
          parts[0]
              + ":"
              + counts.detectors()
              + ","
              + counts.uniquePerCategory()
              + ","
              + counts.uniqueTopLabel());
    }
  }

  @Test
  void tableOfLiteComesOutByteForByte() throws Exception {
    Path file = Shared.path("oracles/squeezenet/imagenet-netdissect-lite-tally.csv");
    OriginalCsv table = OriginalCsv.read(file);
    Path out = folder.resolve("tally.csv");
    table.write(out, OriginalCsv.Style.LITE);
    assertEquals(Files.readString(file), Files.readString(out));
  }

  @Test
  void blankLabelsStayAndNeverCount() throws Exception {
    Path file = folder.resolve("t-result.csv");
    String text =
        "unit,category,label,score,x-label,x-truth,x-activation,x-intersect,x-iou\r\n"
            + "2,x,,0.5,,10,5.0,5,0.5\r\n"
            + "1,x,\"a, \"\"b\"\"\",0.25,\"a, \"\"b\"\"\",4,1.0,1,0.25\r\n";
    Files.writeString(file, text);
    OriginalCsv table = OriginalCsv.read(file);
    assertEquals("a, \"b\"", table.units().get(0).label().label());
    assertEquals("", table.units().get(1).label().label());
    assertEquals(1, DetectorCounts.of(table.units(), table.categories(), 0.04).detectors());
    table.write(file, OriginalCsv.Style.ORIGINAL);
    assertEquals(text, Files.readString(file));
  }

  @Test
  void importedResultSaysWhatItLacks() throws Exception {
    Dissection dissection = imported("caffe_reference_imagenet");
    assertEquals("caffe_reference_imagenet.csv", dissection.info().imported().get(0).file());
    assertNull(dissection.info().data().fingerprint());
    assertTrue(!dissection.layers().get(0).hasMaps() && !dissection.layers().get(0).hasHits());
    assertThrows(IOException.class, () -> imported("caffe_reference_imagenet"));
  }

  @Test
  void otherLineEndsAndByteOrderMarksAreRead() throws Exception {
    Path file = folder.resolve("t.csv");
    String columns = "unit,category,label,score,x-label,x-truth,x-activation,x-intersect,x-iou";
    Files.writeString(file, String.join("\n", "\ufeff" + columns, "1,x,a,0.25,a,4,1.0,1,0.25", ""));
    assertEquals("a", OriginalCsv.read(file).units().get(0).label().label());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "unit,label|1,a|its first line",
        "HEAD|1,x,a,0.25,a,4,1.0,1|fields",
        "HEAD|0,x,a,0.25,a,4,1.0,1,0.25|count from 1",
        "HEAD|2,x,a,0.25,a,4,1.0,1,0.25|missing",
        "HEAD|1,y,a,0.25,a,4,1.0,1,0.25|category 'y'",
        "HEAD|1,x,b,0.25,a,4,1.0,1,0.25|label and score",
        "HEAD|1,x,a,0.25,a,4,1.0,1,0.26|its counts give",
        "HEAD|1,x,a,0.25,a,4.5,1.0,1,0.25|no whole number",
        "HEAD|1,x,a,0.25,a,1e999999999,1.0,1,0.25|no whole number",
        "HEAD|1,x,a,0.25,a,-4,1.0,1,0.25|no whole number",
        "HEAD|1,x,a,NaN,a,4,1.0,1,NaN|its counts give"
      })
  void malformedTablesAreRefusedWithAReason(String header, String row, String reason)
      throws Exception {
    Path file = folder.resolve("bad.csv");
    Files.writeString(
        file,
        header.replace(
                "HEAD", "unit,category,label,score,x-label,x-truth,x-activation,x-intersect,x-iou")
            + "\r\n"
            + row
            + "\r\n");
    IOException failure = assertThrows(IOException.class, () -> OriginalCsv.read(file));
    assertTrue(failure.getMessage().contains(reason), failure.getMessage());
    assertTrue(failure.getMessage().contains("bad.csv"), failure.getMessage());
  }

  @Test
  void shortestDecimals() {
    for (double value : new double[] {0.1, 0.25, 1.0 / 3, 5.6e-5, 1e-5, 0.009711216493090730}) {
      assertEquals(value, Double.parseDouble(OriginalCsv.shortest(value)));
    }
    assertEquals("0.3333333333333333", OriginalCsv.shortest(1.0 / 3));
    assertEquals("5.6e-05", OriginalCsv.shortest(5.6e-5));
    assertEquals("0.0", OriginalCsv.shortest(0));
  }

  @Test
  void roundedScoresAreComputedAnew() throws IOException {
    String header = "unit,category,label,score,x-label,x-truth,x-activation,x-intersect,x-iou\n";
    Path file = folder.resolve("rounded.csv");
    // 3 / (100000 + 6761 - 3) = 2.8101...E-05
    Files.writeString(
        file,
        header
            + "1,x,cat,2.81E-05,cat,100000,6761,3,2.81E-05\n"
            + "2,x,cat,0.33,cat,10,2,3,0.3333\n"
            + "3,x,cat,0.5,cat,10,5,5,0.5\n");
    OriginalCsv table = OriginalCsv.read(file);
    assertEquals(4, table.rounded());
    assertEquals(3 / 106758.0, table.units().get(0).label().iou());
    assertEquals(3 / 9.0, table.units().get(1).label().iou());
    for (String lie :
        List.of(
            "1,x,cat,2.85E-05,cat,100000,6761,3,2.85E-05\n",
            "1,x,cat,0.4,cat,10,2,3,0.4\n",
            "1,x,cat,0e99999999999,cat,10,2,3,0e99999999999\n",
            "1,x,cat,1,cat,10,2,3,1\n",
            "1,x,cat,0.0003,cat,1.23E+06,2,3,0.0003\n")) {
      Files.writeString(file, header + lie);
      DissectionException e =
          assertThrows(DissectionException.class, () -> OriginalCsv.read(file), lie);
      assertTrue(e.getMessage().contains("line 2"), e.getMessage());
    }
  }
}
