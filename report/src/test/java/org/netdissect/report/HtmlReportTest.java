package org.netdissect.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Json;
import org.netdissect.base.Progress;
import org.netdissect.base.RecordedProgress;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.pictures.Photographs;
import org.netdissect.report.page.HtmlReport;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.ImportedResult;
import tools.jackson.databind.JsonNode;

class HtmlReportTest {
  private static final ReceptiveField FIELD = ReceptiveField.square(-4, 15, 8);

  @TempDir Path folder;

  private static Map<String, byte[]> files(Path report) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(report)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(report.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  static JsonNode data(String page) {
    String open = "<script type=\"application/json\" id=\"data\">";
    int from = page.indexOf(open) + open.length();
    return Json.mapper().readTree(page.substring(from, page.indexOf("</script>", from)));
  }

  @Test
  void pageHoldsTheScoresAndEscapesEveryName() throws Exception {
    SmallWorld world = SmallWorld.make(folder, 1);
    Dissection dissection = world.dissect("out", Convention.EXACT, FIELD, null, "a/<b>&layer");
    Path report = folder.resolve("out/report");
    HtmlReport.of(dissection, world.data()).withAtlas(world.atlas()).write(report, Progress.NONE);
    String page = Files.readString(report.resolve("index.html"));
    assertFalse(page.contains(SmallWorld.HOSTILE), "a label became a script");
    assertEquals(
        2,
        Pattern.compile("<script", Pattern.CASE_INSENSITIVE).matcher(page).results().count(),
        "only the page's own scripts");
    JsonNode data = data(page);
    JsonNode layer = data.get("layers").get(0);
    assertEquals("a/<b>&layer", layer.get("name").asString());
    assertTrue(layer.get("labels").toString().contains("<script>alert(1)</script>"));
    assertEquals(List.of(SmallWorld.INACTIVE).toString(), layer.get("inactive").toString());
    assertEquals(List.of(SmallWorld.SATURATED).toString(), layer.get("empty").toString());
    assertEquals(SmallWorld.UNITS, layer.get("thresholds").size());
    assertEquals(SmallWorld.UNITS * 3 * 4, layer.get("scores").size());
  }

  @Test
  void everyPhotographStandsOnceWithItsPixels() throws Exception {
    SmallWorld world = SmallWorld.make(folder, 2);
    Dissection dissection = world.dissect("out", Convention.EXACT, FIELD, null, "one", "two");
    Path report = folder.resolve("out/report");
    HtmlReport.of(dissection, world.data()).withAtlas(world.atlas()).write(report, Progress.NONE);
    JsonNode photos = data(Files.readString(report.resolve("index.html"))).get("photos");
    assertTrue(photos.size() > 5 && photos.size() <= SmallWorld.IMAGES);
    try (Stream<Path> written = Files.list(report.resolve("photos"))) {
      List<Path> all = written.toList();
      assertEquals(photos.size(), all.size());
      long bytes = all.stream().mapToLong(photo -> photo.toFile().length()).sum();
      int units = 2 * SmallWorld.UNITS;
      long estimate = HtmlReport.estimate(world.data(), units, SmallWorld.IMAGES);
      double tiles = 50 * 300 * units;
      assertTrue(
          estimate - tiles > 0.8 * bytes && estimate - tiles < 1.3 * bytes,
          estimate + " for " + bytes + " of photographs");
    }
    for (JsonNode photo : photos) {
      Photographs.Photograph original =
          Photographs.read(folder.resolve("data/images/" + photo.get(0).asString()));
      Photographs.Photograph shown =
          Photographs.read(report.resolve("photos/" + photo.get(1).asString()));
      assertArrayEquals(original.rgb(), shown.rgb());
      assertEquals(original.height(), photo.get(2).asInt());
      assertEquals(original.width(), photo.get(3).asInt());
    }
  }

  @Test
  void writingAgainGivesTheSameAndKeepsPhotographs() throws Exception {
    SmallWorld world = SmallWorld.make(folder, 3);
    Dissection dissection = world.dissect("out", Convention.EXACT, FIELD, null, "layer");
    Path report = folder.resolve("out/report");
    HtmlReport.of(dissection, world.data()).withAtlas(world.atlas()).write(report, Progress.NONE);
    Map<String, byte[]> first = files(report);
    FileTime old = FileTime.fromMillis(1_000_000_000_000L);
    try (Stream<Path> photos = Files.list(report.resolve("photos"))) {
      for (Path photo : photos.toList()) {
        Files.setLastModifiedTime(photo, old);
      }
    }
    // What a report that was cut off could leave: no page, half a file, files of other units.
    Files.delete(report.resolve("index.html"));
    Files.writeString(report.resolve("data/layer/unit-0.js"), "netdissect.unit(");
    Files.writeString(report.resolve("data/layer/unit-777.js"), "");
    Files.createDirectories(report.resolve("data/gone"));
    Files.writeString(report.resolve("data/gone/unit-1.js"), "");
    Files.writeString(report.resolve("photos/half.jpg.next"), "");
    HtmlReport.of(dissection, world.data()).withAtlas(world.atlas()).write(report, Progress.NONE);
    Map<String, byte[]> second = files(report);
    assertEquals(first.keySet(), second.keySet());
    first.forEach((name, bytes) -> assertTrue(Arrays.equals(bytes, second.get(name)), name));
    try (Stream<Path> photos = Files.list(report.resolve("photos"))) {
      for (Path photo : photos.toList()) {
        assertEquals(old, Files.getLastModifiedTime(photo));
      }
    }
  }

  @Test
  void importedScoresMakeAReportWithoutPictures() throws Exception {
    SmallWorld world = SmallWorld.make(folder, 5);
    Dissection dissection = world.dissect("out", Convention.PAPER, FIELD, null, "layer");
    Dissection imported =
        ImportedResult.write(
            folder.resolve("imported"),
            false,
            "net",
            "Broden",
            dissection.categories(),
            dissection.info().rules(),
            List.of(new ImportedResult.Layer("layer", dissection.layers().get(0).units())),
            List.of(new DissectionInfo.ImportedFile("layer.csv", "0")));
    HtmlReport.of(imported, null).write(folder.resolve("imported/report"), Progress.NONE);
    JsonNode data = data(Files.readString(folder.resolve("imported/report/index.html")));
    assertFalse(data.get("pictures").asBoolean());
    assertEquals("layer.csv", data.get("imported").get(0).get("file").asString());
    assertTrue(Files.exists(folder.resolve("imported/report/data/layer/unit-0.js")));
  }

  @Test
  void dataThatHaveChangedAreNotUsedForMisses() throws Exception {
    SmallWorld world = SmallWorld.make(folder, 6);
    Dissection dissection = world.dissect("out", Convention.EXACT, FIELD, null, "layer");
    Path labels = folder.resolve("data/label.csv");
    Files.writeString(labels, Files.readString(labels).replace("car", "lorry"));
    Path report = folder.resolve("out/report");
    HtmlReport changed = HtmlReport.of(dissection, world.data()).withAtlas(world.atlas());
    assertThrows(
        DissectionException.class, () -> changed.withRightDataOnly().write(report, Progress.NONE));
    assertFalse(HtmlReport.isIn(report));
    changed.write(report, Progress.NONE);
    assertFalse(data(Files.readString(report.resolve("index.html"))).get("misses").asBoolean());
    assertTrue(HtmlReport.isIn(report));
  }

  @Test
  void aMissingPhotographIsToldAndTheRestStands() throws Exception {
    SmallWorld world = SmallWorld.make(folder, 4);
    Dissection dissection = world.dissect("out", Convention.EXACT, FIELD, null, "layer");
    for (String name : world.names.subList(0, 20)) {
      Files.delete(folder.resolve("data/images/" + name));
    }
    RecordedProgress progress = new RecordedProgress();
    HtmlReport.of(dissection, world.data())
        .withAtlas(world.atlas())
        .write(folder.resolve("out/report"), progress);
    assertTrue(progress.warnings.toString().contains("lacks"), progress.warnings.toString());
    assertTrue(Files.exists(folder.resolve("out/report/index.html")));
  }
}
