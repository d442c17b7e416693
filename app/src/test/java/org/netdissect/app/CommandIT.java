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
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netdissect.app.Distribution.Outcome;
import org.netdissect.networks.TestModels;
import org.netdissect.pictures.PngWriter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command, run as a user runs it. */
class CommandIT {
  @TempDir static Path shared;
  @TempDir Path folder;
  private static Path model;
  private static Path data;

  @BeforeAll
  static void makeInputs() throws IOException {
    model = TestModels.tiny(1).write(shared.resolve("tiny.onnx"));
    data = SmallData.write(shared.resolve("data"), 60, 1);
  }

  private static Path reference(String relative) {
    Path path = Path.of(System.getProperty("netdissect.shared")).resolve(relative);
    assumeTrue(Files.exists(path), () -> "skipped: " + path + " is not here");
    return path;
  }

  private Outcome dissect(Object... more) throws Exception {
    List<Object> words =
        new ArrayList<>(
            List.of("run", model, "--data", data, "--preprocess", "unit", "--no-report"));
    words.addAll(List.of(more));
    return Distribution.run(words.toArray());
  }

  @Test
  void tellsItsVersion() throws Exception {
    Outcome outcome = Distribution.run("--version");
    assertEquals(0, outcome.exit(), outcome.all());
    assertTrue(outcome.out().matches("netdissect \\d+\\.\\d+.*\\s*"), outcome.all());
  }

  @Test
  void listsLayers() throws Exception {
    Outcome text = Distribution.run("layers", model);
    assertEquals(0, text.exit(), text.all());
    assertTrue(text.out().contains("8 × 32 × 32"), text.all());
    JsonNode json = JsonMapper.shared().readTree(Distribution.run("layers", model, "--json").out());
    assertEquals(32, json.get("inputHeight").asInt());
    JsonNode conv =
        json.get("layers")
            .valueStream()
            .filter(layer -> layer.get("node").asString().equals("conv2"))
            .findFirst()
            .orElseThrow();
    assertEquals(16, conv.get("channels").asInt());
    assertEquals(-2, conv.get("receptiveField").get("y").get("offset").asInt());
    assertEquals(5, conv.get("receptiveField").get("y").get("size").asInt());
    assertEquals(2, conv.get("receptiveField").get("y").get("step").asInt());
    String target = conv.get("resolvesTo").asString();
    assertFalse(target.equals(conv.get("name").asString()), "the convolution means its activation");
  }

  @Test
  void dissectsShowsAndExports() throws Exception {
    Path out = folder.resolve("out");
    Outcome run = dissect("--out", out, "--layers", "conv2,conv3", "--quantile", "0.05");
    assertEquals(0, run.exit(), run.all());
    assertTrue(run.out().contains("16 units of 16×16"), run.all());
    assertTrue(run.err().contains("recording: 60 images"), run.all());
    JsonNode shown = JsonMapper.shared().readTree(Distribution.run("show", out, "--json").out());
    assertEquals(2, shown.get("layers").size());
    JsonNode layer = shown.get("layers").get(0);
    assertEquals(16, layer.get("units").asInt());
    assertTrue(layer.get("uniqueDetectors").has("perCategory"));
    assertTrue(layer.get("uniqueDetectors").has("topLabel"));
    assertTrue(layer.get("categories").get("object").has("detectors"));
    assertFalse(Files.exists(out.resolve(".work")), "nothing of the work stays");

    // At IoU 0 every unit that meets a named concept is a detector; the text says the same.
    JsonNode all =
        JsonMapper.shared().readTree(Distribution.run("show", out, "--json", "--iou", "0").out());
    assertTrue(all.get("layers").get(0).get("detectors").asInt() >= layer.get("detectors").asInt());

    Path tables = folder.resolve("tables");
    assertEquals(
        0, Distribution.run("export", out, "--format", "counts-csv", "--out", tables).exit());
    String folderName = layer.get("folder").asString();
    assertEquals(
        "unit,number,label,category,intersect,truth,activation,iou",
        Files.readAllLines(tables.resolve(folderName).resolve("counts.csv")).get(0));
    assertEquals(
        17, Files.readAllLines(tables.resolve(folderName).resolve("thresholds.csv")).size());
  }

