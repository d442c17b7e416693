package org.netdissect.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Progress;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.report.compare.Comparison;
import org.netdissect.report.page.HtmlReport;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.TrustTable;

/** What the pages show of trust, in a real browser. */
class TrustPagesTest {
  @TempDir static Path folder;
  private static Browser browser;
  private static Dissection dissection;
  private static Path page;

  @BeforeAll
  static void open() throws Exception {
    browser = Browser.start();
    browser.size(1280, 2400, 1);
    SmallWorld world = SmallWorld.make(folder, 11);
    dissection = dissect(world, "out");
    MadeUpTrust.write(dissection);
    Path report = dissection.folder().resolve("report");
    HtmlReport.of(dissection, world.data()).withAtlas(world.atlas()).write(report, Progress.NONE);
    page = report.resolve("index.html");
  }

  private static Dissection dissect(SmallWorld world, String out) throws Exception {
    return world.dissect(
        out, Convention.EXACT, ReceptiveField.square(-4, 15, 8), null, "first", "second/layer");
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  private static void show(Path page, String hash) throws Exception {
    browser.open("about:blank");
    browser.open(page.toUri() + hash);
    browser.await("document.querySelector('#main').children.length > 0");
  }

  private static TrustTable table() throws Exception {
    return TrustTable.read(dissection, dissection.layers().get(0));
  }

  @Test
  void theSwitchCountsUnitsBeyondChance() throws Exception {
    LayerDissection layer = dissection.layers().get(0);
    int beyond = table().info().beyondChance();
    int detectors = layer.counts(0.04).detectors();
    assertTrue(beyond > 0 && beyond != detectors, "the two counts tell nothing apart");
    show(page, "#first");
    assertEquals(Integer.toString(detectors), browser.text("#detectors"));
    assertTrue(browser.text(".chancenote").startsWith("0.04 is about the 17 % chance level, so"));
    assertEquals(2, browser.eval("document.querySelectorAll('.chance line').length").asInt());
    browser.click("[data-beyond=true]");
    browser.await("document.querySelector('#detectors').textContent === '" + beyond + "'");
    assertTrue(browser.text(".answer").contains("beyond chance, q ≤ 0.05"));
    assertEquals("true", browser.eval("document.querySelector('#iou').disabled").asString());
    browser.await("location.hash.includes('beyond=1')");
    // The address alone brings it back.
    String hash = browser.eval("location.hash").asString();
    show(page, hash);
    assertEquals(Integer.toString(beyond), browser.text("#detectors"));
    browser.click("[data-beyond=false]");
    browser.await("document.querySelector('#detectors').textContent === '" + detectors + "'");
    assertEquals(List.of(), browser.complaints());
  }

  @Test
  void unitsAreFilteredAndSortedByTrust() throws Exception {
    show(page, "#first?trust=beyond&sort=q");
    browser.await("document.querySelectorAll('.card').length > 0");
    assertEquals(
        table().info().beyondChance(),
        browser.eval("document.querySelectorAll('.card').length").asInt());
    List<Integer> shown =
        browser
            .eval("[...document.querySelectorAll('.card a')].map((a) => +a.hash.split('/').pop())")
            .valueStream()
            .map(node -> node.asInt())
            .toList();
    assertEquals(shown.stream().sorted().toList(), shown, "q rises with the unit's number");
    show(page, "#first?trust=all");
    browser.await("document.querySelectorAll('.card').length === 1");
    show(page, "#first?trust=within");
    browser.await("document.querySelectorAll('.card').length > 1");
    assertTrue(
        browser.eval("document.querySelectorAll('.badge:not([hidden])').length").asInt() > 0,
        "detectors that chance equals are marked");
    assertEquals(List.of(), browser.complaints());
  }

  @Test
  void aUnitsPageTellsWhatWasFound() throws Exception {
    show(page, "#first/0");
    browser.await("document.querySelector('section.trust') !== null");
    String words = browser.text("section.trust");
    assertTrue(words.contains("0 of 199 permutations"), words);
    assertTrue(words.contains("q = 0.001. Beyond chance."), words);
    assertTrue(words.contains("is the best label in 97\u00a0%"), words);
    assertTrue(words.contains("on the other 22 its IoU is 0.300, rank 1"), words);
    assertEquals(
        3, browser.eval("document.querySelectorAll('section.trust tbody tr').length").asInt());
    show(page, "#first/" + SmallWorld.INACTIVE);
    browser.await("document.querySelector('section.trust') !== null");
    assertTrue(browser.text("section.trust").contains("There is no label."));
    show(page, "#first/1");
    browser.await("document.querySelector('section.trust') !== null");
    assertTrue(browser.text(".trustline").startsWith("Within chance (q = 0.5)"));
    assertEquals(List.of(), browser.complaints());
  }

  @Test
  void resultsSideBySideCountUnitsBeyondChance() throws Exception {
    Path compared = folder.resolve("compared");
    Comparison.of(List.of(new Comparison.Run("one", dissection, null, null)))
        .withPublished()
        .write(compared);
    int beyond = table().info().beyondChance();
    int detectors = dissection.layers().get(0).counts(0.04).detectors();
    String counted = "document.querySelector('#numbers tbody tr').children[2].textContent";
    String rows = "document.querySelectorAll('#numbers tbody tr').length";
    Path compare = compared.resolve("index.html");
    show(compare, "");
    assertEquals(Integer.toString(detectors), browser.eval(counted).asString());
    assertEquals(2 + 27, browser.eval(rows).asInt(), "the published networks");
    browser.click("[data-beyond=true]");
    browser.await(counted + " === '" + beyond + "'");
    assertEquals(2, browser.eval(rows).asInt(), "they were counted by IoU alone");
    assertEquals("true", browser.eval("document.querySelector('#slider').disabled").asString());
    browser.await("location.hash.includes('beyond=1')");
    String hash = browser.eval("location.hash").asString();
    show(compare, hash);
    assertEquals(Integer.toString(beyond), browser.eval(counted).asString());
    browser.click("[data-beyond=false]");
    browser.await(counted + " === '" + detectors + "'");
    assertEquals(List.of(), browser.complaints());
  }

  @Test
  void reportsWithoutTrustShowNone() throws Exception {
    SmallWorld world = SmallWorld.make(folder.resolve("without"), 12);
    Dissection without = dissect(world, "out");
    Path report = without.folder().resolve("report");
    HtmlReport.of(without, null).write(report, Progress.NONE);
    // An address made where there is trust does not break the page.
    show(report.resolve("index.html"), "#first?beyond=1&trust=any&sort=q");
    assertFalse(browser.eval("document.querySelector('[data-beyond]') !== null").asBoolean());
    assertFalse(browser.eval("document.querySelector('#trust') !== null").asBoolean());
    assertEquals(
        Integer.toString(without.layers().get(0).counts(0.04).detectors()),
        browser.text("#detectors"));
    assertEquals(List.of(), browser.complaints());
  }

  @Test
  void comparisonsCountBesideDetectors() throws Exception {
    SmallWorld world = SmallWorld.make(folder.resolve("two"), 11);
    Dissection other = dissect(world, "other");
    Path out = folder.resolve("compare");
    Comparison.of(
            List.of(
                new Comparison.Run("tested", dissection, null, null),
                new Comparison.Run("not", other, null, null)))
        .write(out);
    int beyond = table().info().beyondChance();
    long both = table().detectorsBeyondChance(0.04);
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(Files.readString(out.resolve("compare.csv")))) {
      for (NamedCsvRecord row : csv) {
        boolean tested = row.getField("network").equals("tested");
        assertEquals(tested ? "" + beyond : "", row.getField("beyond-chance"));
        assertEquals(tested ? "" + both : "", row.getField("detectors-beyond-chance"));
      }
    }
    show(out.resolve("index.html"), "");
    String numbers = browser.text("#numbers");
    assertTrue(numbers.contains("beyond chance") && numbers.contains("not tested"), numbers);
    assertEquals(List.of(), browser.complaints());
  }
}
