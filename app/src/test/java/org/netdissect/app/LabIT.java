package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.app.Distribution.Outcome;

/** The commands that need nothing from outside. */
class LabIT {
  @TempDir Path folder;

  @Test
  void rendersTheSameWorldTwice() throws Exception {
    for (String name : List.of("a", "b")) {
      Outcome outcome =
          Distribution.run(
              "world", "--images", 30, "--seed", 5, "--size", 64, "--out", folder.resolve(name));
      assertEquals(0, outcome.exit(), outcome.all());
    }
    for (String file : List.of("index.csv", "label.csv", "images/world/000007.png")) {
      assertArrayEquals(
          Files.readAllBytes(folder.resolve("a").resolve(file)),
          Files.readAllBytes(folder.resolve("b").resolve(file)),
          file);
    }
    Outcome again = Distribution.run("world", "--images", 30, "--out", folder.resolve("a"));
    assertEquals(1, again.exit(), again.all());
    assertTrue(again.err().contains("not empty"), again.all());
  }

  @Test
  void refusesWhatCannotBe() throws Exception {
    Path out = folder.resolve("x");
    assertEquals(2, Distribution.run("world", "--size", 113, "--out", out).exit());
    assertEquals(2, Distribution.run("world", "--images", 0, "--out", out).exit());
    assertEquals(2, Distribution.run("demo", "--images", 1, "--out", out).exit());
    assertEquals(2, Distribution.run("selftest", "--images", 1, "--out", out).exit());
    assertEquals(
        2, Distribution.run("train", "--data", out, "--out", out, "--task", "none").exit());
    assertEquals(
        2, Distribution.run("train", "--data", out, "--out", out, "--arch", "none").exit());
    assertEquals(2, Distribution.run("train", "--data", out, "--out", out, "--width", 4).exit());
    Outcome missing = Distribution.run("train", "--data", out, "--out", out);
    assertEquals(1, missing.exit(), missing.all());
    assertEquals(1, missing.err().lines().count(), missing.all());
  }

  @Test
  void demonstratesAndTheResultsCanBeShown() throws Exception {
    Path out = folder.resolve("demo");
    Outcome outcome = Distribution.run("demo", "--images", 240, "--out", out);
    assertEquals(0, outcome.exit(), outcome.all());
    assertTrue(outcome.out().contains("random mean"), outcome.all());
    assertTrue(Files.exists(out.resolve("trained/report/index.html")), outcome.all());
    Outcome again = Distribution.run("demo", "--images", 240, "--out", out);
    assertEquals(outcome.out(), again.out(), "a second call takes what stands");
    for (String name : List.of("trained", "random-1", "random-5")) {
      assertEquals(0, Distribution.run("show", out.resolve(name)).exit(), name);
    }
  }

  @Test
  void findsPlantedUnitsAgain() throws Exception {
    Path out = folder.resolve("selftest");
    Outcome outcome = Distribution.run("selftest", "--images", 120, "--concepts", 1, "--out", out);
    assertEquals(0, outcome.exit(), outcome.all());
    assertTrue(Files.exists(out.resolve("selftest.csv")));
  }
}
