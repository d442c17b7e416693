package org.netdissect.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Takes pictures of every page of a report, and of a comparison, at 1440 and 390 pixels width,
 * light and dark. No test: run by name, {@code docs/screenshots}.
 */
class Screenshots {
  @Test
  void take() throws Exception {
    Path report = Path.of(System.getProperty("netdissect.report")).resolve("index.html");
    String comparison = System.getProperty("netdissect.comparison", "");
    Path out = Files.createDirectories(Path.of(System.getProperty("netdissect.pictures")));
    try (Browser browser = Browser.start()) {
      browser.open(report.toUri().toString());
      // The last layer and its best unit say most.
      JsonNode best =
          browser.eval(
              "(() => { const l = netdissect.layers[netdissect.layers.length - 1];"
                  + " const u = l.order[0]; const c = l.best[u]; const k = l.label.length / l.n;"
                  + " return [l.folder, u, netdissect.data.categories[c],"
                  + " l.labels[l.label[u * k + c]]]; })()");
      String layer = best.get(0).asString();
      Map<String, String> pages = new LinkedHashMap<>();
      pages.put("overview", "#" + layer);
      pages.put("units", "#" + layer);
      pages.put("unit", "#" + layer + "/" + best.get(1).asInt());
      pages.put("concepts", "#concepts:");
      pages.put("concept", "#concept:" + best.get(2).asString() + "/" + best.get(3).asString());
      pages.put("layers", "#layers:");
      for (int width : new int[] {1440, 390}) {
        for (boolean dark : new boolean[] {false, true}) {
          browser.size(width, width == 390 ? 844 : 900, 1);
          browser.dark(dark);
          String suffix = "-" + width + (dark ? "-dark" : "") + ".jpg";
          for (Map.Entry<String, String> page : pages.entrySet()) {
            browser.open("about:blank");
            browser.open(report.toUri() + page.getValue());
            if (page.getKey().equals("units")) {
              browser.eval(
                  "document.querySelector('.units').scrollIntoView({behavior: 'instant'}), 1");
            }
            settle(browser);
            browser.picture(out.resolve(page.getKey() + suffix), false);
          }
          if (!comparison.isEmpty()) {
            browser.open("about:blank");
            browser.open(Path.of(comparison).resolve("index.html").toUri().toString());
            settle(browser);
            browser.picture(out.resolve("compare" + suffix), false);
          }
        }
      }
    }
  }

  /** Until nothing is left to paint for a while. */
  private static void settle(Browser browser) throws Exception {
    browser.eval("new Promise(done => setTimeout(done, 2500))");
  }
}
