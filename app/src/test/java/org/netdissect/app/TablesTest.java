package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.TestModels;
import org.netdissect.results.Dissection;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tables in and out, comparing, and reports of what was imported. */
class TablesTest {
  private static final String HEADER =
      "unit,category,label,score,x-label,x-truth,x-activation,x-intersect,x-iou,"
          + "y-label,y-truth,y-activation,y-intersect,y-iou\r\n";
  private static final String TABLE =
      HEADER
          + "2,x,cat,0.5,cat,10,5.0,5,0.5,,100,0.0,2,0.020408163265306121\r\n"
          + "3,y,dog-s,0.25,cat,10,1.0,0,0.0,dog-s,4,1.0,1,0.25\r\n"
          + "1,x,\"a, b\",0.03125,\"a, b\",32,1.0,1,0.03125,dog-s,4,1.0,0,0.0\r\n";

  @TempDir Path folder;
  private String out = "";
  private String err = "";
  private int imports;

  private int run(Object... words) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int code = InProcess.run(printed, said, words);
    out = printed.toString(StandardCharsets.UTF_8);
    err = said.toString(StandardCharsets.UTF_8);
    return code;
  }

  private Path table() throws Exception {
    Path file = folder.resolve("net-result.csv");
    Files.writeString(file, TABLE);
    return file;
  }

  @Test
  void anImportedTableIsShownExportedReportedAndCompared() throws Exception {
    Path file = table();
    Path result = folder.resolve("result");
    assertEquals(0, run("import", file, "--out", result), err);
    assertTrue(out.contains("scores only"), out);
    assertEquals(1, run("import", file, "--out", result));
    assertTrue(err.contains("already holds a result"), err);
    for (String command : List.of("trust", "measures", "formulas")) {
      assertEquals(1, run(command, result));
      assertTrue(err.contains("was imported from tables") && !err.contains("--data"), err);
    }

    assertEquals(0, run("show", result, "--json"), err);
    JsonNode shown = JsonMapper.shared().readTree(out);
    assertEquals("net", shown.get("layers").get(0).get("name").asString());
    assertEquals(2, shown.get("layers").get(0).get("detectors").asInt());
    assertTrue(shown.has("missing"));
    assertEquals(0, run("show", result, "--json", "--iou", "0.02"), err);
    JsonNode lower = JsonMapper.shared().readTree(out).get("layers").get(0);
    assertEquals(3, lower.get("detectors").asInt());
    assertEquals(
        1, lower.get("categories").get("y").get("detectors").asInt(), "blank never counts");

    Path exported = folder.resolve("exported.csv");
    assertEquals(0, run("export", result, "--format", "netdissect-csv", "--out", exported), err);
    assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(exported));
    assertEquals(
        0, run("export", result, "--format", "lite-csv", "--out", folder.resolve("lite")), err);
    assertTrue(
        Files.readString(folder.resolve("lite/net-tally.csv")).contains("cat,10.0,5.0,5.0,"));
    assertEquals(
        1, run("export", result, "--format", "counts-csv", "--out", folder.resolve("counts")));
    assertTrue(err.contains("imported"), err);
    assertEquals(2, run("export", result, "--format", "xlsx", "--out", exported));
    Path arrow = folder.resolve("arrow");
    assertEquals(0, run("export", result, "--format", "arrow", "--out", arrow), err);
    assertTrue(err.contains("imported"), err);
    assertTrue(Files.exists(arrow.resolve("net-units.arrow")));
    assertFalse(Files.exists(arrow.resolve("net-counts.arrow")));

    assertEquals(0, run("report", result), err);
    assertTrue(Files.readString(result.resolve("report/index.html")).contains("dog-s"));

    Path page = folder.resolve("compared");
    assertEquals(0, run("compare", result, "--with-published", "--out", page), err);
    assertEquals(29, Files.readAllLines(page.resolve("compare.csv")).size());
  }

  @Test
  void aReportIsWrittenAnewWithOtherSettings() throws Exception {
    Path model = TestModels.tiny(1).write(folder.resolve("tiny.onnx"));
    Path data = SmallData.write(folder.resolve("data"), 40, 1);
    Path result = folder.resolve("result");
    Path cache = folder.resolve("cache");
    assertEquals(
        0,
        run(
            "run",
            model,
            "--data",
            data,
            "--preprocess",
            "unit",
            "--no-report",
            "--quiet",
            "--cache",
            cache,
            "--out",
            result),
        err);
    assertTrue(Files.notExists(result.resolve("report")));
    assertEquals(
        0,
        run("report", result, "--data", data, "--cache", cache, "--images", "3", "--quiet"),
        err);
    Path page = result.resolve("report/index.html");
    assertTrue(Files.readString(page).contains("\"misses\":true"));
    assertTrue(Files.exists(result.resolve("report/photos")));
    assertEquals(2, run("report", result, "--data", data, "--images", "0"));
    Files.delete(page);
    assertEquals(0, run("report", result, "--out", folder.resolve("elsewhere")), err);
    // The run has noted where its data are.
    Path photos = folder.resolve("elsewhere/photos");
    try (Stream<Path> files = Files.walk(photos)) {
      assertTrue(files.anyMatch(Files::isRegularFile));
    }
    Path moved = Files.move(data, folder.resolve("moved"));
    // What is there stays; without photographs it goes elsewhere.
    int before = photos.toFile().list().length;
    assertEquals(1, run("report", result, "--out", folder.resolve("elsewhere")));
    assertTrue(err.contains("elsewhere holds a report with photographs, which stays"), err);
    assertTrue(err.contains("--data"), err);
    assertTrue(Files.exists(folder.resolve("elsewhere/index.html")));
    assertEquals(before, photos.toFile().list().length);
    assertEquals(0, run("report", result, "--out", folder.resolve("bare")), err);
    assertTrue(err.contains("no photographs"), err);
    assertTrue(Files.exists(folder.resolve("bare/index.html")));
    assertEquals(0, run("report", result, "--out", folder.resolve("bare")), err);
    Files.move(moved, data);
    assertEquals(
        0, run("export", result, "--format", "netdissect-csv", "--out", folder.resolve("t")), err);
    assertEquals(
        0,
        run(
            "import",
            folder.resolve("t").toFile().listFiles()[0],
            "--convention",
            "lite",
            "--out",
            folder.resolve("back")),
        err);
  }

  @Test
  void whoWroteATableIsToldByItsNumbers() throws Exception {
    // Names that would tell the wrong program.
    assertEquals("paper", imported(Files.copy(table(), folder.resolve("layer4-tally.csv"))));
    Path exported = folder.resolve("lite");
    assertEquals(
        0, run("export", folder.resolve("imported-1"), "--format", "lite-csv", "--out", exported));
    Path lite = Files.copy(exported.toFile().listFiles()[0].toPath(), folder.resolve("conv5.csv"));
    assertEquals("lite", imported(lite));
    assertEquals(2, run("import", table(), lite, "--out", folder.resolve("both")));
    assertTrue(err.contains("--convention"), err);
    // A spreadsheet leaves no decimal point behind 10.0: then the name has to do.
    String plain = Files.readString(lite).replaceAll("(?<=,)(\\d+)[.]0(?=[,\r])", "$1");
    assertEquals("lite", imported(Files.writeString(folder.resolve("plain-tally.csv"), plain)));
    assertEquals("paper", imported(Files.writeString(folder.resolve("plain.csv"), plain)));
  }

  /** The convention that a table is taken for. */
  private String imported(Path table) throws Exception {
    Path result = folder.resolve("imported-" + ++imports);
    assertEquals(0, run("import", table, "--out", result), err);
    return Dissection.open(result).info().rules().convention();
  }

  @Test
  void whatIsNotComparableIsRefusedUnlessAskedFor() throws Exception {
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    assertEquals(0, run("import", table(), "--out", one), err);
    assertEquals(0, run("import", table(), "--out", two, "--convention", "lite"), err);
    Path page = folder.resolve("page");
    assertEquals(1, run("compare", one, two, "--out", page));
    assertTrue(err.contains("convention paper and lite"), err);
    assertTrue(Files.notExists(page));
    assertEquals(0, run("compare", one, two, "--out", page, "--anyway"), err);
    assertTrue(err.contains("not comparable"), err);
    assertTrue(Files.readString(page.resolve("index.html")).contains("convention paper and lite"));
    assertEquals(2, run("compare", one, two, "--out", page, "--axis", "iteration=1"));
    assertEquals(2, run("compare", one, two, "--out", page, "--axis", "1,2"));
    assertEquals(2, run("compare", one, two, "--out", page, "--group", "a"));
    assertEquals(
        0,
        run("compare", one, two, "--out", page, "--anyway", "--axis", "n=1,2", "--group", "a,b"),
        err);
  }

  @Test
  void theOfficialTablesGoThroughTheCommands() throws Exception {
    Path official =
        Path.of(System.getProperty("netdissect.shared", "")).resolve("oracles/official");
    assumeTrue(Files.exists(official), "no reference data");
    JsonNode expected =
        JsonMapper.shared().readTree(Files.readString(official.resolve("reference_counts.json")));
    for (String name :
        List.of(
            "caffe_reference_imagenet",
            "caffe_reference_places205",
            "caffe_reference_places365",
            "ResNet-152-model_imagenet",
            "ResNet-152-model_places365")) {
      Path result = folder.resolve(name);
      Path exported = folder.resolve("out");
      Path file = official.resolve(name + ".csv");
      assertEquals(0, run("import", file, "--out", result), err);
      assertEquals(0, run("export", result, "--format", "netdissect-csv", "--out", exported), err);
      assertArrayEquals(
          Files.readAllBytes(file), Files.readAllBytes(exported.resolve(name + "-result.csv")));
      assertEquals(0, run("show", result, "--json", "--iou", "0.04"), err);
      JsonNode layer = JsonMapper.shared().readTree(out).get("layers").get(0);
      assertEquals(expected.get(name).get("any").asInt(), layer.get("detectors").asInt());
      assertEquals(
          expected.get(name).get("per_category_unique_sum").asInt(),
          layer.get("uniqueDetectors").get("perCategory").asInt());
      assertEquals(
          expected.get(name).get("top_label_unique_sum").asInt(),
          layer.get("uniqueDetectors").get("topLabel").asInt());
    }
  }
}
