package org.netdissect.report;

import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.concepts.AtlasOptions;
import org.netdissect.concepts.BrodenDataset;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Progress;
import org.netdissect.dissection.Dissection;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.RecordedActivations;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;

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
    try (Browser browser = Browser.start()) {
      browser.size(1440, 900, 1);
      for (int round = 0; round < 3; round++) {
        browser.open("about:blank");
        browser.open(report.resolve("index.html").toUri().toString());
        browser.await("document.querySelectorAll('.card canvas.painted').length > 0");
        System.out.printf(
            "first paint %.0f ms, first tiles %.0f ms after navigation began%n",
            browser
                .eval("performance.getEntriesByName('first-contentful-paint')[0].startTime")
                .asDouble(),
            browser.eval("performance.now()").asDouble());
        String frames =
            "new Promise(done => { const times = []; let last = performance.now();"
                + " const end = document.documentElement.scrollHeight - innerHeight;"
                + " const step = now => { times.push(now - last); last = now;"
                + " if (scrollY >= end - 1 || times.length > 2000) { times.sort((a, b) => a - b);"
                + " done([times.length, times[times.length >> 1],"
                + " times[Math.floor(times.length * 0.99)], times[times.length - 1]]); }"
                + " else { scrollBy(0, 180); requestAnimationFrame(step); } };"
                + " requestAnimationFrame(step); })";
        System.out.println(
            "scrolling through all: frames, median, 99 %, longest (ms): " + browser.eval(frames));
      }
    }
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
