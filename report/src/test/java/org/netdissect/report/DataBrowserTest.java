package org.netdissect.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Progress;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.datasets.broden.BrodenWriter;
import org.netdissect.pictures.PngWriter;
import org.netdissect.report.browse.DataBrowser;
import tools.jackson.databind.JsonNode;

class DataBrowserTest {
  private static final int IMAGES = 130;
  private static final String CONCEPT = "</script><b>half</b>";
  @TempDir Path temp;

  /** Dark photographs; in every tenth the left half is a concept. One cannot be read. */
  private Path page() throws IOException {
    Path folder = temp.resolve("data");
    byte[] dark = new byte[40 * 40 * 3];
    Arrays.fill(dark, (byte) 20);
    byte[] png = PngWriter.encode(dark, 40, 40, PngWriter.Filter.NONE, 6);
    try (BrodenWriter writer = BrodenWriter.builder(folder, List.of("object", "scene")).open()) {
      int half = writer.code(CONCEPT);
      int room = writer.code("room-s");
      for (int i = 0; i < IMAGES; i++) {
        char[] mask = new char[400];
        for (int p = 0; p < 400 && i % 10 == 0; p++) {
          mask[p] = (char) (p % 20 < 10 ? half : 0);
        }
        writer.add(
            new BrodenWriter.Image(
                "a/<i>" + i + ".png",
                i == 7 ? new byte[3] : png,
                40,
                40,
                20,
                20,
                List.of(new BrodenWriter.AddedMap(0, mask)),
                List.of(new BrodenWriter.AddedWhole(1, room))));
      }
      writer.finish();
    }
    BrodenDataset data = BrodenDataset.open(folder);
    AtlasOptions options = AtlasOptions.defaults().withCache(temp.resolve("cache"));
    try (Atlas atlas = Atlas.open(data, options, Progress.NONE)) {
      Path out = temp.resolve("page");
      DataBrowser.write(data, atlas, out, 2, Progress.NONE);
      // An earlier page is replaced; a folder of something else is not touched.
      Path other = Files.createDirectories(temp.resolve("other/data"));
      Files.writeString(other.resolve("index.js"), "mine");
      assertThrows(
          IOException.class,
          () -> DataBrowser.write(data, atlas, temp.resolve("other"), 2, Progress.NONE));
      assertEquals("mine", Files.readString(other.resolve("index.js")));
      Path mine = Files.writeString(out.resolve("photos/9999.jpg"), "mine");
      assertThrows(IOException.class, () -> DataBrowser.write(data, atlas, out, 2, Progress.NONE));
      assertTrue(Files.exists(out.resolve("index.html")));
      Files.delete(mine);
      return DataBrowser.write(data, atlas, out, 1, Progress.NONE);
    }
  }

  @Test
  void conceptsAndImages() throws Exception {
    Path page = page();
    assertTrue(Files.readString(page.resolveSibling("data/index.js")).contains("\\u003c/script"));
    try (Browser browser = Browser.start()) {
      browser.size(1200, 900, 1);
      browser.open(page.toUri().toString());
      browser.await("document.querySelectorAll('.card').length === 60");
      assertEquals("data", browser.text("h1"));
      assertEquals("130 images, 2 labels in 2 categories", browser.text("#facts"));
      browser.await(
          "document.querySelector('main .bar button:last-child').textContent === 'Next page'");
      browser.click("main .bar button:last-child");
      browser.await("document.querySelector('main .bar').textContent.includes('page 2 of 3')");

      browser.click("#side details[data-category=object] button");
      browser.await("document.querySelectorAll('.card').length === 13");
      assertEquals(CONCEPT + " (object)", browser.text("main h2"));
      assertEquals("50.0 %", browser.text(".card span").substring(0, 6));
      browser.await("[...document.querySelectorAll('.card canvas')].every(c => c.width === 40)");
      Path shot = temp.resolve("shot.png");
      browser.picture(shot, false);
      BufferedImage picture = ImageIO.read(shot.toFile());
      JsonNode at =
          browser.eval(
              "(() => { const r = document.querySelector('.card canvas').getBoundingClientRect();"
                  + " return [r.x + r.width / 2, r.y + r.height / 2, r.height]; })()");
      int x = (int) at.get(0).asDouble();
      int y = (int) at.get(1).asDouble();
      int side = (int) at.get(2).asDouble();
      assertTrue((picture.getRGB(x - side / 4, y) & 0xff) < 60, "itself where the concept is");
      assertTrue((picture.getRGB(x + side / 4, y) & 0xff) > 150, "pale elsewhere");

      browser.click(".card");
      browser.await("document.querySelectorAll('#labels button').length === 2");
      assertEquals("object" + CONCEPT + "50.0 %sceneroom100.0 %", browser.text("#labels"));
      browser.key("ArrowRight");
      browser.await(
          "document.querySelector('#dialog-title').textContent"
              + " === document.querySelectorAll('.card')[1].title");
      browser.key("Escape");
      browser.await("!document.querySelector('dialog').open");
      String address = browser.eval("location.href").asString();
      browser.open("about:blank");
      browser.open(address);
      browser.await("document.querySelectorAll('.card').length === 13");

      browser.type("#find", "<i>7.png");
      browser.await("document.querySelectorAll('#side li').length === 1");
      browser.click("#side li button");
      browser.await("document.querySelector('dialog').open");
      assertTrue(browser.text("#dialog-facts").contains("7.png"), browser.text("#dialog-facts"));
      assertEquals(
          0, browser.eval("document.querySelectorAll('b, i:not(.labels i)').length").asInt());
      for (String request : browser.requests()) {
        assertTrue(request.startsWith("file:"), request);
      }
      // The photograph that cannot be read is the only thing missed.
      for (String complaint : browser.complaints()) {
        assertTrue(complaint.contains("photos/"), complaint);
      }
    }
  }
}
