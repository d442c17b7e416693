package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.report.Browser;
import org.netdissect.report.Firefox;
import org.netdissect.report.SmallWorld;
import org.netdissect.results.Dissection;
import org.netdissect.results.LabelScore;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Sheets filled in by made-up raters in a real browser, and the table that comes of it. */
class RateCommandTest {
  /** Units that light something; the two others are left out. */
  private static final int ABLE = 10;

  @TempDir static Path folder;
  private static SmallWorld world;
  private static Dissection dissection;
  private static Path phrases;
  private String out = "";
  private String err = "";

  @BeforeAll
  static void make() throws Exception {
    world = SmallWorld.make(folder, 11);
    dissection =
        world.dissect(
            "out", Convention.EXACT, ReceptiveField.square(-4, 15, 8), null, "first", "second");
    StringBuilder text = new StringBuilder("layer,unit,phrase\n");
    for (int unit = 0; unit < 8; unit++) {
      text.append("first,").append(unit).append(",\"a thing, number ").append(unit).append("\"\n");
    }
    text.append("first,8,\n"); // its author found nothing
    String label = LabelScore.readable(dissection.layers().get(0).units().get(9).label().label());
    text.append("first,9,\"").append(label.replace("\"", "\"\"")).append("\"\n");
    text.append("first,10,nothing\nfirst,11,anything\n");
    phrases = Files.writeString(folder.resolve("phrases.csv"), text);
  }