  @Test
  void isQuietWhenAsked() throws Exception {
    Outcome run = dissect("--out", folder.resolve("out"), "--quiet");
    assertEquals(0, run.exit(), run.all());
    assertEquals("", run.err());
  }

  @Test
  void dissectsSeveralModelsOverOneReading() throws Exception {
    Path other = TestModels.tiny(2).write(folder.resolve("other.onnx"));
    Path both = folder.resolve("both");
    Outcome run =
        Distribution.run(
            "run", model, other, "--data", data, "--out", both, "--preprocess", "unit");
    assertEquals(0, run.exit(), run.all());
    assertEquals(1, run.err().split("recording: 60 images", -1).length - 1, run.all());
    Path alone = folder.resolve("alone");
    assertEquals(
        0,
        Distribution.run("run", other, "--data", data, "--out", alone, "--preprocess", "unit")
            .exit());
    assertEquals(contents(alone), contents(both.resolve("other")));
    assertTrue(Files.exists(both.resolve("tiny/dissection.json")));
    assertFalse(Files.exists(both.resolve(".work")));
    Outcome again = Distribution.run("run", model, other, "--data", data, "--out", both);
    assertEquals(1, again.exit(), again.all());
    assertTrue(again.err().contains("--overwrite"), again.all());
  }

  @Test
  void refusesATakenFolder() throws Exception {
    Path out = folder.resolve("out");
    assertEquals(0, dissect("--out", out).exit());
    Outcome again = dissect("--out", out);
    assertEquals(1, again.exit(), again.all());
    assertTrue(again.err().contains("--overwrite"), again.all());
    String before = Files.readString(out.resolve("dissection.json"));
    Outcome over = dissect("--out", out, "--overwrite", "--convention", "lite");
    assertEquals(0, over.exit(), over.all());
    assertFalse(before.equals(Files.readString(out.resolve("dissection.json"))));

    Path other = Files.createDirectories(folder.resolve("home"));
    Files.writeString(other.resolve("thesis.txt"), "mine");
    Outcome refused = dissect("--out", other, "--overwrite");
    assertEquals(1, refused.exit(), refused.all());
    assertEquals("mine", Files.readString(other.resolve("thesis.txt")));
  }

  @Test
  void resultsDoNotDependOnWorkersOrBatch() throws Exception {
    Path one = folder.resolve("one");
    Path two = folder.resolve("two");
    assertEquals(0, dissect("--out", one, "--workers", "1", "--batch", "4").exit());
    assertEquals(0, dissect("--out", two, "--workers", "3", "--batch", "4").exit());
    assertEquals(contents(one), contents(two));
  }

