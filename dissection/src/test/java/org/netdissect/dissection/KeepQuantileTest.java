package org.netdissect.dissection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.netdissect.base.Npy;
import org.netdissect.base.Progress;
import org.netdissect.base.files.Trees;
import org.netdissect.concepts.ImageRow;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LowMaps;

/** A run that keeps maps below the thresholds measures the same, and keeps every cell. */
class KeepQuantileTest {
  private static final int IMAGES = 200;
  private static final int UNITS = 9;
  private static final int SIDE = 6;
  private static final int CELLS = SIDE * SIDE;

  private static final List<String> MEASURED =
      List.of(
          "hits.bin", "maps.bin", "histograms.bin", "counts.bin", "units.csv", "top-images.csv");

  @TempDir Path folder;
  private MadeUpData data;
  private final float[] maps = new float[IMAGES * UNITS * CELLS];

  @BeforeEach
  void makeMaps() throws IOException {
    data = new MadeUpData(5, IMAGES, 32, 32, folder);
    Random random = new Random(5);
    for (int i = 0; i < maps.length; i++) {
      double value = random.nextGaussian();
      maps[i] =
          (float)
              switch (i / CELLS % UNITS) {
                case 0 -> value;
                case 1 -> -1 - Math.abs(value);
                case 2 -> random.nextInt(3);
                case 3 -> Math.min(1, Math.max(0, value));
                case 4 -> 0;
                default -> Math.max(0, value - 0.5);
              };
    }
    Npy.write(folder.resolve("maps.npy"), maps, IMAGES, UNITS, SIDE, SIDE);
  }

  private Dissector.Builder run(String out, Convention convention, String keep) {
    return Dissector.builder()
        .setRecorded(
            new RecordedActivations(
                List.of(
                    new RecordedActivations.Maps(
                        "maps", folder.resolve("maps.npy"), ReceptiveField.square(-4, 12, 4))),
                data.rows.stream().map(ImageRow::name).toList(),
                new InputSize(32, 32)))
        .setData(data)
        .setOut(folder.resolve(out))
        .optConvention(convention)
        .optKeepQuantile(keep == null ? null : Quantile.of(keep))
        .optCache(folder.resolve("cache"));
  }

  @ParameterizedTest
  @EnumSource(Convention.class)
  void allElseIsTheSameBytes(Convention convention) throws IOException {
    LayerDissection usual = run("usual", convention, null).build().run().layers().get(0);
    assertFalse(usual.hasLowMaps());
    for (String keep : List.of("0.0051", "0.07", "0.9")) {
      Dissection result = run("keep" + keep, convention, keep).optWorkers(1).build().run();
      assertEquals(keep, result.info().rules().keepQuantile());
      LayerDissection layer = result.layers().get(0);
      LayerDissection again =
          run("again" + keep, convention, keep).optWorkers(3).build().run().layers().get(0);
      for (String name : MEASURED) {
        assertArrayEquals(bytes(usual, name), bytes(layer, name), name);
      }
      assertArrayEquals(bytes(layer, LowMaps.FILE), bytes(again, LowMaps.FILE));
      holdsEveryCellAboveItsFloor(result, convention, Double.parseDouble(keep));
    }
  }

  private static byte[] bytes(LayerDissection layer, String name) throws IOException {
    return Files.readAllBytes(layer.folder().resolve(name));
  }

