package org.netdissect.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Progress;
import org.netdissect.dissection.ResultAtlas;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.report.compare.Comparison;
import org.netdissect.report.page.HtmlReport;
import org.netdissect.results.Dissection;
import org.netdissect.results.FormulaInfo;
import org.netdissect.results.FormulaScore;
import org.netdissect.results.FormulaTable;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LinearInfo;
import org.netdissect.results.LinearScore;
import org.netdissect.results.LinearTable;
import org.netdissect.results.RangeInfo;
import org.netdissect.results.RangeScore;
import org.netdissect.results.RangeTable;
import org.netdissect.results.TrustTable;
import tools.jackson.databind.JsonNode;

/** Formulas on the page, in a real browser, against counts region by region. */
class FormulaPageTest {
  @TempDir static Path folder;
  private static Browser browser;
  private static SmallWorld world;
  private static Dissection dissection;
  private static Path page;

  @BeforeAll
  static void open() throws Exception {
    browser = Browser.start();
    browser.size(1280, 2400, 1);
    world = SmallWorld.make(folder, 11);
    dissection =
        world.dissect("out", Convention.EXACT, ReceptiveField.square(-4, 15, 8), null, "first");
    table(dissection);
    Path report = dissection.folder().resolve("report");
    HtmlReport.of(dissection, world.data()).withAtlas(world.atlas()).write(report, Progress.NONE);
    page = report.resolve("index.html");
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  /** A table of all units but the last, with hostile names. */
  private static void table(Dissection of) throws IOException {
    LayerDissection layer = of.layers().get(0);
    List<FormulaScore> scores = new ArrayList<>();
    for (int unit = 0; unit < SmallWorld.UNITS - 1; unit++) {
      String hostile = "\"" + SmallWorld.HOSTILE + "\"";
      scores.add(new FormulaScore(unit, 1, hostile, 5, 50, 100, 0.1, 0.1, true, 0.1, 0.1, 0.05, 1));
      scores.add(
          new FormulaScore(
              unit,
              2,
              "(" + hostile + " AND NOT \"gone\")",
              10,
              60,
              100,
              0.2,
              0.1,
              false,
              0.3,
              0.1,
              0.1,
              1));
    }
    FormulaInfo info =
        new FormulaInfo(
            FormulaInfo.FORMAT,
            "netdissect",
            TrustTable.fingerprint(of),
            2,
            "optimal",
            10,
            List.of("or"),
            null,
            0,
            1,
            30,
            Stream.iterate(0, u -> u + 1).limit(SmallWorld.UNITS - 1).toList(),
            null);
    FormulaTable.write(layer, info, scores);
    ranges(layer, info, scores.get(0));
    linear(layer, info);
  }

  /** Two ranges of each unit that has formulas but the second, which has none. */
  private static void ranges(LayerDissection layer, FormulaInfo info, FormulaScore best)
      throws IOException {
    List<RangeScore> scores = new ArrayList<>();
    for (int unit = 0; unit < SmallWorld.UNITS - 1; unit++) {
      FormulaScore own =
          new FormulaScore(
              unit, 2, best.formula(), 5, 50, 100, 5 / 145.0, 0, false, 0.5, 0.1, 0.05, 1);
      if (unit != 1) {
        scores.add(new RangeScore(1, 0.5f, 1.25f, 1234, "car", 0.03, own));
        scores.add(new RangeScore(2, 1.25f, Float.POSITIVE_INFINITY, 1233, "", 0, nothing(unit)));
      }
    }
    RangeTable.write(
        layer, new RangeInfo(1, "netdissect", info.result(), 2, "kmeans", 9L, info, null), scores);
  }

  private static FormulaScore nothing(int unit) {
    return new FormulaScore(unit, 2, "", 0, 0, 7, 0, 0, true, 0, 0, 0, 0);
  }

  private static void linear(LayerDissection layer, FormulaInfo info) throws IOException {
    List<LinearScore> scores = new ArrayList<>();
    for (int unit = 0; unit < SmallWorld.UNITS - 1; unit++) {
      List<LinearScore.Term> terms =
          unit == 1
              ? List.of()
              : List.of(
                  new LinearScore.Term("\"" + SmallWorld.HOSTILE + "\"", 0.25),
                  new LinearScore.Term("car", 1.5e-5));
      scores.add(
          new LinearScore(
              unit, terms, "car", "", 0.125, Double.NaN, unit == 1 ? Double.NaN : 0.5, 0));
    }
    String csv = LinearTable.csv(scores);
    LinearTable.write(
        layer,
        new LinearInfo(
            1,
            "netdissect",
            info.result(),
            3,
            20,
            10,
            10,
            0.05,
            0.01,
            0.02,
            10,
            null,
            info.units(),
            TrustTable.check(csv)),
        csv);
  }

  private static void show(int unit) throws Exception {
    browser.open("about:blank");
    browser.open(page.toUri() + "#first/" + unit);
    browser.await("document.querySelector('.unit') !== null");
  }

  private static String typed(String formula) throws Exception {
    browser.eval(
        "(() => { const box = document.querySelector('input.formula'); box.value = "
            + org.netdissect.base.Json.mapper().writeValueAsString(formula)
            + "; document.querySelector('.tryformula p').textContent = '';"
            + " box.dispatchEvent(new Event('input')); return 1; })()");
    browser.await("document.querySelector('.tryformula p').textContent !== ''");
    return browser.eval("document.querySelector('.tryformula p').textContent").asString();
  }

  /** Counted region by region, by the names of what is there. */
  private static double iou(int unit, Predicate<Set<String>> formula) throws IOException {
    long[] counts = new long[3];
    try (ResultAtlas labels =
            ResultAtlas.open(dissection, world.data(), world.atlas(), Progress.NONE);
        HitTable hits = dissection.layers().get(0).hits()) {
      for (int image = 0; image < dissection.images().size(); image++) {
        for (int region = 0; region < labels.regions(image); region++) {
          if (formula.test(names(labels, image, region))) {
            int first = labels.atlas().firstRegion(labels.index(image));
            counts[0] += labels.atlas().regionPixels(first + region);
          }
        }
      }
      hits.read(
          unit,
          labels::regions,
          (image, region, pixels) -> {
            counts[1] += pixels;
            counts[2] += formula.test(names(labels, image, region)) ? pixels : 0;
          });
    }
    return (double) counts[2] / (counts[0] + counts[1] - counts[2]);
  }

  private static Set<String> names(ResultAtlas labels, int image, int region) {
    int at = labels.atlas().firstRegion(labels.index(image)) + region;
    Set<String> names = new HashSet<>();
    for (int l = labels.atlas().labelStart(at); l < labels.atlas().labelStart(at + 1); l++) {
      names.add(labels.atlas().vocabulary().concept(labels.atlas().label(l) >>> 8).name());
    }
    return names;
  }

  private static void check(int unit, String text, Predicate<Set<String>> formula)
      throws Exception {
    String answer = typed(text);
    assertTrue(
        answer.startsWith(String.format(Locale.ROOT, "IoU %.4f of ", iou(unit, formula))),
        text + ": " + answer);
  }

  @Test
  void evaluatesWhatIsTyped() throws Exception {
    for (int unit : new int[] {0, 1, 5}) {
      show(unit);
      browser.await("document.querySelector('input.formula') !== null");
      check(unit, "car", set -> set.contains("car"));
      check(unit, "red", set -> set.contains("red-c"));
      check(
          unit,
          "car and not (Blue | \"living room\")",
          set -> set.contains("car") && !set.contains("blue-c") && !set.contains("living_room-s"));
      check(
          unit,
          "NOT car OR street-s AND red-c",
          set -> !set.contains("car") || (set.contains("street-s") && set.contains("red-c")));
      check(
          unit,
          "\"it's \"\"a\"\" & b</script>\" or car",
          set -> set.contains(SmallWorld.QUOTES) || set.contains("car"));
    }
  }

  @Test
  void saysWhatIsWrongAndOffersTheNearestNames() throws Exception {
    show(0);
    browser.await("document.querySelector('input.formula') !== null");
    assertTrue(typed("car AND gren").startsWith("Character 9: no concept “gren”; the nearest are"));
    browser.eval("document.querySelector('.tryformula .chip').click(), 1");
    assertTrue(
        browser.eval("document.querySelector('input.formula').value").asString().length() > 8);
    for (String wrong : List.of("(", "car AND", "car car", "\"car", "()", "(".repeat(500))) {
      assertTrue(typed(wrong).startsWith("Character "), wrong);
    }
    browser.await("location.hash.includes('formula=')");
  }

  @Test
  void showsTheFormulasFoundAndColoursImages() throws Exception {
    show(0);
    browser.await("document.querySelectorAll('.formulas .tile.painted').length > 3");
    JsonNode rows =
        browser.eval(
            "[...document.querySelectorAll('.formulas tbody tr')].map(r => r.textContent)");
    assertEquals(2, rows.size());
    assertTrue(rows.get(0).asString().contains(SmallWorld.HOSTILE), rows.toString());
    assertTrue(rows.get(0).asString().contains("proven"), rows.toString());
    assertTrue(rows.get(1).asString().contains("at most 0.3000"), rows.toString());
    assertEquals(0, browser.eval("document.querySelectorAll('.formulas script').length").asInt());
    assertTrue(
        browser.eval("document.querySelectorAll('.formulas tbody button')[1].disabled").asBoolean(),
        "a formula of concepts that the result does not know cannot be drawn");
    for (int place = 0; place < 5; place++) {
      JsonNode on =
          browser.eval(
              "netdissect.formulaOn("
                  + place
                  + ", 'NOT (NOT car AND NOT \"it\\'s \"\"a\"\" & b</script>\" AND NOT \""
                  + SmallWorld.HOSTILE.replace("<", "\\x3c")
                  + "\")').then(m => ({name: netdissect.data.photos["
                  + place
                  + "][0], mask: [...m.mask].join('')}))");
      assertEquals(world.objectMask(on.get("name").asString()), on.get("mask").asString());
    }
  }

  /** Cells of the rows of a panel, by row. */
  private static String cells(String panel) throws Exception {
    return browser
        .eval(
            "[...document.querySelectorAll('."
                + panel
                + " tbody tr')].map(r => [...r.children].map(c => c.textContent).join('|')).join('\\n')")
        .asString();
  }

  @Test
  void tellsWhatAUnitMeansByStrengthAndAsASum() throws Exception {
    show(0);
    browser.await("document.querySelector('.linear') !== null");
    assertEquals(
        "0.5 to 1.25|"
            + SmallWorld.HOSTILE
            + "|0.0345|at most 0.5000|10.0 %|5.0 %|car|0.0300|1\u202f234\n"
            + "above 1.25|meets no concept|0.0000|proven|0.0 %|0.0 %|–|0.0000|1\u202f233",
        cells("ranges"));
    assertEquals(
        "label|car|0.125\nformula|meets no concept|–\nsum|0.25\u00a0"
            + SmallWorld.HOSTILE
            + " + 0.000015\u00a0car|0.500",
        cells("linear"));
    String about = browser.eval("document.querySelector('.ranges p').textContent").asString();
    assertTrue(about.contains("k-means (seed 9)"), about);
    assertTrue(about.contains("concepts joined by OR, optimal search)"), about);
    show(1);
    browser.await("document.querySelector('.linear') !== null");
    assertEquals("", cells("ranges"));
    assertEquals(
        "label|car|0.125\nformula|meets no concept|–\nsum|no concept helps|–", cells("linear"));
  }

  @Test
  void aComparisonTellsHowIouGrows() throws Exception {
    Path out = folder.resolve("compared");
    Comparison.of(List.of(new Comparison.Run("one", dissection, null, null))).write(out);
    browser.open(out.resolve("index.html").toUri().toString());
    browser.await("document.querySelector('#growth') !== null");
    assertEquals(
        "one 11 0.1000 0.2000",
        browser
            .eval(
                "[...document.querySelectorAll('#growth tbody tr > *')].map(c => c.textContent)"
                    + ".join(' ')")
            .asString());
    assertTrue(Files.readString(out.resolve("index.html")).contains("\"growth\""));
  }

  @Test
  void aUnitWithoutFormulasHasNoPanel() throws Exception {
    show(SmallWorld.UNITS - 1);
    assertEquals(0, browser.eval("document.querySelectorAll('.formulas').length").asInt());
  }
}
