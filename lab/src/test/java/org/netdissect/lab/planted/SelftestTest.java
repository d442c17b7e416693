package org.netdissect.lab.planted;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.lab.train.AnalyticNetworks;
import org.netdissect.lab.world.WorldFolder;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.results.Dissection;
import org.netdissect.results.UnitScore;

class SelftestTest {
  @TempDir Path temp;

  @Test
  void cleanPlantedUnitsAreAllFoundAndIousAreAsPredicted() throws IOException {
    Path out = temp.resolve("selftest");
    List<Selftest.Line> lines = Selftest.run(out, 80, 2, line -> {});
    Selftest.Line clean = lines.get(0);
    assertEquals(12, clean.units());
    assertEquals(clean.units(), clean.recovered(), "clean units");
    assertEquals(clean.predicted(), clean.found(), 1e-9, "counting says exactly which pixels");
    for (Selftest.Line line : lines) {
      if (line.what().startsWith("noise")) {
        assertEquals(line.predicted(), line.found(), 0.02, line.what() + " " + line.level());
      } else if (line.what().startsWith("saturated")) {
        assertEquals(line.predicted(), line.found(), 1e-9, line.what());
      } else if (line.what().startsWith("no concept") && line.level() > 14) {
        // On coarse maps so few images let chance pass.
        assertEquals(0, line.passing(), line.what());
      }
    }
    assertEquals(lines.size() + 1, Files.readAllLines(out.resolve("selftest.csv")).size());
    for (Selftest.FormulaLine line : Selftest.runFormulas(out, 80, 2, text -> {})) {
      assertTrue(line.units() > 0 && line.iou() >= line.plantedIou(), line.toString());
      if (line.noise() == 0) {
        assertEquals(line.units(), line.recovered(), line.toString());
      }
    }
    String chart = Files.readString(out.resolve("selftest.svg"));
    assertEquals(9, chart.split("<polyline", -1).length - 1, "three curves in three panels");
    assertFalse(Files.exists(out.resolve("maps.npy")));
    List<String> said = new ArrayList<>();
    assertEquals(lines, Selftest.run(out, 80, 2, said::add), "a second one just runs");
    assertTrue(said.get(0).contains("made anew"), said.get(0));
  }

  @Test
  void aConvolutionThatAnswersToRednessIsLabelledRed() throws IOException {
    Path data = temp.resolve("world");
    WorldFolder.write(8, 64, 240, data, 2, done -> {});
    // Weights on R, G, B in 0 … 1, and the bias: how red, green, dark a pixel is.
    Path model = temp.resolve("colors.onnx");
    Files.write(
        model,
        AnalyticNetworks.ofPixels(
            64,
            Map.of(
                0, new float[] {1, -1, -1, 0},
                1, new float[] {-1, 1, -1, 0},
                2, new float[] {-1, -1, -1, 3})));
    try (Network network = Network.open(model)) {
      Dissection dissection =
          Dissector.builder()
              .setNetwork(network)
              .setData(BrodenDataset.open(data))
              .setOut(temp.resolve("out"))
              .optPreprocessing(Preprocessing.UNIT)
              .optCategories(List.of("color"))
              .build()
              .run();
      List<UnitScore> units = dissection.layers().get(0).units();
      assertEquals(
          List.of("red-c", "green-c", "black-c"),
          units.stream().map(unit -> unit.label().label()).toList());
    }
  }

  @Test
  void tailOfTheNormalDistribution() {
    double[][] known = {{0, 0.5}, {1, 0.158655254}, {2.5758293, 0.005}, {-1, 0.841344746}};
    for (double[] pair : known) {
      assertEquals(pair[1], Expected.tail(pair[0]), 2e-7);
    }
  }

  @Test
  void predictionForNoisyUnitsAgreesWithDrawing() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    double p = 0.02;
    double deviation = 0.5;
    int n = 1_000_000;
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
      if (i < p * n) {
        values[i] += 1 + random.nextFloat();
      }
    }
    float[] sorted = values.clone();
    java.util.Arrays.sort(sorted);
    float threshold = sorted[n - 1 - n / 200];
    int hits = 0;
    int all = 0;
    for (int i = 0; i < n; i++) {
      if (values[i] > threshold) {
        all++;
        hits += i < p * n ? 1 : 0;
      }
    }
    assertEquals(
        hits / (all + p * n - hits), Expected.noisy(p, deviation, 1), 0.005, "seed " + seed);
  }

  @Test
  void blurIsAMean() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int side = 9;
    float[] map = new float[side * side];
    for (int i = 0; i < map.length; i++) {
      map[i] = random.nextFloat();
    }
    for (int radius = 1; radius < 12; radius += 3) {
      float[] blurred = map.clone();
      Selftest.blur(blurred, side, radius);
      for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
          double sum = 0;
          int n = 0;
          for (int i = 0; i < map.length; i++) {
            if (Math.abs(i / side - y) <= radius && Math.abs(i % side - x) <= radius) {
              sum += map[i];
              n++;
            }
          }
          assertEquals(sum / n, blurred[y * side + x], 1e-5, "seed " + seed);
        }
      }
    }
  }
}
