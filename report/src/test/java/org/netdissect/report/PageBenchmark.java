package org.netdissect.report;

import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Progress;
import org.netdissect.base.Shared;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.report.page.HtmlReport;
import org.netdissect.results.Dissection;
import tools.jackson.databind.JsonNode;

/**
 * Measures the page with 2,048 units in a headless browser: time to the first tiles, and the
 * longest frame while scrolling through all of it. No test: run by name, {@code bench/report-page}.
 */
class PageBenchmark {
  private static final int UNITS = 2048;
  private static final int IMAGES = 400;
  private static final int SIDE = 7;

  @TempDir Path folder;

  @Test
  void measure() throws Exception {
    ConceptDataset data = BrodenDataset.open(Shared.path("data/minibroden-224"));
    List<String> names = data.images().stream().limit(IMAGES).map(ImageRow::name).toList();
    AtlasOptions atlas = AtlasOptions.defaults().withCache(folder.resolve("cache"));
    long began = System.nanoTime();
    Dissection dissection =
        Dissector.builder()
            .setRecorded(
                new RecordedActivations(
                    List.of(
                        new RecordedActivations.Maps(
                            "made-up", maps(), ReceptiveField.square(-96, 224, 32))),
                    names,
                    new InputSize(224, 224)))
            .setData(data)
            .setOut(folder.resolve("out"))
            .optCache(folder.resolve("cache"))
            .build()
            .run();
    System.out.printf("dissected in %.1f s%n", seconds(began));
    began = System.nanoTime();
    Path report = folder.resolve("out/report");
    HtmlReport.of(dissection, data).withAtlas(atlas).write(report, Progress.NONE);
    System.out.printf("report written in %.1f s%n", seconds(began));
    scroll(report);
  }

  /** Opens a report twice and scrolls through it. */
  static void scroll(Path report) throws Exception {
    try (Browser browser = Browser.start()) {
      browser.size(1440, 900, 1);
      for (int round = 0; round < 2; round++) {
        browser.open("about:blank");
        browser.open(report.resolve("index.html").toUri().toString());
        browser.await("document.querySelectorAll('.card canvas.painted').length > 0");
        System.out.printf(
            "first paint %.0f ms, first tiles %.0f ms after navigation began%n",
            browser
                .eval("performance.getEntriesByName('first-contentful-paint')[0].startTime")
                .asDouble(),
            browser.eval("performance.now()").asDouble());
        frames(
            browser,
            "wheel, 3,000 pixels a second",
            () ->
                browser.command(
                    "Input.synthesizeScrollGesture",
                    Map.of(
                        "x",
                        700,
                        "y",
                        500,
                        "yDistance",
                        -20_000,
                        "speed",
                        3_000,
                        "gestureSourceType",
                        "mouse")));
        frames(
            browser,
            "page by page, five a second",
            () ->
                browser.eval(
                    "new Promise(done => { let pages = 0; const timer = setInterval(() => {"
                        + " scrollBy(0, innerHeight * 0.9);"
                        + " if (++pages === 40) { clearInterval(timer); done(1); } }, 200); })"));
        frames(
            browser,
            "through all units, 180 pixels a frame",
            () ->
                browser.eval(
                    "new Promise(done => { scrollTo(0, 0);"
                        + " const end = document.documentElement.scrollHeight - innerHeight;"
                        + " const step = () => { if (scrollY >= end - 1) { done(1); return; }"
                        + " scrollBy(0, 180); requestAnimationFrame(step); };"
                        + " requestAnimationFrame(step); })"));
        browser.await("document.querySelectorAll('.card canvas.painted').length > 3");
      }
    }
  }

  private interface Scrolling {
    void run() throws Exception;
  }

  /** Prints how long the frames took while something scrolled. */
  private static void frames(Browser browser, String what, Scrolling scrolling) throws Exception {
    browser.eval(
        "window.times = []; window.measuring = true; (() => { let last = performance.now();"
            + " const step = now => { times.push(now - last); last = now;"
            + " if (measuring) requestAnimationFrame(step); };"
            + " requestAnimationFrame(step); })(); 1");
    scrolling.run();
    JsonNode told =
        browser.eval(
            "measuring = false, times.sort((a, b) => a - b),"
                + " [times.length, times[times.length >> 1],"
                + " times[Math.floor(times.length * 0.99)], times[times.length - 1]]");
    System.out.printf(
        "scrolling, %s: %d frames, median %.0f ms, 99 %% below %.0f ms, longest %.0f ms%n",
        what,
        told.get(0).asInt(),
        told.get(1).asDouble(),
        told.get(2).asDouble(),
        told.get(3).asDouble());
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  /** Blobs at random places, stronger for some images. */
  private Path maps() throws Exception {
    Path file = folder.resolve("maps.npy");
    Random random = new Random(1);
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': ("
            + IMAGES
            + ", "
            + UNITS
            + ", "
            + SIDE
            + ", "
            + SIDE
            + "), }";
    header = header + " ".repeat(63 - (10 + header.length()) % 64) + "\n";
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
      out.write(header.length() & 0xff);
      out.write(header.length() >> 8);
      out.write(header.getBytes(StandardCharsets.US_ASCII));
      ByteBuffer map = ByteBuffer.allocate(4 * SIDE * SIDE).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < IMAGES * UNITS; i++) {
        map.clear();
        double height = Math.abs(random.nextGaussian());
        double cy = random.nextDouble() * SIDE;
        double cx = random.nextDouble() * SIDE;
        for (int y = 0; y < SIDE; y++) {
          for (int x = 0; x < SIDE; x++) {
            map.putFloat(
                (float) (height * Math.exp(-((y - cy) * (y - cy) + (x - cx) * (x - cx)) / 3)));
          }
        }
        out.write(map.array());
      }
    }
    return file;
  }
}
