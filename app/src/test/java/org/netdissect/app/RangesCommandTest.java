package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.TestModels;
import org.netdissect.results.ActivationMaps;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LowMaps;
import org.netdissect.results.RangeScore;
import org.netdissect.results.RangeTable;
import org.netdissect.results.values.TrimmedMap;

/** Ranges of activation of a network's units, from the run to the table. */
class RangesCommandTest {
  @TempDir Path temp;
  private Path model;
  private Path data;

  @BeforeEach
  void files() throws Exception {
    model = TestModels.tiny(1).write(temp.resolve("model.onnx"));
    data = SmallData.write(temp.resolve("broden"), 30, 1);
  }

  private String dissect(String out, Object... more) {
    List<Object> words =
        new ArrayList<>(
            List.of("run", model, "--data", data, "--out", temp.resolve(out), "--no-report"));
    words.addAll(List.of("--preprocess", "torch", "--quantile", "0.02"));
    words.addAll(List.of(more));
    return InProcess.run(words.toArray());
  }

  private static void assertSays(String said, String code, String... words) {
    assertTrue(said.startsWith(code + "\n"), said);
    for (String word : words) {
      assertTrue(said.contains(word), said);
    }
  }

  @Test
  void aNetworksUnitsAreMeasuredTheSameAndDivided() throws IOException {
    assertSays(dissect("usual"), "0");
    assertSays(
        dissect("keep", "--keep-quantile", "0.2"),
        "0",
        "keeping maps down to 0.2 of all activations: this run needs ",
        "low-maps.bin, maps down to 0.2 of all activations: ");
    Path keep = temp.resolve("keep");
    LayerDissection usual = Dissection.open(temp.resolve("usual")).layers().get(0);
    Dissection result = Dissection.open(keep);
    LayerDissection layer = result.layers().get(0);
    for (String name : List.of("hits.bin", "maps.bin", "units.csv", "counts.bin")) {
      assertArrayEquals(
          Files.readAllBytes(usual.folder().resolve(name)),
          Files.readAllBytes(layer.folder().resolve(name)),
          name);
    }
    lowMapsHoldTheOthers(layer);

    assertSays(
        InProcess.run("formulas", keep, "--data", data, "--ranges", "3"),
        "0",
        "ranges of activation of");
    RangeTable table = RangeTable.read(result, layer);
    for (RangeScore score : table.scores()) {
      assertTrue(score.range() <= 3 && score.activations() > 0, score.toString());
      assertTrue(score.best().iou() >= score.conceptIou(), score.toString());
    }
    everyUnitIsRanked(keep, result);
    assertSays(
        InProcess.run("formulas", temp.resolve("usual"), "--data", data, "--ranges", "3"),
        "1",
        "--keep-quantile 0.05");
    assertFalse(Files.exists(usual.folder().resolve("formulas.csv")), "refused before any work");
  }

  private void everyUnitIsRanked(Path keep, Dissection result) {
    int units = result.layers().get(0).units().size();
    String concept = "\"" + result.concepts().get(0).name() + "\"";
    String said = InProcess.run("formulas", keep, "--data", data, "--evaluate", concept);
    long ranked = said.lines().filter(line -> line.startsWith("  unit ")).count();
    assertSays(said, "0", ranked == units ? "IoU" : (units - ranked) + " units do not meet it");
    String empty = concept + " AND NOT " + concept;
    String none = InProcess.run("formulas", keep, "--data", data, "--evaluate", empty);
    assertSays(none, "0", ": 0 pixels", "no pixel of the images read meets the formula");
    assertFalse(none.contains("  unit "), none);
    String some =
        InProcess.run("formulas", keep, "--data", data, "--evaluate", concept, "--units", "2,0");
    assertTrue(some.lines().filter(line -> line.startsWith("  unit ")).count() <= 2, some);
  }

  /** Cut to the thresholds, the maps that were kept lower are the usual ones. */
  private static void lowMapsHoldTheOthers(LayerDissection layer) throws IOException {
    float[] scratch = new float[layer.layer().cells()];
    try (LowMaps low = layer.lowMaps();
        ActivationMaps maps = layer.maps()) {
      for (int unit = 0; unit < layer.units().size(); unit++) {
        float threshold = layer.units().get(unit).threshold();
        LowMaps.OfUnit own = low.read(unit);
        assertTrue(own.floor() <= threshold);
        Map<Integer, String> cut = new TreeMap<>();
        own.visit(
            (image, map) -> {
              if (map.trimFurther(threshold, scratch)) {
                cut.put(image, text(map));
              }
            });
        Map<Integer, String> whole = new TreeMap<>();
        maps.readTrimmed(unit, (image, map) -> whole.put(image, text(map)));
        assertEquals(whole, cut);
      }
    }
  }

  private static String text(TrimmedMap map) {
    map.locate();
    return Arrays.toString(Arrays.copyOf(map.index, map.cells))
        + Arrays.toString(Arrays.copyOf(map.value, map.cells));
  }

  @Test
  void whatMakesNoSenseIsRefusedBeforeAnyWork() {
    assertSays(
        dissect("out", "--keep-quantile", "0.02"), "2", "must be larger than --quantile 0.02");
    assertSays(dissect("out", "--keep-quantile", "much"), "2", "'much' is not a decimal number");
    assertSays(dissect("out", "--keep-quantile", "1"), "2", "must lie above 0 and below 1");
    assertSays(
        dissect("out", "--keep-quantile", "0.1", "--maps", "shown"), "2", "goes with --maps all");
    assertFalse(Files.exists(temp.resolve("out")));
    for (String ranges : List.of("0", "21", "-1")) {
      assertSays(
          InProcess.run("formulas", "out", "--ranges", ranges), "2", "ranges must be 1 to 20");
    }
    for (String limit : List.of("-5s", "0s")) {
      assertSays(InProcess.run("formulas", "out", "--time-limit", limit), "2", "must be above 0");
    }
    assertSays(
        InProcess.run("formulas", "out", "--ranges-by", "size"), "2", "by quantiles or kmeans");
    for (String with :
        List.of(
            "--ranges 3",
            "--linear",
            "--ranges-by kmeans",
            "--seed 2",
            "--length 3",
            "--search beam",
            "--beam 10",
            "--operators or",
            "--minimum-gain 0.1",
            "--penalty 0.9",
            "--time-limit 5s")) {
      List<Object> words = new ArrayList<>(List.of("formulas", "out", "--evaluate", "car"));
      words.addAll(List.of(with.split(" ")));
      String option = with.split(" ")[0];
      assertSays(
          InProcess.run(words.toArray()),
          "2",
          "--evaluate scores",
          "; " + option + " does not go with it");
    }
    assertSays(
        InProcess.run("formulas", "out", "--ranges-by", "kmeans"),
        "2",
        "--ranges-by",
        "give --ranges too");
    assertSays(InProcess.run("formulas", "out", "--seed", "2"), "2", "--seed is that of --linear");
    assertSays(
        InProcess.run("formulas", "out", "--ranges", "3", "--seed", "2"),
        "2",
        "--ranges-by kmeans; give");
  }
}
