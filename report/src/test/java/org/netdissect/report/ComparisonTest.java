package org.netdissect.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Json;
import org.netdissect.base.Progress;
import org.netdissect.base.Shared;
import org.netdissect.base.files.Seal;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.report.compare.Comparison;
import org.netdissect.report.compare.Published;
import org.netdissect.report.page.HtmlReport;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.ImportedResult;
import org.netdissect.results.LabelScore;
import org.netdissect.results.UnitScore;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ComparisonTest {
  private static final ReceptiveField FIELD = ReceptiveField.square(-4, 15, 8);

  @TempDir static Path folder;
  private static SmallWorld world;
  private static Dissection one;
  private static Dissection other;

  @BeforeAll
  static void dissect() throws Exception {
    world = SmallWorld.make(folder.resolve("one"), 21);
    one = world.dissect("one", Convention.EXACT, FIELD, null, "a", "b/<c>");
    other = world.dissect("two", Convention.EXACT, ReceptiveField.UNKNOWN, null, "a");
    HtmlReport.of(one, world.data())
        .withAtlas(world.atlas())
        .write(one.folder().resolve("report"), Progress.NONE);
  }

  private static Comparison.Run run(String name, Dissection dissection) {
    return new Comparison.Run(name, dissection, null, null);
  }

  private static List<NamedCsvRecord> csv(Path file) throws IOException {
    try (CsvReader<NamedCsvRecord> csv = CsvReader.builder().ofNamedCsvRecord(file)) {
      return csv.stream().toList();
    }
  }

  @Test
  void tableHoldsTheCountsOfEveryLayerAndThePublishedOnes() throws Exception {
    Path out = folder.resolve("table");
    Comparison.of(List.of(run("x", one), run("y", other))).withPublished().write(out);
    List<NamedCsvRecord> rows = csv(out.resolve("compare.csv"));
    assertEquals(3 + 27, rows.size());
    DetectorCounts counts = one.layers().get(1).counts(0.04);
    NamedCsvRecord row = rows.get(1);
    assertEquals("x", row.getField("network"));
    assertEquals("b/<c>", row.getField("layer"));
    assertEquals(Integer.toString(counts.detectors()), row.getField("detectors"));
    assertEquals(Integer.toString(counts.uniquePerCategory()), row.getField("unique-per-category"));
    assertEquals(Integer.toString(counts.uniqueTopLabel()), row.getField("unique-top-label"));
    for (DetectorCounts.CategoryCount count : counts.byCategory()) {
      assertEquals(
          Integer.toString(count.detectors()), row.getField(count.category() + "-detectors"));
      assertEquals(Integer.toString(count.unique()), row.getField(count.category() + "-unique"));
    }
    NamedCsvRecord best = rows.get(3);
    assertEquals("ResNet-152 Places365", best.getField("network"));
    assertEquals("published", best.getField("source"));
    assertEquals("Broden", best.getField("data"));
    assertEquals("347", best.getField("unique-per-category"));
    assertEquals("774", best.getField("object-detectors"));
  }

  @Test
  void publishedCountsAreThoseOfThePaper() throws Exception {
    List<Published> all = Published.all();
    assertEquals(27, all.size());
    assertEquals(347, all.get(0).unique());
    assertEquals(2, all.get(26).unique());
    int matched = 0;
    for (NamedCsvRecord row : csv(Shared.path("oracles/official/cvpr_release_counts.csv"))) {
      for (Published network : all) {
        if (network.layer().equals(row.getField("layer"))
            && network.unique() == Integer.parseInt(row.getField("unique_sum"))
            && network.detectors() == Integer.parseInt(row.getField("detector_units_any"))
            && network.units() == Integer.parseInt(row.getField("units"))
            && network.byCategory().entrySet().stream()
                .allMatch(
                    entry ->
                        row.getField("unique_" + entry.getKey())
                                .equals(Integer.toString(entry.getValue().unique()))
                            && row.getField("detectors_" + entry.getKey())
                                .equals(Integer.toString(entry.getValue().detectors())))) {
          matched++;
        }
      }
    }
    assertEquals(27, matched);
  }

  @Test
  void conceptsAreMatchedByCategoryAndLabel() throws Exception {
    Path out = folder.resolve("concepts");
    Comparison.of(List.of(run("x", one), run("y", other))).write(out);
    Set<String> expected = new TreeSet<>();
    for (Dissection dissection : List.of(one, other)) {
      for (UnitScore unit : dissection.layers().get(0).units()) {
        for (LabelScore score : unit.byCategory()) {
          if (score.iou() > 0.04) {
            expected.add(score.category() + "/" + score.label());
          }
        }
      }
    }
    Set<String> found = new TreeSet<>();
    for (NamedCsvRecord row : csv(out.resolve("concepts.csv"))) {
      found.add(row.getField("category") + "/" + row.getField("label"));
      if (!row.getField("y:a best unit").isEmpty()) {
        LabelScore best =
            other
                .layers()
                .get(0)
                .units()
                .get(Integer.parseInt(row.getField("y:a best unit")))
                .byCategory()
                .get(other.categories().indexOf(row.getField("category")));
        assertEquals(row.getField("label"), best.label());
      }
    }
    assertEquals(expected, found);
  }

  /** Labels at each time, and when the last one appeared, by the definitions. */
  @Test
  void curvesOverThresholdsHoldTheCountsAtEach() throws Exception {
    Path out = folder.resolve("curves");
    List<Comparison.Run> repeats =
        List.of(
            run("x", one),
            new Comparison.Run("y1", other, "y", null),
            new Comparison.Run("y2", one, "y", null));
    Comparison.of(repeats).withThresholdCurves().write(out);
    List<NamedCsvRecord> rows = csv(out.resolve("thresholds.csv"));
    assertEquals((2 + 2) * 9, rows.size());
    for (NamedCsvRecord row : rows) {
      double iou = Double.parseDouble(row.getField("iou"));
      boolean first = row.getField("name").endsWith(" a");
      int own = one.layers().get(first ? 0 : 1).counts(iou).uniquePerCategory();
      boolean both = row.getField("name").equals("y a");
      int alike = other.layers().get(0).counts(iou).uniquePerCategory();
      assertEquals(both ? "2" : "1", row.getField("networks"));
      assertEquals(
          both ? (own + alike) / 2.0 : own,
          Double.parseDouble(row.getField("mean unique detectors")),
          1e-6);
      assertEquals(
          both ? Math.min(own, alike) : own, Double.parseDouble(row.getField("least")), 1e-6);
    }
    assertTrue(Files.readString(out.resolve("thresholds.svg")).contains("IoU above"));
    assertTrue(Files.readString(out.resolve("index.html")).contains("order of the means"));
    Path plain = folder.resolve("no-curves");
    Comparison.of(repeats).write(plain);
    assertFalse(Files.exists(plain.resolve("thresholds.csv")));
  }

  @Test
  void unitsAreFollowedThroughResults() throws Exception {
    Path out = folder.resolve("followed");
    // Another world stands for another time: its units have the same labels with other IoUs.
    Dissection changed =
        SmallWorld.make(folder.resolve("changed"), 22)
            .dissect("one", Convention.EXACT, FIELD, null, "a");
    List<Dissection> times = List.of(changed, one, changed, one);
    List<Comparison.Run> runs = new ArrayList<>();
    for (int t = 0; t < times.size(); t++) {
      runs.add(run("t" + t, times.get(t)));
    }
    double most = 0;
    double between = 0;
    for (int unit = 0; unit < one.layers().get(0).units().size(); unit++) {
      double a = one.layers().get(0).units().get(unit).label().iou();
      double b = changed.layers().get(0).units().get(unit).label().iou();
      if (Math.abs(a - b) > most) {
        most = Math.abs(a - b);
        between = (a + b) / 2;
      }
    }
    double iou = between;
    Comparison.of(runs).withThreshold(iou).withFollowing().write(out);
    List<NamedCsvRecord> rows = csv(out.resolve("following.csv"));
    int units = one.layers().get(0).units().size();
    assertEquals(units, rows.size(), "only layer a is in all results");
    int differing = 0;
    for (int unit = 0; unit < units; unit++) {
      NamedCsvRecord row = rows.get(unit);
      List<String> labels = new ArrayList<>();
      for (int t = 0; t < times.size(); t++) {
        LabelScore label = times.get(t).layers().get(0).units().get(unit).label();
        String passing = label.iou() > iou ? label.category() + " " + label.label() : " ";
        labels.add(passing);
        assertEquals(
            passing, row.getField("t" + t + " category") + " " + row.getField("t" + t + " label"));
      }
      boolean differ = !labels.get(0).equals(labels.get(1));
      differing += differ ? 1 : 0;
      assertEquals(differ ? "t1" : "t0", row.getField("last label appeared"), labels::toString);
      assertEquals(differ ? "t3" : "t0", row.getField("kept since"), labels::toString);
      assertEquals(differ ? "3" : "0", row.getField("changes"), labels::toString);
    }
    assertTrue(differing > 0, "one unit at least passes in one world only");
    assertEquals(
        units,
        csv(out.resolve("became.csv")).stream()
            .mapToInt(row -> Integer.parseInt(row.getField("units")))
            .sum());
    String flow = Files.readString(out.resolve("flow-a.svg"));
    assertTrue(flow.contains("no detector") && flow.endsWith("</svg>\n"), flow);
    assertTrue(Files.readString(out.resolve("index.html")).contains("followingSections"));
    IOException few =
        assertThrows(
            IOException.class,
            () -> Comparison.of(List.of(run("x", one))).withFollowing().write(out));
    assertTrue(few.getMessage().contains("two results"), few.getMessage());
  }

  @Test
  void differencesAreNamed() throws Exception {
    assertEquals(List.of(), Comparison.of(List.of(run("x", one), run("y", other))).differences());
    Dissection lite = world.dissect("lite", Convention.LITE, FIELD, null, "a");
    assertEquals(
        List.of("x and y: convention exact and lite"),
        Comparison.of(List.of(run("x", one), run("y", lite))).differences());
    SmallWorld elsewhere = SmallWorld.make(folder.resolve("else"), 22);
    Dissection far = elsewhere.dissect("far", Convention.EXACT, FIELD, null, "a");
    List<String> differences = Comparison.of(List.of(run("x", one), run("y", far))).differences();
    assertEquals(1, differences.size());
    assertTrue(differences.get(0).contains("data sets"), differences.get(0));
  }

  /** The same model file under two preprocessings is compared, and said to be that. */
  @Test
  void oneNetworkUnderTwoPreprocessingsIsNoted() throws Exception {
    Dissection torch = copied(one, "torch", 1);
    Dissection half = copied(one, "half", 2);
    Comparison comparison = Comparison.of(List.of(run("x", torch), run("y", half)));
    assertEquals(List.of(), comparison.differences());
    assertEquals(1, comparison.notes().size());
    String note = comparison.notes().get(0);
    assertTrue(note.startsWith("x and y are one network under two preprocessings: "), note);
    Path out = folder.resolve("two");
    comparison.write(out);
    assertTrue(Files.readString(out.resolve("index.html")).contains("<p>" + note + "</p>"));
    assertEquals(List.of(), Comparison.of(List.of(run("x", torch), run("y", torch))).notes());
  }

  /** A copy of a result that says that it is of a model file. */
  private static Dissection copied(Dissection from, String name, int std) throws IOException {
    Path copy = folder.resolve(name);
    try (Stream<Path> files = Files.walk(from.folder())) {
      for (Path file : files.sorted().toList()) {
        Files.copy(file, copy.resolve(from.folder().relativize(file).toString()));
      }
    }
    Path file = copy.resolve(Dissection.FILE);
    JsonNode root = Json.mapper().readTree(Seal.open(Files.readAllBytes(file)));
    ((ObjectNode) root.get("network"))
        .put("file", "net.onnx")
        .put("sha256", "ab".repeat(32))
        .set(
            "preprocessing",
            Json.mapper()
                .readTree(
                    "{'channels':'RGB','scale':1.0,'mean':[0.0,0.0,0.0],'std':[%d.0,1.0,1.0]}"
                        .formatted(std)
                        .replace('\'', '"')));
    Files.writeString(file, Seal.seal(Json.pretty(root)));
    return Dissection.open(copy);
  }

  @Test
  void importedTablesAreOfOneDataSetWhereTheirTruthsAgree() throws Exception {
    Dissection same = imported("same", one.layers().get(0).units());
    assertEquals(List.of(), Comparison.of(List.of(run("x", one), run("y", same))).differences());
    List<UnitScore> changed =
        one.layers().get(0).units().stream()
            .map(
                unit ->
                    new UnitScore(
                        unit.unit(),
                        Float.NaN,
                        unit.best(),
                        unit.byCategory().stream()
                            .map(
                                score ->
                                    new LabelScore(
                                        score.category(),
                                        score.number(),
                                        score.label(),
                                        score.truth() + 1,
                                        score.activation(),
                                        score.intersection(),
                                        score.iou()))
                            .toList()))
            .toList();
    Dissection others = imported("others", changed);
    assertTrue(
        Comparison.of(List.of(run("x", one), run("y", others)))
            .differences()
            .get(0)
            .contains("data sets differ"));
  }

  private static Dissection imported(String name, List<UnitScore> units) throws IOException {
    return ImportedResult.write(
        folder.resolve(name),
        false,
        name,
        "Broden",
        one.categories(),
        one.info().rules(),
        List.of(new ImportedResult.Layer("a", units)),
        List.of(new DissectionInfo.ImportedFile("a.csv", "0")));
  }

  @Test
  void pageInABrowser() throws Exception {
    Path out = folder.resolve("page");
    Comparison comparison =
        Comparison.of(
                List.of(
                    new Comparison.Run("x<b>", one, "g", 10.0),
                    new Comparison.Run("y", other, "g", 1000.0)))
            .withAxis("iteration")
            .withPublished();
    comparison.write(out);
    assertFalse(Files.readString(out.resolve("index.html")).contains("x<b>"));
    try (Browser browser = Browser.start()) {
      browser.size(1200, 900, 1);
      browser.open(out.resolve("index.html").toUri().toString());
      browser.await("document.querySelectorAll('#numbers tbody tr').length === 30");
      for (double iou : new double[] {0.04, 0.1, 0.2}) {
        browser.type("#iou", Double.toString(iou));
        for (int l = 0; l < 3; l++) {
          DetectorCounts counts = (l < 2 ? one.layers().get(l) : other.layers().get(0)).counts(iou);
          String row = "#numbers tbody tr:nth-child(" + (l + 1) + ") ";
          assertEquals(Integer.toString(counts.detectors()), browser.text(row + "td:nth-child(3)"));
          assertEquals(
              Integer.toString(counts.uniquePerCategory()), browser.text(row + "td:nth-child(4)"));
          assertEquals(
              Integer.toString(counts.uniqueTopLabel()), browser.text(row + "td:nth-child(5)"));
        }
        assertEquals(
            iou == 0.04 ? 30 : 3,
            browser.eval("document.querySelectorAll('g.stack').length").asInt(),
            "published bars stand for 0.04 only");
      }
      browser.type("#iou", "0.04");
      browser.click("[data-value=detectors]");
      browser.click("[data-kind=every]");
      assertTrue(browser.eval("document.querySelectorAll('#matched tbody tr').length").asInt() > 0);
      browser.type("#search", "alert");
      browser.click("[data-kind=all]");
      assertEquals("<script>alert(1)</script>", browser.text("#matched tbody th"));
      // The way to the unit in the report of its own.
      browser.click("#matched tbody a");
      browser.await("/^#a\\/\\d+(\\?|$)/.test(location.hash) && document.querySelector('.wall')");
      assertEquals(List.of(), browser.complaints());
      browser.requests().forEach(address -> assertTrue(address.startsWith("file:"), address));
    }
  }
}
