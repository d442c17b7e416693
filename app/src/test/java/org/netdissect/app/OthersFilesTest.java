package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.TestModels;
import org.netdissect.results.Dissection;

/** Nothing is written over a result's own files, nor over what belongs to somebody else. */
class OthersFilesTest {
  @TempDir Path folder;
  private Path result;
  private String err = "";

  private int run(Object... words) throws Exception {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int code = InProcess.run(new ByteArrayOutputStream(), said, words);
    err = said.toString(StandardCharsets.UTF_8);
    return code;
  }

  @BeforeEach
  void dissect() throws Exception {
    Path model = TestModels.tiny(1).write(folder.resolve("tiny.onnx"));
    Path data = SmallData.write(folder.resolve("data"), 30, 1);
    result = folder.resolve("result");
    String[] more = {"--preprocess", "unit", "--no-report", "--quiet"};
    Path cache = folder.resolve("cache");
    assertEquals(
        0,
        run(
            "run", model, "--data", data, "--cache", cache, "--out", result, more[0], more[1],
            more[2], more[3]),
        err);
  }

  private void assertRefused(String what, Object... words) throws Exception {
    assertEquals(1, run(words), () -> List.of(words) + ": " + err);
    assertTrue(err.contains(what) && err.lines().count() == 1, err);
    Dissection.open(result).verify();
  }

  @Test
  void aResultIsNotWrittenOver() throws Exception {
    Path layer = result.resolve(Dissection.open(result).layers().get(0).layer().folder());
    assertRefused("holds a result", "compare", result, "--out", result);
    assertRefused("holds a result", "report", result, "--out", result);
    for (Path own :
        List.of(
            result.resolve("images.csv"),
            result.resolve("Concepts.csv"),
            layer.resolve("units.csv"),
            layer.resolve("new.csv"))) {
      assertRefused("files of the result", "figure", result, "--kind", "table", "--out", own);
      assertRefused(
          "files of the result", "export", result, "--format", "netdissect-csv", "--out", own);
    }
    for (String format : List.of("netdissect-csv", "lite-csv", "arrow")) {
      assertRefused("files of the result", "export", result, "--format", format, "--out", layer);
    }
    assertRefused(
        "files of the result", "export", result, "--format", "counts-csv", "--out", result);
    // Beside them there is room.
    for (int time = 0; time < 2; time++) {
      assertEquals(
          0, run("figure", result, "--kind", "detectors", "--out", result.resolve("d.svg")), err);
      assertEquals(0, run("export", result, "--format", "netdissect-csv", "--out", result), err);
    }
    Dissection.open(result).verify();
  }

  @Test
  void whatIsOfNoReportStays() throws Exception {
    for (String theirs : List.of("photos/me.jpg", "data/mine.csv", "index.html")) {
      Path site = folder.resolve("site-" + theirs.replace('/', '-'));
      Path file = site.resolve(theirs);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "mine");
      assertRefused("of no report", "report", result, "--out", site, "--quiet");
      assertRefused("of no report", "compare", result, "--out", site);
      assertEquals("mine", Files.readString(file));
    }
    Path tables = Files.createDirectories(folder.resolve("tables"));
    Files.writeString(tables.resolve("compare.csv"), "mine");
    assertRefused("of no report", "compare", result, "--out", tables);
    assertEquals("mine", Files.readString(tables.resolve("compare.csv")));
    assertEquals(0, run("report", result, "--out", tables, "--quiet"), err);
    assertEquals("mine", Files.readString(tables.resolve("compare.csv")));
  }

  @Test
  void aReportIsWrittenAnewWhereOneStandsOrWasCutOff() throws Exception {
    Path page = folder.resolve("page");
    assertEquals(0, run("compare", result, "--out", page), err);
    assertEquals(0, run("compare", result, "--out", page), err);
    // As a kill leaves it.
    Files.delete(page.resolve("index.html"));
    Files.writeString(page.resolve(".netdissect-unfinished"), "netdissect report\n");
    assertEquals(0, run("compare", result, "--out", page), err);
    assertTrue(Files.notExists(page.resolve(".netdissect-unfinished")));
  }
}