  /** Files that must be the same bytes every time, by name; all but the times of the run. */
  static List<String> contents(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<String> contents = new ArrayList<>();
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = folder.relativize(file).toString();
        if (!name.equals("run.json")) {
          contents.add(name + " " + java.util.Arrays.hashCode(Files.readAllBytes(file)));
        }
      }
      return contents;
    }
  }

  @Test
  void leavesOutAndNamesBrokenPhotographs() throws Exception {
    Path broken = SmallData.write(folder.resolve("broken"), 30, 2);
    Files.writeString(broken.resolve("images/made/7.png"), "no picture");
    Files.delete(broken.resolve("images/made/8.png"));
    Files.delete(broken.resolve("images/made/9.png"));
    Files.createDirectory(broken.resolve("images/made/9.png"));
    Files.write(
        broken.resolve("images/made/10.png"),
        PngWriter.encode(new byte[3 * 32 * 48], 32, 48, PngWriter.Filter.NONE, 6));
    Path out = folder.resolve("out");
    Outcome run =
        Distribution.run(
            "run", model, "--data", broken, "--out", out, "--preprocess", "unit", "--no-report");
    assertEquals(0, run.exit(), run.all());
    assertTrue(run.err().contains("made/7.png"), run.all());
    JsonNode images =
        JsonMapper.shared()
            .readTree(Files.readString(out.resolve("dissection.json")))
            .get("images");
    assertEquals(26, images.get("read").asInt());
    assertEquals(
        Set.of("made/7.png", "made/8.png", "made/9.png", "made/10.png"),
        Set.copyOf(
            images
                .get("unreadable")
                .valueStream()
                .map(one -> one.get("image").asString())
                .toList()));
    Outcome strict =
        Distribution.run(
            "run",
            model,
            "--data",
            broken,
            "--out",
            folder.resolve("strict"),
            "--no-report",
            "--strict");
    assertEquals(1, strict.exit(), strict.all());
    assertFalse(Files.exists(folder.resolve("strict/dissection.json")));
  }

  @Test
  void goesOnOnlyWithTheSameInputs() throws Exception {
    Path broken = SmallData.write(folder.resolve("broken"), 30, 3);
    Files.writeString(broken.resolve("images/made/7.png"), "no picture");
    Path out = folder.resolve("out");
    assertEquals(
        1,
        Distribution.run("run", model, "--data", broken, "--out", out, "--no-report", "--strict")
            .exit());
    Outcome other =
        Distribution.run(
            "run", model, "--data", broken, "--out", out, "--no-report", "--convention", "paper");
    assertEquals(1, other.exit(), other.all());
    assertTrue(other.err().contains("convention was exact, now paper"), other.all());
    Outcome same = Distribution.run("run", model, "--data", broken, "--out", out, "--no-report");
    assertEquals(0, same.exit(), same.all());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2 | run",
        "2 | bogus",
        "2 | run MODEL --data DATA --out OUT --quantile 2",
        "2 | run MODEL --data DATA --out OUT --convention none",
        "2 | run MODEL --data DATA --out OUT --workers 0",
        "2 | run --data DATA --out OUT",
        "1 | run missing.onnx --data DATA --out OUT",
        "1 | run DATA/index.csv --data DATA --out OUT",
        "1 | run MODEL --data missing --out OUT",
        "1 | run MODEL --data DATA --out OUT --layers conv9",
        "1 | run MODEL --data DATA --out OUT --categories smell",
        "1 | run MODEL --data DATA --out OUT --split spring",
        "1 | run MODEL --data DATA --out MODEL",
        "1 | show missing",
        "2 | export missing --format parchment --out OUT",
        "1 | layers DATA/label.csv",
      })
  void saysInOneLineWhatIsWrong(int exit, String line) throws Exception {
    Object[] words =
        Stream.of(line.split(" "))
            .map(word -> word.replace("MODEL", model.toString()))
            .map(word -> word.replace("DATA", data.toString()))
            .map(word -> word.replace("OUT", folder.resolve("out").toString()))
            .toArray();
    Outcome outcome = Distribution.run(words);
    assertEquals(exit, outcome.exit(), outcome.all());
    assertTrue(outcome.err().contains("netdissect: "), outcome.all());
    assertFalse(outcome.all().contains("\tat "), outcome.all());
    assertFalse(outcome.all().contains("internal error"), outcome.all());
    assertFalse(Files.exists(folder.resolve("out/dissection.json")));
  }

  @ParameterizedTest
  @CsvSource({"exact", "paper", "lite"})
  void recordedActivationsGiveTheOraclesCounts(String convention) throws Exception {
    Path oracle = reference("oracles/tiny");
    Path out = folder.resolve("out");
    Outcome run =
        Distribution.run(
            "run",
            "--activations",
            "layer=" + oracle.resolve("activations.npy"),
            "--field",
            "-88,207,16",
            "--images",
            oracle.resolve("images.txt"),
            "--input-size",
            "224,224",
            "--data",
            reference("data/minibroden-224"),
            "--cache",
            shared.resolve("cache"),
            "--out",
            out,
            "--convention",
            convention,
            "--no-report");
    assertEquals(0, run.exit(), run.all());
    Path tables = folder.resolve("tables");
    Distribution.run("export", out, "--format", "counts-csv", "--out", tables);
    assertEquals(
        Files.readAllLines(oracle.resolve("counts-" + convention + ".csv")),
        Files.readAllLines(tables.resolve("layer/counts.csv")));
    assertEquals(
        Files.readAllLines(oracle.resolve("thresholds-" + convention + ".csv")),
        Files.readAllLines(tables.resolve("layer/thresholds.csv")));
  }
}
