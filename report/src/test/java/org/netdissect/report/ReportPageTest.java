package org.netdissect.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Progress;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.report.page.HtmlReport;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.HitTable;
import org.netdissect.results.TopImage;
import org.netdissect.results.UnitScore;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;

/** The page in a real browser, from disk. */
class ReportPageTest {
  private static final ReceptiveField FIELD = ReceptiveField.square(-4, 15, 8);

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
    dissection = world.dissect("out", Convention.EXACT, FIELD, null, "first", "second/layer");
    page = report(dissection);
  }

  @AfterAll
  static void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  private static Path report(Dissection dissection) throws Exception {
    Path report = dissection.folder().resolve("report");
    HtmlReport.of(dissection, world.data()).withAtlas(world.atlas()).write(report, Progress.NONE);
    return report.resolve("index.html");
  }

  private static void show(Path page, String hash) throws Exception {
    browser.open("about:blank");
    browser.open(page.toUri() + hash);
    browser.await("document.querySelector('#main').children.length > 0");
  }

  /** The mask as the rules say it, from the dense map: nothing trimmed, nothing skipped. */
  private static double[] interpolated(
      float[] map, Convention convention, boolean known, InputSize input, int height, int width) {
    double[] values = new double[height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double atY = position(convention, known, SmallWorld.MAP_HEIGHT, input.height(), height, y);
        double atX = position(convention, known, SmallWorld.MAP_WIDTH, input.width(), width, x);
        int y0 = (int) Math.floor(atY);
        int x0 = (int) Math.floor(atX);
        int y1 = Math.min(y0 + 1, SmallWorld.MAP_HEIGHT - 1);
        int x1 = Math.min(x0 + 1, SmallWorld.MAP_WIDTH - 1);
        double fy = atY - y0;
        double fx = atX - x0;
        values[y * width + x] =
            (map[y0 * SmallWorld.MAP_WIDTH + x0] * (1 - fx)
                        + map[y0 * SmallWorld.MAP_WIDTH + x1] * fx)
                    * (1 - fy)
                + (map[y1 * SmallWorld.MAP_WIDTH + x0] * (1 - fx)
                        + map[y1 * SmallWorld.MAP_WIDTH + x1] * fx)
                    * fy;
      }
    }
    return values;
  }

  private static double position(
      Convention convention, boolean known, int cells, int input, int pixels, int pixel) {
    double at;
    if (convention == Convention.LITE || !known) {
      at = (pixel + 0.5) * cells / pixels - 0.5;
    } else {
      double scale = (double) input / (cells * 8);
      double centre =
          convention == Convention.PAPER
              ? Math.floor(15 * scale / 2) - 4 * scale
              : -4 * scale + (15 * scale - 1) / 2;
      at = ((pixel + 0.5) * input / pixels - 0.5 - centre) / (8 * scale);
    }
    return Math.min(cells - 1, Math.max(0, at));
  }

  private static void checkMasks(
      Convention convention, boolean known, InputSize input, String out, long atLeast)
      throws Exception {
    double scale = (double) input.height() / SmallWorld.HEIGHT;
    Dissection made =
        world.dissect(
            out,
            convention,
            known
                ? ReceptiveField.square(-4 * scale, 15 * scale, 8 * scale)
                : ReceptiveField.UNKNOWN,
            input,
            "maps");
    show(report(made), "");
    long lit = 0;
    for (UnitScore unit : made.layers().get(0).units()) {
      List<TopImage> top = made.layers().get(0).topImages().get(unit.unit());
      JsonNode masks =
          browser.eval(
              "netdissect.unitFile(netdissect.layers[0], "
                  + unit.unit()
                  + ").then(file =>"
                  + " file.tiles.map(tile => [netdissect.data.photos[tile[0]][0],"
                  + " Array.from(netdissect.maskOf(netdissect.layers[0], tile, 48, 64)).join('')]))");
      boolean inactive = unit.unit() == SmallWorld.INACTIVE;
      assertEquals(inactive ? 0 : Math.min(50, top.size()), masks.size());
      for (int i = 0; i < masks.size(); i++) {
        String name = masks.get(i).get(0).asString();
        assertEquals(made.images().get(top.get(i).image()), name);
        float[] map = world.activations[world.names.indexOf(name)][unit.unit()];
        double[] values = interpolated(map, convention, known, input, 48, 64);
        double largest = 0;
        for (float value : map) {
          largest = Math.max(largest, Math.abs(value - unit.threshold()));
        }
        String mask = masks.get(i).get(1).asString();
        for (int p = 0; p < values.length; p++) {
          // Only where the value is T to within the rounding of the tile may the page differ.
          if (Math.abs(values[p] - unit.threshold()) > 1.01 * largest / 32767) {
            assertEquals(
                values[p] > unit.threshold(),
                mask.charAt(p) == '1',
                out + " unit " + unit.unit() + " " + name + " pixel " + p);
            lit += mask.charAt(p) == '1' ? 1 : 0;
          }
        }
      }
    }
    assertTrue(lit > atLeast, "only " + lit + " pixels are lit");
  }

  @Test
  void masksOfTheExactConvention() throws Exception {
    checkMasks(Convention.EXACT, true, new InputSize(48, 64), "exact", 10_000);
    checkMasks(Convention.EXACT, true, new InputSize(96, 128), "larger", 10_000);
  }

  @Test
  void masksOfTheOriginal() throws Exception {
    checkMasks(Convention.PAPER, true, new InputSize(48, 64), "paper", 10_000);
  }

  @Test
  void masksOfStretchedMaps() throws Exception {
    checkMasks(Convention.LITE, true, new InputSize(48, 64), "lite", 10_000);
    checkMasks(Convention.EXACT, false, new InputSize(48, 64), "unknown", 10_000);
  }

  private static int number(String selector) throws Exception {
    return Integer.parseInt(browser.text(selector).replaceAll("\\D", ""));
  }

  @Test
  void sliderRecountsLikeTheProgram() throws Exception {
    show(page, "#first");
    for (double iou : new double[] {0.04, 0, 0.001, 0.1, 0.123, 0.2, 0.35, 0.9}) {
      browser.type("#iou", Double.toString(iou));
      DetectorCounts expected = dissection.layers().get(0).counts(iou);
      assertEquals(expected.detectors(), number("#detectors"), "at " + iou);
      assertEquals(expected.uniquePerCategory(), number("#unique-category"), "at " + iou);
      assertEquals(expected.uniqueTopLabel(), number("#unique-top"), "at " + iou);
      for (DetectorCounts.CategoryCount count : expected.byCategory()) {
        String box = ".category[data-category=" + count.category() + "] ";
        assertEquals(count.detectors(), number(box + ".detectors"), "at " + iou);
        assertEquals(count.unique(), number(box + ".unique"), "at " + iou);
      }
    }
    // A threshold that is exactly a unit's score: strictly above counts.
    double score = dissection.layers().get(0).units().get(0).label().iou();
    browser.eval(
        "(() => { const s = document.querySelector('#iou'); s.step = 'any'; s.value = '"
            + score
            + "'; s.dispatchEvent(new Event('input')); })()");
    assertEquals(dissection.layers().get(0).counts(score).detectors(), number("#detectors"));
    browser.eval(
        "(() => { const s = document.querySelector('#slider'); s.value = 120;"
            + " s.dispatchEvent(new Event('input')); })()");
    assertEquals(dissection.layers().get(0).counts(0.12).detectors(), number("#detectors"));
  }

  @Test
  void hostileNamesStayText() throws Exception {
    show(page, "#first");
    browser.await("document.querySelectorAll('.card').length > 5");
    String labels =
        browser
            .eval("Array.from(document.querySelectorAll('.card .label')).map(e => e.textContent)")
            .toString();
    assertTrue(labels.contains("<script>alert(1)</script>"), labels);
    assertEquals(2, browser.eval("document.querySelectorAll('body script').length").asInt());
    int unit =
        dissection.layers().get(0).units().stream()
            .filter(u -> u.label().label().equals(SmallWorld.HOSTILE))
            .findFirst()
            .orElseThrow()
            .unit();
    show(page, "#first/" + unit);
    assertEquals(SmallWorld.HOSTILE, browser.text("h1"));
  }

  @Test
  void filtersSortsAndOpensUnits() throws Exception {

    show(page, "#first");
    browser.await("document.querySelectorAll('.card').length > 5");
    assertTrue(browser.text(".found").contains("12"));
    browser.click(".filters .chip[data-category=object]");
    long objects =
        dissection.layers().get(0).units().stream()
            .filter(u -> u.label().category().equals("object"))
            .count();
    assertEquals(objects, browser.eval("document.querySelectorAll('.card').length").asLong());
    browser.click(".filters .chip[data-category=object]");
    browser.type("#search", "script>");
    assertNotEquals(12, browser.eval("document.querySelectorAll('.card').length").asInt());
    browser.type("#search", "");
    browser.eval(
        "(() => { const s = document.querySelector('#sort'); s.value = 'unit';"
            + " s.dispatchEvent(new Event('change')); })()");
    assertEquals(
        "unit 0",
        browser
            .eval(
                "document.querySelector('.card[aria-posinset=\"1\"] .about').textContent"
                    + ".match(/unit \\d+/)[0]")
            .asString());
    browser.click(".card[aria-posinset='4']");
    browser.await("location.hash === '#first/3?sort=unit'");
    browser.await("document.querySelectorAll('.wall canvas.painted').length > 5");
    browser.key("ArrowRight");
    browser.await("location.hash === '#first/4?sort=unit'");
    browser.key("Escape");
    browser.await("location.hash === '#first?sort=unit' && document.querySelector('.grid')");
    assertEquals(
        "unit 4",
        browser
            .eval(
                "document.activeElement.querySelector('.about').textContent.match(/unit \\d+/)[0]")
            .asString(),
        "the place one came from has the focus");
  }

  @Test
  void aPageJustOpenedKeepsOnesPlace() throws Exception {
    browser.size(1280, 600, 1);
    try {
      show(page, "");
      browser.eval("document.querySelector('.grid').scrollIntoView()");
      browser.await("scrollY > 100 && document.querySelectorAll('.card').length > 0");
      int place = browser.eval("Math.round(scrollY)").asInt();
      browser.eval("document.querySelector('.card a').click()");
      browser.await("document.querySelector('.wall') && scrollY === 0");
      browser.key("Escape");
      browser.await("document.querySelector('.grid') && Math.round(scrollY) === " + place);
    } finally {
      browser.size(1280, 2400, 1);
    }
  }

  @Test
  void onePageIsTheCurrentOneUnderAnyAddress() throws Exception {
    for (String hash : List.of("", "#concepts", "#layers?sort=unit", "#concepts:", "#second")) {
      show(page, hash);
      String current =
          browser
              .eval(
                  "[...document.querySelectorAll('nav .tab[aria-current]')]"
                      + ".map((tab) => tab.textContent).join()")
              .asString();
      assertEquals(hash.equals("#concepts:") ? "Concepts" : "Units", current, hash);
    }
  }

  @Test
  void filtersByConceptAndByScore() throws Exception {
    show(page, "#first");
    browser.await("document.querySelectorAll('.card').length > 5");
    List<UnitScore> units = dissection.layers().get(0).units();
    // From the first bar by key to the second: one stop for the tabulator.
    assertEquals(
        1, browser.eval("document.querySelectorAll('.bar[tabindex=\"0\"]').length").asInt());
    browser.eval("document.querySelector('.bar[tabindex=\"0\"]').focus()");
    browser.key("ArrowRight");
    browser.key("Enter");
    String title = browser.text(".bar[tabindex='0'] title");
    String label = title.substring(0, title.indexOf(", "));
    long detect =
        units.stream()
            .filter(unit -> unit.label().label().replaceFirst("-[sc]$", "").equals(label))
            .count();
    assertTrue(detect > 0, title);
    assertEquals(detect, browser.eval("document.querySelectorAll('.card').length").asLong());
    browser.click(".chip.picked");
    browser.type("#least", "0.15");
    assertEquals(
        units.stream().filter(unit -> unit.label().iou() >= 0.15).count(),
        browser.eval("document.querySelectorAll('.card').length").asLong());
  }

  @Test
  void printsWhatHasBeenPainted() throws Exception {
    show(page, "#first/0");
    browser.await("document.querySelectorAll('.wall canvas.painted').length > 5");
    browser.command("Emulation.setEmulatedMedia", Map.of("media", "print"));
    assertEquals(
        "painted true, not painted false, bar false",
        browser
            .eval(
                "(() => { const shown = e => e.checkVisibility();"
                    + " const canvas = document.querySelector('.wall canvas.painted');"
                    + " const painted = shown(canvas); canvas.classList.remove('painted');"
                    + " return `painted ${painted}, not painted ${shown(canvas)},"
                    + " bar ${shown(document.getElementById('bar'))}`; })()")
            .asString());
    browser.command("Emulation.setEmulatedMedia", Map.of("media", ""));
  }

  @Test
  void linksToUnitsArePermanentAndQuirksAreSaid() throws Exception {
    show(page, "#second-layer/" + SmallWorld.INACTIVE);
    assertTrue(browser.text("#main").contains("Inactive"));
    show(page, "#second-layer/" + SmallWorld.SATURATED);
    assertTrue(browser.text("#main").contains("mask is empty everywhere"));
  }

  @Test
  void falsePositivesAndMissesAreThoseOfTheMasks() throws Exception {
    show(page, "#first");
    long checked = 0;
    for (UnitScore unit : dissection.layers().get(0).units()) {
      JsonNode file =
          browser.eval("netdissect.unitFile(netdissect.layers[0], " + unit.unit() + ")");
      if (!file.has("holders")) {
        assertTrue(unit.label().label().isBlank());
        continue;
      }
      boolean[] fires = new boolean[world.names.size()];
      try (HitTable hits = dissection.layers().get(0).hits()) {
        hits.read(unit.unit(), (image, region, pixels) -> fires[image] = true);
      }
      int elsewhere = 0;
      int missed = 0;
      int holders = 0;
      for (int image = 0; image < fires.length; image++) {
        boolean holds = world.holds(dissection.images().get(image), unit.label().label());
        elsewhere += fires[image] && !holds ? 1 : 0;
        missed += !fires[image] && holds ? 1 : 0;
        holders += holds ? 1 : 0;
      }
      assertEquals(elsewhere, file.get("elsewhereCount").asInt());
      assertEquals(missed, file.get("missed").asInt());
      assertEquals(holders, file.get("holders").asInt());
      assertEquals(Math.min(8, missed), file.get("misses").size());
      for (JsonNode tile : file.get("elsewhere")) {
        String name = photo(tile.get(0).asInt());
        assertTrue(!world.holds(name, unit.label().label()), name);
        float[] map = world.activations[world.names.indexOf(name)][unit.unit()];
        float peak = Float.NEGATIVE_INFINITY;
        for (float value : map) {
          peak = Math.max(peak, value);
        }
        assertEquals(peak, (float) tile.get(1).asDouble());
        checked++;
      }
      for (JsonNode tile : file.get("tiles")) {
        assertEquals(
            world.holds(photo(tile.get(0).asInt()), unit.label().label()) ? 1 : 0,
            tile.get(3).asInt());
      }
    }
    assertTrue(checked > 20);
  }

  @Test
  void topImagesSayWhetherTheConceptIsThereAbsentOrNotAnnotated() throws Exception {
    SmallWorld sparse = SmallWorld.make(folder.resolve("sparse"), 7, true);
    Dissection made = sparse.dissect("out", Convention.EXACT, FIELD, null, "first");
    Path report = made.folder().resolve("report");
    HtmlReport.of(made, sparse.data()).withAtlas(sparse.atlas()).write(report, Progress.NONE);
    show(report.resolve("index.html"), "#first");
    int[] seen = new int[3];
    for (UnitScore unit : made.layers().get(0).units()) {
      if (unit.label().label().isBlank() || unit.unit() == SmallWorld.INACTIVE) {
        continue;
      }
      String file = "netdissect.unitFile(netdissect.layers[0], " + unit.unit() + ")";
      int[] here = new int[3];
      for (JsonNode tile : browser.eval(file).get("tiles")) {
        String name = photo(tile.get(0).asInt());
        boolean annotated =
            !unit.label().category().equals("object") || sparse.names.indexOf(name) % 4 != 3;
        int expected = !annotated ? 2 : sparse.holds(name, unit.label().label()) ? 1 : 0;
        assertEquals(expected, tile.get(3).asInt(), name + " of unit " + unit.unit());
        here[expected]++;
      }
      for (JsonNode tile : browser.eval(file).get("elsewhere")) {
        assertEquals(0, tile.get(3).asInt());
      }
      JsonNode marks =
          browser.eval("netdissect.marksOf(netdissect.layers[0], " + unit.unit() + ")");
      assertEquals(here[1], marks.get(0).asInt());
      assertEquals(here[0] + here[1], marks.get(1).asInt());
      assertEquals(
          here[1] == 0,
          browser
              .eval("netdissect.isDoubtful(netdissect.layers[0], " + unit.unit() + ")")
              .asBoolean());
      for (int s = 0; s < 3; s++) {
        seen[s] += here[s];
      }
    }
    assertTrue(seen[0] > 20 && seen[1] > 20 && seen[2] > 20, Arrays.toString(seen));
    int object =
        made.layers().get(0).units().stream()
            .filter(u -> u.label().category().equals("object"))
            .findFirst()
            .orElseThrow()
            .unit();
    show(report.resolve("index.html"), "#first/" + object);
    browser.await("document.querySelectorAll('.wall .mark').length > 5");
    assertTrue(browser.text(".held").matches("Holds in \\d+ of \\d+ annotated of its .*"));
    assertTrue(browser.text(".marks").contains("object is not annotated in the image"));
  }

  @Test
  void aPageWithoutDetectorsSaysWhatToLookAt() throws Exception {
    show(page, "#first");
    assertEquals("true", browser.eval("document.querySelector('#none').hidden").toString());
    browser.type("#iou", "0.99");
    assertTrue(browser.eval("document.querySelector('#none').checkVisibility()").asBoolean());
    assertTrue(browser.text("#none").contains("the quantile"));
    assertTrue(browser.text(".hero").contains("Few images"));
  }

  @Test
  void theAddressHoldsWhatIsSeen() throws Exception {
    show(page, "#first?iou=0.2&count=every&q=a&category=object,color&only=1&sort=unit&least=0.1");
    assertEquals("0.2", browser.eval("document.querySelector('#iou').value").asString());
    assertEquals("a", browser.eval("document.querySelector('#search').value").asString());
    assertEquals("unit", browser.eval("document.querySelector('#sort').value").asString());
    assertEquals("0.1", browser.eval("document.querySelector('#least').value").asString());
    assertTrue(browser.eval("document.querySelector('#only').checked").asBoolean());
    assertEquals(
        2,
        browser.eval("document.querySelectorAll('.chipset [aria-pressed=true]').length").asInt());
    browser.type("#search", "car");
    browser.await("new URLSearchParams(location.hash.split('?')[1]).get('q') === 'car'");
    String address = browser.eval("location.href").asString();
    int cards = browser.eval("document.querySelectorAll('.card').length").asInt();
    browser.open("about:blank");
    browser.open(address);
    browser.await("document.querySelector('#search')?.value === 'car'");
    assertEquals(cards, browser.eval("document.querySelectorAll('.card').length").asInt());
    // What is no value is as if it were not there.
    show(page, "#first?iou=x&sort=nothing&category=none&concept=object/none");
    assertEquals("0.04", browser.eval("document.querySelector('#iou').value").asString());
    assertEquals(12, number(".found"));
    // Back leads to what was seen, not to what came after it.
    browser.type("#iou", "0.1");
    browser.await("location.hash.includes('iou=0.1')");
    browser.eval("location.hash = 'layers:?iou=0.3'");
    browser.await("document.querySelector('h1').textContent === 'Layers'");
    browser.eval("history.back()");
    browser.await("document.querySelector('#slider')?.value === '100'");
  }

  @Test
  void layersAreFoundByNameAndByFolderAndUnknownLinksSaySo() throws Exception {
    for (String hash : new String[] {"#second/layer/3", "#second-layer/3", "#second%2Flayer/3"}) {
      show(page, hash);
      assertTrue(browser.text(".over").contains("unit 3 of second/layer"), hash);
    }
    show(page, "#third");
    assertEquals("There is no layer “third” in this result.", browser.text("[role=alert]"));
    show(page, "#first/99");
    assertTrue(browser.text("[role=alert]").contains("has no unit “99”"));
    show(page, "#concept:object/zebra");
    assertTrue(browser.text("[role=alert]").contains("no concept “object/zebra”"));
    show(page, "#concept:color/red");
    assertEquals("red", browser.text("h1"));
    browser.key("Escape");
    browser.await("document.querySelector('h1').textContent === 'Concepts'");
    browser.key("Escape");
    browser.await("document.querySelector('.grid')");
  }

  @Test
  void outlinesWhereTheLabelIs() throws Exception {
    UnitScore unit =
        dissection.layers().get(0).units().stream()
            .filter(u -> u.label().label().equals("car"))
            .findFirst()
            .orElseThrow();
    show(page, "#first/" + unit.unit());
    JsonNode masks = browser.eval("netdissect.labelFile(0)");
    JsonNode tiles =
        browser.eval("netdissect.unitFile(netdissect.layers[0], " + unit.unit() + ")").get("tiles");
    int checked = 0;
    for (JsonNode tile : tiles) {
      JsonNode mask = masks.get(tile.get(0).asString());
      assertEquals(tile.get(3).asInt() == 1, mask != null);
      if (mask != null) {
        assertEquals(
            world.objectMask(photo(tile.get(0).asInt())),
            browser
                .eval(
                    "Array.from(netdissect.labelMask("
                        + Browser.quote(mask.asString())
                        + ").mask).join('')")
                .asString());
        checked++;
      }
    }
    assertTrue(checked > 3);
    browser.await("document.querySelectorAll('.wall canvas.painted').length > 5");
    IntPredicate yellow = p -> (p >> 16 & 255) > 220 && (p >> 8 & 255) > 190 && (p & 255) < 130;
    assertEquals(0, pixelsOfWall(yellow));
    browser.click(".controls .truth");
    browser.await("location.hash.includes('truth=1')");
    long lines = 0;
    for (int look = 0; look < 40 && lines < 100; look++) {
      lines = pixelsOfWall(yellow);
    }
    assertTrue(lines >= 100, "dashed lines of " + lines + " pixels");
  }

  /** How many pixels of the first wall of images, as the screen shows it, are of a kind. */
  private static long pixelsOfWall(IntPredicate kind) throws Exception {
    JsonNode box =
        browser.eval(
            "(() => { scrollTo(0, 0); const r = document.querySelector('.wall').getBoundingClientRect();"
                + " return [r.x, r.y, r.width, r.height]; })()");
    BufferedImage seen = browser.seen();
    long count = 0;
    for (int y = box.get(1).asInt();
        y < Math.min(seen.getHeight(), box.get(1).asInt() + box.get(3).asInt());
        y++) {
      for (int x = box.get(0).asInt(); x < box.get(0).asInt() + box.get(2).asInt(); x++) {
        count += kind.test(seen.getRGB(x, y)) ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void everyViewOfMasksDraws() throws Exception {
    for (String view : List.of("light", "dark", "heat", "outline", "photo")) {
      show(page, "#first/0?veil=1&view=" + view);
      browser.await("document.querySelectorAll('.wall canvas.painted').length > 5");
      assertEquals(view, browser.eval("document.querySelector('.view').value").asString());
      long dark = pixelsOfWall(p -> (p >> 16 & 255) + (p >> 8 & 255) + (p & 255) < 30);
      assertEquals(view.equals("dark"), dark > 100_000, view + " " + dark);
      // The photographs are darker than the page, but for the light view.
      long white = pixelsOfWall(p -> (p & 0xffffff) == 0xffffff);
      assertEquals(view.equals("light"), white > 100_000, view + " " + white);
    }
  }

  @Test
  void aPhoneSeesEveryColumn() throws Exception {
    browser.size(390, 844, 1);
    try {
      for (String hash : List.of("#first/0", "#concept:object/car", "#layers:", "#first")) {
        show(page, hash);
        browser.await("!document.querySelector('.tablebox') || document.querySelector('td')");
        assertEquals(
            0,
            browser
                .eval(
                    "[...document.querySelectorAll('tbody td, tbody th')]"
                        + ".filter(e => !e.checkVisibility()).length")
                .asInt(),
            hash);
        assertTrue(
            browser.eval("document.documentElement.scrollWidth <= 390").asBoolean(),
            hash + " is wider than the screen");
        assertEquals(
            0,
            browser
                .eval(
                    "[...document.querySelectorAll('.tablebox')]"
                        + ".filter(e => e.scrollWidth > e.clientWidth + 1).length")
                .asInt(),
            hash + " scrolls sideways");
      }
    } finally {
      browser.size(1280, 2400, 1);
    }
  }

  @Test
  void printsEveryCardWithItsImages() throws Exception {
    show(page, "#first");
    browser.await("document.querySelectorAll('.card').length > 5");
    browser.size(1280, 700, 1);
    browser.eval("window.print = () => { window.printed = true; }");
    browser.click("#print");
    browser.await("window.printed");
    assertEquals(
        0,
        browser
            .eval(
                "[...document.querySelectorAll('.card')]"
                    + ".filter(c => !c.querySelector('.whole') && !c.querySelector('.say').textContent)"
                    + ".length")
            .asInt());
    assertEquals(12, browser.eval("document.querySelectorAll('.card').length").asInt());
    browser.size(1280, 2400, 1);
  }

  @Test
  void chartsAreSavedAsDrawingPictureAndNumbers() throws Exception {
    show(page, "#first");
    browser.eval(
        "window.saved = []; const made = URL.createObjectURL;"
            + " URL.createObjectURL = (blob) => { saved.push(blob); return made(blob); };"
            + " HTMLAnchorElement.prototype.click = function () { saved.push(this.download); }");
    for (String kind : List.of("svg", "png", "csv", "tex")) {
      browser.eval("saved.length = 0");
      browser.click(".figure .save[data-kind=" + kind + "]");
      browser.await("saved.length === 2");
      assertEquals("detectors." + kind, browser.eval("saved[1]").asString());
      if (kind.equals("png")) {
        assertTrue(browser.eval("createImageBitmap(saved[0]).then(b => b.width)").asInt() > 1000);
        continue;
      }
      String text = browser.eval("saved[0].text()").asString();
      switch (kind) {
        case "svg" -> {
          Document drawing =
              DocumentBuilderFactory.newInstance()
                  .newDocumentBuilder()
                  .parse(new InputSource(new StringReader(text)));
          String said = drawing.getElementsByTagName("desc").item(0).getTextContent();
          assertTrue(
              said.contains("layer first (12 units)") && said.contains("quantile 0.05"), said);
          assertTrue(text.contains("url(#pattern-") && !text.contains("file:"), text);
        }
        case "csv" -> {
          assertTrue(text.startsWith("concept,category,units\n"), text);
          assertEquals(
              dissection.layers().get(0).counts(0.04).detectors(),
              text.lines()
                  .skip(1)
                  .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(',') + 1)))
                  .sum());
        }
        default -> assertTrue(text.contains("\\caption{Detectors by concept (IoU $>$ 0.04"), text);
      }
    }
  }

  private static String photo(int place) throws Exception {
    return browser.eval("netdissect.data.photos[" + place + "][0]").asString();
  }

  @Test
  void histogramHoldsEveryValue() throws Exception {
    show(page, "#first");
    for (int unit : new int[] {0, 3, SmallWorld.INACTIVE, SmallWorld.SATURATED}) {
      JsonNode histogram =
          browser.eval(
              "netdissect.unitFile(netdissect.layers[0], " + unit + ").then(f => f.histogram)");
      long zeros = 0;
      long all = 0;
      for (float[][] image : world.activations) {
        for (float value : image[unit]) {
          zeros += value == 0 ? 1 : 0;
          all++;
        }
      }
      assertEquals(zeros, histogram.get("zeros").asLong());
      long counted = 0;
      for (JsonNode bin : histogram.get("counts")) {
        counted += bin.asLong();
      }
      assertEquals(all, zeros + counted);
    }
  }

  @Test
  void conceptPagesRankUnitsAndShowWhereItIs() throws Exception {
    show(page, "#concept:object/car");
    browser.await("document.querySelectorAll('.ranked tbody tr').length > 3");
    assertEquals("car", browser.text("h1"));
    JsonNode file = browser.eval("netdissect.conceptFile(0)");
    double last = 1;
    for (JsonNode row : file.get("units")) {
      double iou =
          row.get(2).asDouble()
              / (row.get(3).asDouble()
                  + dissection.concepts().get(0).truth()
                  - row.get(2).asDouble());
      assertTrue(iou <= last);
      last = iou;
    }
    JsonNode example = file.get("examples").get(0);
    String name = photo(example.get(0).asInt());
    JsonNode mask =
        browser.eval(
            "(() => { const m = netdissect.labelMask("
                + Browser.quote(example.get(2).asString())
                + "); return [m.height, m.width, Array.from(m.mask).join('')]; })()");
    assertEquals(SmallWorld.HEIGHT / 2, mask.get(0).asInt());
    assertEquals(SmallWorld.WIDTH / 2, mask.get(1).asInt());
    assertEquals(world.objectMask(name), mask.get(2).asString());
    assertEquals(
        example.get(1).asLong(), mask.get(2).asString().chars().filter(c -> c == '1').count());
    browser.click(".ranked tbody a");
    browser.await("/^#(first|second-layer)\\/\\d+(\\?|$)/.test(location.hash)");
    browser.await("document.querySelector('.wall canvas.painted')");
    browser.click(".wall button");
    browser.await("document.querySelector('dialog canvas.painted')");
    browser.click("dialog .panelhead > button:last-child");
    browser.await("!document.querySelector('dialog')");
    show(page, "#concepts:");
    browser.await("document.querySelectorAll('.concept').length === 7");
    browser.type("#search", "alert");
    browser.await("document.querySelectorAll('.concept').length === 1");
    browser.click(".concept");
    browser.await("document.querySelector('h1').textContent === '<script>alert(1)</script>'");
  }

  @Test
  void layersPageCountsEachLayer() throws Exception {
    show(page, "#layers:");
    DetectorCounts counts = dissection.layers().get(1).counts(0.04);
    assertEquals(
        Integer.toString(counts.detectors()),
        browser.text("tbody tr:nth-child(2) td:nth-child(3)"));
    assertEquals(
        Integer.toString(counts.uniquePerCategory()),
        browser.text("tbody tr:nth-child(2) td:nth-child(4)"));
  }

  @Test
  void darkAndLight() throws Exception {
    browser.dark(true);
    show(page, "#first");
    String dark = browser.eval("getComputedStyle(document.body).backgroundColor").asString();
    browser.click("#theme");
    String light = browser.eval("getComputedStyle(document.body).backgroundColor").asString();
    assertNotEquals(dark, light);
    browser.click("#theme");
    browser.eval("localStorage.clear()");
    browser.dark(false);
  }

  @AfterAll
  static void nothingWentWrongAndNothingLeftTheDisk() {
    if (browser != null) {
      assertEquals(List.of(), browser.complaints());
      assertTrue(browser.requests().size() > 5);
      browser
          .requests()
          .forEach(
              address ->
                  assertTrue(
                      address.startsWith("file:")
                          || address.startsWith("data:")
                          || address.equals("about:blank"),
                      address));
    }
  }
}
