package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.networks.TestModels;

/** What commands print, where it cannot be printed, and what terminals get of it. */
class OutputTest {
  private static final String ESCAPE = "\u001b[31mred\u009b2J";

  @TempDir Path folder;
  private Path model;
  private Path data;
  private Path result;
  private String err = "";

  private int run(OutputStream to, Object... words) {
    PrintStream out = System.out;
    PrintStream oldErr = System.err;
    ByteArrayOutputStream complained = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(to, false, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
      return Netdissect.execute(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    } finally {
      System.setOut(out);
      System.setErr(oldErr);
      err = complained.toString(StandardCharsets.UTF_8);
    }
  }

  private static OutputStream full() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException("No space left on device");
      }
    };
  }

  @BeforeEach
  void makeResult() throws IOException {
    model = TestModels.tiny(1).write(folder.resolve("tiny.onnx"));
    data = SmallData.write(folder.resolve("data"), 30, 1);
    result = folder.resolve("result");
    assertEquals(
        0,
        run(
            new ByteArrayOutputStream(),
            "run",
            model,
            "--data",
            data,
            "--preprocess",
            "unit",
            "--no-report",
            "--out",
            result),
        err);
  }

  @Test
  void everyCommandFailsWhereItsOutputCannotBeWritten() {
    for (List<Object> command :
        List.<List<Object>>of(
            List.of("show", result),
            List.of("show", result, "--json"),
            List.of("layers", model),
            List.of("layers", model, "--json"),
            List.of("data", "info", data),
            List.of("data", "info", data, "--json"),
            List.of("data", "verify", data),
            List.of("report", result, "--out", folder.resolve("report")),
            List.of("compare", result, "--out", folder.resolve("compared")),
            List.of("run", model, "--data", data, "--no-report", "--out", folder.resolve("again")),
            List.of("--help"),
            List.of("--version"))) {
      assertEquals(1, run(full(), command.toArray()), command.toString());
      List<String> lines = err.lines().filter(line -> line.startsWith("netdissect:")).toList();
      assertEquals(1, lines.size(), err);
      assertTrue(lines.get(0).contains("standard output"), err);
    }
  }

  @Test
  void namesDoNotReachTheTerminalAsOrders() throws IOException {
    Path table = folder.resolve("a.csv");
    Files.writeString(
        table,
        "unit,category,label,score,x-label,x-truth,x-activation,x-intersect,x-iou\n"
            + "1,x,"
            + ESCAPE
            + ",0.5,"
            + ESCAPE
            + ",10,5,5,0.5\n");
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    Path imported = folder.resolve("imported");
    assertEquals(
        0, run(said, "import", table, "--network", ESCAPE, "--layers", ESCAPE, "--out", imported));
    assertEquals(0, run(said, "show", imported));
    assertEquals(0, run(said, "show", imported, "--json"));
    assertEquals(1, run(said, "show", folder.resolve(ESCAPE)));
    assertEquals(2, run(said, "show", imported, "--" + ESCAPE));
    assertEquals(
        0, run(said, "compare", imported, "--names", ESCAPE, "--out", folder.resolve("page")), err);
    String all = said.toString(StandardCharsets.UTF_8);
    assertTrue(all.contains("\\u001b[31mred\\u009b2J"), all);
    assertFalse((all + err).chars().anyMatch(c -> c != '\n' && Character.isISOControl(c)), all);
  }

  @Test
  void limitsOfJavaAreOneLineThatSaysWhatToDo() {
    for (Throwable failure :
        List.of(
            new OutOfMemoryError("Java heap space"),
            new IllegalStateException(new OutOfMemoryError("Java heap space")),
            new StackOverflowError(),
            new NoClassDefFoundError("org/nowhere"))) {
      StringWriter said = new StringWriter();
      assertEquals(1, Failures.report(failure, new PrintWriter(said), false));
      assertEquals(1, said.toString().lines().count(), said.toString());
      assertEquals(
          !(failure instanceof NoClassDefFoundError),
          said.toString().contains("NETDISSECT_OPTS=-X"),
          said.toString());
    }
  }

  @Test
  void aFullDiskIsNamed() {
    StringWriter said = new StringWriter();
    Failures.report(
        new IOException("No space left on device"), new PrintWriter(said), false, "some/OUT");
    String line = "netdissect: the disk is full (some/OUT: No space left on device); make room and";
    assertTrue(said.toString().startsWith(line), said.toString());
  }

  @Test
  void anExportOfADamagedResultLeavesTheOldOne() throws IOException {
    Path tables = folder.resolve("tables");
    OutputStream nowhere = OutputStream.nullOutputStream();
    assertEquals(0, run(nowhere, "export", result, "--format", "counts-csv", "--out", tables), err);
    Path counts = tables.resolve("relu3/counts.csv");
    byte[] old = Files.readAllBytes(counts);
    Path hit = result.resolve("relu3/counts.bin");
    byte[] bytes = Files.readAllBytes(hit);
    bytes[bytes.length / 3] ^= 1;
    Files.write(hit, bytes);
    assertEquals(1, run(nowhere, "export", result, "--format", "counts-csv", "--out", tables));
    assertTrue(err.contains("counts.bin is damaged"), err);
    assertArrayEquals(old, Files.readAllBytes(counts));
    try (var files = Files.walk(tables)) {
      assertEquals(2, files.filter(Files::isRegularFile).count());
    }
  }

  @Test
  void aComparisonWritesItsRulesInOneOrder() throws IOException {
    Path page = folder.resolve("compared");
    assertEquals(0, run(OutputStream.nullOutputStream(), "compare", result, "--out", page), err);
    assertTrue(
        Files.readString(page.resolve("index.html"))
            .contains("\"rules\":{\"iou\":0.04,\"convention\":\"\",\"quantile\":\"\"}"));
  }

  @Test
  void aResultWithinItsDataAndEmptyPathsAreRefused() {
    OutputStream nowhere = OutputStream.nullOutputStream();
    Path within = data.resolve("out/deeper");
    assertEquals(1, run(nowhere, "run", model, "--data", data, "--out", within));
    assertTrue(err.contains("lies in the data set"), err);
    assertFalse(Files.exists(data.resolve("out")));
    assertEquals(1, run(nowhere, "run", model, "--data", data, "--out", data));
    assertEquals(2, run(nowhere, "run", model, "--data", data, "--out", ""));
    assertTrue(err.contains("the path is empty"), err);
  }
}