  private int run(Object... words) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int code = InProcess.run(printed, said, words);
    out = printed.toString(StandardCharsets.UTF_8);
    err = said.toString(StandardCharsets.UTF_8);
    return code;
  }

  private Path sheets(String name, Object... more) throws Exception {
    Path sheets = folder.resolve(name);
    List<Object> words =
        new ArrayList<>(
            List.of(
                "rate",
                dissection.folder(),
                "--data",
                world.folder.resolve("data"),
                "--units",
                12,
                "--images",
                5,
                "--raters",
                3,
                "--out",
                sheets));
    words.addAll(List.of(more));
    assertEquals(0, run(words.toArray()), err);
    return sheets;
  }

  /** What a rater says: by the kind of question and the unit. */
  private static boolean says(int rater, JsonNode q) {
    int unit = q.get("unit").asInt();
    return switch (q.get("kind").asString()) {
      case "CHECK_YES" -> true;
      case "CHECK_NO" -> rater == 3; // does not read
      case "DECOY" -> unit == 0 && rater > 1;
      case "PHRASE" -> {
        if (q.get("truth").asBoolean()) {
          yield unit != 9 && (rater == 1 || (rater == 2 ? unit < 7 : unit > 0));
        }
        yield rater == 1 || (rater == 2 ? unit < 3 : unit % 2 == 0);
      }
      default -> throw new AssertionError(q);
    };
  }

  private static Map<String, JsonNode> questions(Browser browser) throws Exception {
    JsonNode study =
        JsonMapper.shared()
            .readTree(
                browser
                    .eval(
                        "new TextDecoder().decode(Uint8Array.from(atob(JSON.parse(document.getElementById('data')"
                            + ".textContent).key), c => c.charCodeAt(0)))")
                    .asString());
    Map<String, JsonNode> byId = new HashMap<>();
    study.get("questions").forEach(q -> byId.put(q.get("id").asString(), q));
    return byId;
  }

  private static boolean answer(Map<String, JsonNode> questions, int rater, String id) {
    JsonNode q = questions.get(id);
    return q.has("again")
        ? says(rater, questions.get(q.get("again").asString())) != (rater == 3)
        : says(rater, q);
  }

  /** Answers with the keyboard, or with the mouse, from where the page stands to a number. */
  private static void answer(Browser browser, int rater, int from, int to, boolean mouse)
      throws Exception {
    Map<String, JsonNode> questions = questions(browser);
    JsonNode items = browser.eval("JSON.parse(document.getElementById('data').textContent).items");
    for (int i = from; i < to; i++) {
      JsonNode item = items.get(i);
      assertEquals(item.get(2).asString(), browser.text("#phrase"));
      boolean yes = answer(questions, rater, item.get(0).asString());
      if (mouse) {
        browser.click(yes ? "#yes" : "#no");
      } else {
        browser.key(yes ? "y" : "n");
      }
    }
  }

  private static Path saved(Browser browser, Path into) throws Exception {
    Files.createDirectories(into);
    browser.command(
        "Page.setDownloadBehavior", Map.of("behavior", "allow", "downloadPath", into.toString()));
    return written(into, ".json", () -> browser.click("#save"));
  }

  @Test
  void threeRatersFillInSheetsAndTheTableIsExact() throws Exception {
    Path sheets = sheets("sheets", "--layer", "first", "--phrases", phrases);
    assertTrue(err.contains("left out 2 units that light nothing"), err);
    List<Path> answers = new ArrayList<>();
    try (Browser browser = Browser.start()) {
      for (int rater = 1; rater <= 3; rater++) {
        boolean phone = rater == 2;
        browser.size(phone ? 390 : 1200, 800, 1);
        String page = sheets.resolve("rater-" + rater + ".html").toUri().toString();
        browser.open(page);
        assertEquals("Rater " + rater, browser.text("#who"));
        int all =
            browser
                .eval("JSON.parse(document.getElementById('data').textContent).items.length")
                .asInt();
        assertEquals(10 + 8 + 10 + 2 + 2, all, "ours, theirs, decoys, repeats, checks");
        browser.click("#start");
        assertEquals(5, browser.eval("document.querySelectorAll('#pictures img').length").asInt());
        browser.await(
            "[...document.querySelectorAll('#pictures img')].every(i => i.complete && i.naturalWidth > 0)");
        if (phone) {
          assertTrue(
              browser
                  .eval(
                      "document.documentElement.scrollWidth <= 390 && ['yes', 'no'].every(id => {"
                          + " const r = document.getElementById(id).getBoundingClientRect();"
                          + " return r.left >= 0 && r.right <= 390 && r.bottom <= 800 && r.height >= 40; })")
                  .asBoolean());
        }
        // Cut off half way: by a reload, and by leaving the page.
        answer(browser, rater, 0, all / 3, phone);
        browser.open(page);
        assertEquals(all / 3 + " of " + all + " answered", browser.text("#count"));
        answer(browser, rater, all / 3, all / 2, phone);
        browser.open("about:blank");
        browser.open(page);
        assertEquals(all / 2 + " of " + all + " answered", browser.text("#count"));
        answer(browser, rater, all / 2, all, phone);
        assertTrue(browser.text("#done").startsWith("Thank you"), browser.text("#done"));
        Path file = saved(browser, folder.resolve("answers-" + rater));
        assertTrue(file.getFileName().toString().endsWith("-rater-" + rater + ".json"));
        answers.add(file);
      }
      assertEquals(List.of(), browser.complaints());
      assertTrue(
          browser.requests().stream()
              .allMatch(
                  a ->
                      a.startsWith("file:")
                          || a.startsWith("data:")
                          || a.startsWith("blob:")
                          || a.startsWith("about:")),
          browser.requests().toString());
    }
    Path table = folder.resolve("table.csv");
    // In another order.
    assertEquals(
        0,
        run("rate", "--read", answers.get(2), answers.get(0), answers.get(1), "--out", table),
        err);
    String csv = Files.readString(table);
    List<String> expected =
        List.of(
            "first,interpretable units,7,10,0.7,0.396778147,0.892208733", // both of raters 1 and 2:
            // units 0 to 6
            "first,human consistency,6,7,0.857142857,", // rater 3: all but unit 0
            "first,our labels accepted: interpretable units,4,7,0.571428571,", // 0, 2, 4, 6
            "first,our labels accepted,6,10,0.6,", // 0, 1, 2, 4, 6, 8
            "first,decoys accepted,1,10,0.1,",
            "first,the same answer when asked again,4,6,0.666666667,",
            ",rater 1: checks passed,2,2,1,",
            ",rater 2: checks passed,2,2,1,",
            ",rater 3: checks passed,1,2,0.5,");
    for (String line : expected) {
      assertTrue(csv.contains("\n" + line), line + "\n" + csv);
    }
    // By hand: of 28 phrases unlike answers were given on those of the sum, over 84 answers.
    assertTrue(csv.contains("\nfirst,Krippendorff's alpha,28,28," + alpha()), csv);
    assertTrue(out.contains("! rater 3 failed 1 of 2 checks"), out);
    assertEquals(
        0,
        run(
            "rate",
            "--read",
            answers.get(2),
            answers.get(0),
            answers.get(1),
            "--without-failed",
            "--overwrite",
            "--out",
            table),
        err);
    assertTrue(out.contains("! rater 3 failed 1 of 2 checks and is left out"), out);
    assertTrue(Files.readString(table).contains("\nfirst,human consistency,0,0,,,"));
    refusals(answers, table);
  }

  /** The same page in another browser: keys and buttons, cut off half way, and saved. */
  @Test
  void aSheetIsFilledInInFirefox() throws Exception {
    Path sheets = sheets("in-firefox", "--layer", "second");
    Path profile = Files.createDirectory(folder.resolve("firefox"));
    try (Firefox firefox = Firefox.start(profile)) {
      String page = sheets.resolve("rater-2.html").toUri().toString();
      firefox.open(page);
      JsonNode items =
          JsonMapper.shared()
              .readTree(firefox.eval("document.getElementById('data').textContent"))
              .get("items");
      int all = items.size();
      firefox.eval("document.querySelector('#start').click()");
      firefox.await(
          "[...document.querySelectorAll('#pictures img')].every(i => i.complete && i.naturalWidth > 0)");
      for (int i = 0; i < all; i++) {
        if (i == all / 2) {
          firefox.open(page);
          assertEquals(
              i + " of " + all + " answered",
              firefox.eval("document.getElementById('count').textContent"));
        }
        assertEquals(
            items.get(i).get(2).asString(),
            firefox.eval("document.getElementById('phrase').textContent"));
        if (i % 3 == 0) {
          firefox.eval("document.getElementById('" + (isYes(i) ? "yes" : "no") + "').click()");
        } else {
          firefox.key(isYes(i) ? "y" : "n");
        }
      }
      firefox.await("document.getElementById('done').textContent.startsWith('Thank you')");
      Path file =
          written(
              profile, "-2.json", () -> firefox.eval("document.getElementById('save').click()"));
      JsonNode saved = JsonMapper.shared().readTree(Files.readString(file));
      assertEquals(all, saved.get("answers").size());
      for (int i = 0; i < all; i++) {
        assertEquals(
            isYes(i) ? "yes" : "no",
            saved.get("answers").get(items.get(i).get(0).asString()).asString());
      }
      assertEquals(List.of(), firefox.complaints);
      assertTrue(
          firefox.requests.stream().allMatch(a -> a.startsWith("data:") || a.startsWith("blob:")),
          firefox.requests.toString());
      assertEquals(0, run("rate", "--read", file, "--out", folder.resolve("firefox.csv")), err);
    }
  }

  private static boolean isYes(int question) {
    return question % 2 == 0 || question % 7 == 3;
  }

  /** The answers that a click saves, once they are there whole. */
  private static Path written(Path folder, String ending, Click click) throws Exception {
    try (WatchService watch = FileSystems.getDefault().newWatchService()) {
      folder.register(
          watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
      click.run();
      while (true) {
        try (Stream<Path> files = Files.list(folder)) {
          for (Path file : files.filter(one -> one.toString().endsWith(ending)).toList()) {
            if (isWhole(file)) {
              return file;
            }
          }
        }
        var key = watch.poll(60, TimeUnit.SECONDS);
        assertTrue(key != null, "nothing was saved");
        key.pollEvents();
        key.reset();
      }
    }
  }

  private static boolean isWhole(Path file) throws IOException {
    try {
      return Files.readString(file).strip().endsWith("}");
    } catch (NoSuchFileException e) {
      // A browser holds the name with an empty file, which it takes away before the answers come.
      return false;
    }
  }

  private interface Click {
    void run() throws Exception;
  }

  /** Alpha from the rules of {@link #says}, to the digits of the table. */
  private static String alpha() {
    int unlike = 0;
    int yes = 0;
    for (int unit = 0; unit < ABLE; unit++) {
      // Ours; unit 9's is also what the second source says.
      int ours = unit == 9 ? 0 : 1 + (unit < 3 ? 1 : 0) + (unit % 2 == 0 ? 1 : 0);
      int theirs = unit > 7 ? 0 : 1 + (unit < 7 ? 1 : 0) + (unit > 0 ? 1 : 0);
      int decoy = unit == 0 ? 2 : 0;
      for (int votes : new int[] {ours, theirs, decoy}) {
        unlike += votes % 3 == 0 ? 0 : 1;
        yes += votes;
      }
    }
    // Of three answers that are not all alike, two of the three pairs are unlike.
    double observed = unlike * 2 * 2 / 2.0 / 84;
    double expected = 2.0 * yes * (84 - yes) / 83 / 84;
    return Double.toString(1 - observed / expected).substring(0, 10);
  }

  private void refusals(List<Path> answers, Path table) throws Exception {
    byte[] before = Files.readAllBytes(table);
    assertEquals(2, run("rate", "--read", answers.get(0), "--out", table));
    assertTrue(err.contains("table.csv is there already; give another --out, or --over"), err);
    assertEquals(
        1, run("rate", "--read", answers.get(0), answers.get(0), "--overwrite", "--out", table));
    assertTrue(err.contains("are both of rater 1"), err);
    String whole = Files.readString(answers.get(0));
    refused(whole.substring(0, whole.length() / 2), "cut off");
    refused("[1, 2]", "not what a rater's sheet saves");
    ObjectNode root = (ObjectNode) JsonMapper.shared().readTree(whole);
    ((ObjectNode) root.get("answers")).put("q9999", "yes");
    refused(root.toString(), "\"q9999\", which was not asked");
    ((ObjectNode) root.get("answers")).remove("q9999");
    ((ObjectNode) root.get("answers")).put("q1", "perhaps");
    refused(root.toString(), "not yes or no");
    root.put("rater", 4);
    refused(root.toString(), "no rater 1 to 3");
    root.put("key", root.get("key").asString().substring(4));
    refused(root.toString(), "changed after it was saved");
    Path other = sheets("other", "--layer", "first", "--seed", 2);
    assertFalse(
        Files.readString(other.resolve("rater-1.html")).contains(root.get("study").asString()));
    assertEquals(
        1, run("rate", "--read", folder.resolve("none.json"), "--overwrite", "--out", table));
    assertTrue(err.contains("no such file"), err);
    assertTrue(Arrays.equals(before, Files.readAllBytes(table)));
  }

  /** Without a browser: what a sheet would save of questions that its page holds. */
  @Test
  void answersThatSayTooMuchOrNothing() throws Exception {
    String page =
        Files.readString(sheets("no-answers", "--layer", "first").resolve("rater-1.html"));
    String key = page.replaceFirst("(?s).*\"key\":\"([^\"]*)\".*", "$1");
    String study = page.replaceFirst("(?s).*\"study\":\"([^\"]*)\".*", "$1");
    String file =
        "{\"netdissect\":\"answers\",\"format\":1,\"study\":\"%s\",\"rater\":1,\"key\":\"%s\",\"answers\":%s}";
    refused(file.formatted(study, key, "[]"), "its answers are not a JSON object");
    refused(file.formatted(study, key, "{\"q1\":\"no\",\"q1\":\"yes\"}"), "twice: ");
    assertTrue(err.contains("q1"), err);
    Path open = Files.writeString(folder.resolve("open.json"), file.formatted(study, key, "{}"));
    Path table = folder.resolve("open.csv");
    assertEquals(0, run("rate", "--read", open, "--out", table), err);
    assertTrue(out.contains("! rater 1 left all "), out);
    for (String option : List.of("--first-group=5", "--units=3", "--seed=2", "--layer=first")) {
      assertEquals(2, run("rate", "--read", open, option, "--overwrite", "--out", table));
      assertTrue(err.contains("is of sheets that are made"), err);
    }
  }

  private void refused(String text, String why) throws Exception {
    Path file = Files.writeString(folder.resolve("bad.json"), text);
    assertEquals(1, run("rate", "--read", file, "--out", folder.resolve("no.csv")));
    assertTrue(err.contains("bad.json: ") && err.contains(why), err);
    assertFalse(Files.exists(folder.resolve("no.csv")));
  }

  @Test
  void theSameSeedGivesTheSameSheetsAndEachRaterAnotherOrder() throws Exception {
    Path one = sheets("one");
    Path two = sheets("two");
    Path three = sheets("three", "--seed", 2);
    for (int rater = 1; rater <= 3; rater++) {
      String name = "rater-" + rater + ".html";
      assertEquals(-1, Files.mismatch(one.resolve(name), two.resolve(name)));
      assertFalse(Files.mismatch(one.resolve(name), three.resolve(name)) == -1);
    }
    String first = order(one.resolve("rater-1.html"));
    assertFalse(first.equals(order(one.resolve("rater-2.html"))));
    assertEquals(
        1, run("rate", dissection.folder(), "--data", world.folder.resolve("data"), "--out", one));
    assertTrue(err.contains("not empty"), err);
  }

  private static String order(Path sheet) throws Exception {
    String text = Files.readString(sheet);
    int at = text.indexOf("\"items\":");
    return text.substring(at, text.indexOf("\"pictures\":", at));
  }

  @Test
  void wrongUseIsToldInOneLine() throws Exception {
    Path data = world.folder.resolve("data");
    Path none = folder.resolve("never");
    assertEquals(2, run("rate", "--out", none));
    assertEquals(2, run("rate", dissection.folder(), "--units", 0, "--out", none));
    assertEquals(2, run("rate", dissection.folder(), "--first-group", 2, "--out", none));
    assertTrue(err.contains("--first-group is of studies with --phrases"), err);
    assertEquals(2, run("rate", dissection.folder(), "--without-failed", "--out", none));
    assertTrue(err.contains("--without-failed is of answers that are read (--read)"), err);
    assertEquals(
        2, run("rate", dissection.folder(), "--raters", 1, "--phrases", phrases, "--out", none));
    assertTrue(err.contains("--raters of at least 2"), err);
    assertEquals(
        1, run("rate", dissection.folder(), "--layer", "third", "--data", data, "--out", none));
    assertTrue(err.contains("its layers are first, second"), err);
    Path bad =
        Files.writeString(folder.resolve("bad.csv"), "layer,unit,phrase\nfirst,1,a\nfirst,1,b\n");
    assertEquals(
        1, run("rate", dissection.folder(), "--phrases", bad, "--data", data, "--out", none));
    assertTrue(err.contains("line 3") && err.contains("a second phrase"), err);
    Files.writeString(bad, "unit,phrase\n1,a\n");
    assertEquals(
        1, run("rate", dissection.folder(), "--phrases", bad, "--data", data, "--out", none));
    assertTrue(err.contains("column \"layer\" is missing"), err);
    assertFalse(Files.exists(none));
  }
}
