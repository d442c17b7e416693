package org.netdissect.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Progress;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.report.page.HtmlReport;
import org.netdissect.results.Dissection;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.MeasureInfo;
import org.netdissect.results.MeasureScore;
import org.netdissect.results.MeasureTable;
import org.netdissect.results.UnitMeaning;
import org.netdissect.results.UnitScore;

/** What the pages show of second opinions and of units' meanings, in a real browser. */
class MeasurePagesTest {
  @TempDir static Path folder;
  private static Browser browser;
  private static Path page;
  private static LayerDissection layer;

  @BeforeAll
  static void open() throws Exception {
    browser = Browser.start();
    browser.size(1280, 2400, 1);
    SmallWorld world = SmallWorld.make(folder, 11);
    Dissection dissection =
        world.dissect("out", Convention.EXACT, ReceptiveField.square(-4, 15, 8), null, "first");
    layer = dissection.layers().get(0);
    write(dissection);
    Path report = dissection.folder().resolve("report");
    HtmlReport.of(dissection, world.data()).withAtlas(world.atlas()).write(report, Progress.NONE);
    page = report.resolve("index.html");
  }

  /** By precision the label of every unit is its second category's; units grow clearer. */
  private static void write(Dissection dissection) throws Exception {
    List<MeasureScore> scores = new ArrayList<>();
    List<UnitMeaning> meanings = new ArrayList<>();
    for (UnitScore unit : layer.units()) {
      LabelScore own = unit.label();
      LabelScore other = unit.byCategory().get(own.category().equals("color") ? 0 : 1);
      if (own.number() > 0) {
        scores.add(score(unit.unit(), own, "iou; auc"));
        scores.add(score(unit.unit(), other, "precision"));
      }
      double clarity = own.number() > 0 ? unit.unit() / 20.0 : Double.NaN;
      meanings.add(
          new UnitMeaning(
              unit.unit(), 9, clarity, 1 - clarity, own.label(), "red-c", 0.25, 0.5, 1));
    }
    MeasureInfo info =
        new MeasureInfo(MeasureInfo.FORMAT, "test", "", "above threshold", 5, 50, null, null);
    MeasureTable.write(dissection, layer, info, scores, meanings);
  }

  private static MeasureScore score(int unit, LabelScore label, String bestBy) {
    double none = Double.NaN;
    return new MeasureScore(
        unit,
        label.number(),
        label.label(),
        label.category(),
        label.iou(),
        0.25,
        0.5,
        0.375,
        12.5,
        -0.125,
        0.75,
        0.625,
        none,
        0.1,
        bestBy);
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  private static void show(String hash) throws Exception {
    browser.open("about:blank");
    browser.open(page.toUri() + hash);
    browser.await("document.querySelector('#main').children.length > 0");
  }

  @Test
  void aUnitsPageShowsWhatOtherMeasuresSay() throws Exception {
    show("#first/0");
    browser.await("document.querySelector('.opinions') !== null");
    String table = browser.text(".opinions");
    assertTrue(table.contains("mcc") && table.contains("-0.125"), table);
    assertTrue(!table.contains("point-biserial"), "a measure that no row has is left out");
    assertEquals(3, browser.eval("document.querySelectorAll('.opinions td.top').length").asInt());
    assertTrue(
        browser.text("article").contains("The run kept no peaks"), "what is missing is said");
    String meaning = browser.text("section.meaning");
    assertTrue(meaning.contains("how alike its 9\u00a0top patches are"), meaning);
    assertTrue(meaning.contains("25\u00a0% by red"), meaning);
    assertTrue(meaning.contains("nearest to unit 1"), meaning);
    show("#first/" + SmallWorld.INACTIVE);
    assertEquals("false", browser.eval("document.querySelector('.opinions') !== null").asString());
    assertEquals(List.of(), browser.complaints());
  }

  @Test
  void unitsAreSortedByMeaning() throws Exception {
    show("#first?sort=clear");
    browser.await("document.querySelectorAll('.card').length > 0");
    String first = "document.querySelector('.card[data-at=\"0\"] a').hash.split('/').pop()";
    int clearest = browser.eval(first).asInt();
    show("#first?sort=mixed");
    browser.await("document.querySelectorAll('.card').length > 0");
    int mixed = browser.eval(first).asInt();
    assertEquals(0, mixed);
    assertEquals(9, clearest);
    assertEquals(List.of(), browser.complaints());
  }

  @Test
  void choicesListUnitsWhoseLabelChanges() throws Exception {
    List<String> lines = Files.readAllLines(layer.folder().resolve("choices.csv"));
    assertTrue(lines.get(0).startsWith("unit,iou,precision,recall,"), lines.get(0));
    assertTrue(lines.size() > 5, "labels change");
  }
}
