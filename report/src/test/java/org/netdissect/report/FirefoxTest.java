package org.netdissect.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Progress;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.report.page.HtmlReport;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.Dissection;

/** The page in a real Firefox, from disk; skipped where none is installed. */
class FirefoxTest {
  @TempDir Path folder;

  @Test
  void countsFiltersAndShowsUnits() throws Exception {
    try (Firefox firefox = Firefox.start(Files.createDirectory(folder.resolve("profile")))) {
      SmallWorld world = SmallWorld.make(folder.resolve("world"), 11);
      Dissection dissection =
          world.dissect("out", Convention.EXACT, ReceptiveField.square(-4, 15, 8), null, "layer");
      Path report = dissection.folder().resolve("report");
      HtmlReport.of(dissection, world.data()).withAtlas(world.atlas()).write(report, Progress.NONE);
      firefox.open(report.resolve("index.html").toUri().toString());
      firefox.await("document.querySelectorAll('.card canvas.painted').length > 5");
      for (double iou : new double[] {0.04, 0.1, 0.2}) {
        firefox.eval(
            "const e = document.querySelector('#slider'); e.value = "
                + Math.round(1000 * iou)
                + "; e.dispatchEvent(new Event('input'))");
        DetectorCounts counts = dissection.layers().get(0).counts(iou);
        assertEquals(
            counts.detectors() + " " + counts.uniquePerCategory() + " " + counts.uniqueTopLabel(),
            firefox.eval(
                "['detectors', 'unique-category', 'unique-top']"
                    + ".map(id => document.getElementById(id).textContent).join(' ')"));
      }
      firefox.eval("document.querySelector('.filters .chip[data-category=object]').click()");
      assertEquals(
          Long.toString(
              dissection.layers().get(0).units().stream()
                  .filter(unit -> unit.label().category().equals("object"))
                  .count()),
          firefox.eval("document.querySelectorAll('.card').length"));
      firefox.eval("document.querySelector('.card[aria-posinset=\"1\"] a').click()");
      firefox.await("document.querySelectorAll('.wall canvas.painted').length > 5");
      assertTrue(firefox.eval("location.hash").startsWith("#layer/"));
      firefox.eval("document.querySelector('.wall button').click()");
      firefox.await("document.querySelector('dialog canvas.painted') !== null");
      assertEquals(List.of(), firefox.complaints);
      // What is read from disk does not count as a request; data addresses lead nowhere.
      assertEquals(
          List.of(),
          firefox.requests.stream().filter(address -> !address.startsWith("data:")).toList());
    }
  }
}