  private void holdsEveryCellAboveItsFloor(Dissection result, Convention convention, double keep)
      throws IOException {
    List<String> names = result.images();
    int[] rows = new int[names.size()];
    for (ImageRow row : data.rows) {
      if (names.contains(row.name())) {
        rows[names.indexOf(row.name())] = row.row();
      }
    }
    try (LowMaps low = result.layers().get(0).lowMaps()) {
      for (int unit = 0; unit < UNITS; unit++) {
        LowMaps.OfUnit own = low.read(unit);
        float[] values = new float[rows.length * CELLS];
        float[] held = new float[values.length];
        Arrays.fill(held, Float.NaN);
        for (int i = 0; i < values.length; i++) {
          values[i] = maps[(rows[i / CELLS] * UNITS + unit) * CELLS + i % CELLS] + 0f;
        }
        own.visit(
            (image, map) -> {
              map.locate();
              for (int c = 0; c < map.cells; c++) {
                held[image * CELLS + map.index[c]] = map.value[c] + 0f;
              }
            });
        String what = convention + ", " + keep + ", unit " + unit;
        assertEquals(floor(values, convention, keep), own.floor(), what);
        for (int i = 0; i < values.length; i++) {
          boolean near = false;
          for (int j = i - i % CELLS; j < i - i % CELLS + CELLS; j++) {
            int y = i % CELLS / SIDE - j % CELLS / SIDE;
            int x = i % SIDE - j % SIDE;
            near |= Math.abs(y) <= 1 && Math.abs(x) <= 1 && values[j] > own.floor();
          }
          assertEquals(near ? values[i] : Float.NaN, held[i], what);
        }
      }
    }
  }

  private static float floor(float[] values, Convention convention, double quantile) {
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    if (convention == Convention.EXACT) {
      return sorted[n - 1 - (int) (n * Math.round(quantile * 10000) / 10000)];
    }
    double position = (1 - Math.rint(1000 * quantile) / 999.0) * (n - 1);
    int below = (int) position;
    double low = sorted[below];
    return (float) (low + (sorted[Math.min(n - 1, below + 1)] - low) * (position - below));
  }

  @Test
  void goesOnAfterACutWithTheSameBytes() throws IOException {
    Path whole = run("whole", Convention.EXACT, "0.1").build().run().folder();
    int cuts = 0;
    for (int advances = 0; cuts == advances; advances++) {
      Dissector.Builder cut = run("cut", Convention.EXACT, "0.1").optWorkers(1);
      try {
        cut.optProgress(failingAfter(advances)).build().run();
      } catch (IllegalStateException e) {
        cuts++;
      }
      Dissection resumed =
          cuts > advances
              ? run("cut", Convention.EXACT, "0.1").build().run()
              : Dissection.open(folder.resolve("cut"));
      for (String name : List.of("maps/low-maps.bin", "maps/hits.bin", "dissection.json")) {
        assertArrayEquals(
            Files.readAllBytes(whole.resolve(name)),
            Files.readAllBytes(resumed.folder().resolve(name)),
            name + " after " + advances);
      }
      Trees.delete(resumed.folder());
    }
    assertTrue(cuts > 3, "cut off " + cuts + " times");
  }

  /** Fails after so many steps of the measurement, as a kill would. */
  private static Progress failingAfter(int advances) {
    return new Progress() {
      private int left = advances;

      @Override
      public Phase phase(String name, long total, String unit) {
        return new Phase() {
          @Override
          public void advance(long n) {
            if ((name.equals("recording") || name.startsWith("tallying")) && --left < 0) {
              throw new IllegalStateException("cut off");
            }
          }

          @Override
          public void done() {}

          @Override
          public void close() {}
        };
      }

      @Override
      public void warn(String message) {}
    };
  }

  @Test
  void anotherShareIsAnotherRun() throws IOException {
    Dissector.Builder cut = run("cut", Convention.EXACT, "0.1").optProgress(failingAfter(3));
    assertThrows(IllegalStateException.class, () -> cut.build().run());
    for (String other : Arrays.asList("0.2", null)) {
      String message =
          assertThrows(
                  DissectionException.class,
                  () -> run("cut", Convention.EXACT, other).build().run())
              .getMessage();
      assertTrue(message.contains("keepQuantile"), message);
    }
  }

  @Test
  void noLessIsKeptThanMasksNeed() {
    for (String keep : List.of("0.005", "0.001")) {
      assertThrows(
          IllegalArgumentException.class, () -> run("out", Convention.EXACT, keep).build());
    }
  }
}
