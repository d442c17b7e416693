package org.netdissect.dissection;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Npy;
import org.netdissect.concepts.ImageRow;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.PeakActivations;

/** The largest activations of units on images, against the maps themselves. */
class PeaksTest {
  private static final int IMAGES = 150;
  private static final int UNITS = 70;
  private static final int SIDE = 6;

  @TempDir Path folder;

  @Test
  void peaksAreThoseOfTheMapsWhateverTheWorkers() throws IOException {
    MadeUpData data = new MadeUpData(5, IMAGES, 32, 32, folder);
    Random random = new Random(5);
    float[] maps = new float[IMAGES * UNITS * SIDE * SIDE];
    for (int i = 0; i < maps.length; i++) {
      int unit = i / (SIDE * SIDE) % UNITS;
      // Some units are mostly zero, some always below it.
      double value = random.nextGaussian() - (unit % 3 == 0 ? 3 : 0);
      maps[i] = (float) (unit % 5 == 4 ? -1 - Math.abs(value) : Math.max(0, value));
    }
    Path file = Npy.write(folder.resolve("maps.npy"), maps, IMAGES, UNITS, SIDE, SIDE);
    LayerDissection layer = run(data, file, "one", 1, true);
    LayerDissection again = run(data, file, "three", 3, true);
    LayerDissection without = run(data, file, "without", 2, false);
    assertFalse(without.hasPeaks());
    for (String name : List.of("hits.bin", "maps.bin", "units.csv", "peaks.bin")) {
      byte[] bytes = Files.readAllBytes(layer.folder().resolve(name));
      assertArrayEquals(bytes, Files.readAllBytes(again.folder().resolve(name)), name);
      if (!name.equals("peaks.bin")) {
        assertArrayEquals(bytes, Files.readAllBytes(without.folder().resolve(name)), name);
      }
    }
    List<String> names = Dissection.open(folder.resolve("one")).images();
    try (PeakActivations peaks = layer.peaks()) {
      for (int unit = 0; unit < UNITS; unit++) {
        float[] read = peaks.read(unit);
        for (int row = 0; row < IMAGES; row++) {
          int image = names.indexOf(data.rows.get(row).name());
          if (image < 0) {
            // It has no labels and takes no part.
            continue;
          }
          float largest = Float.NEGATIVE_INFINITY;
          for (int cell = 0; cell < SIDE * SIDE; cell++) {
            largest = Math.max(largest, maps[(row * UNITS + unit) * SIDE * SIDE + cell]);
          }
          assertEquals(largest, read[image], "unit " + unit + ", image " + image);
        }
      }
    }
  }

  private LayerDissection run(MadeUpData data, Path file, String out, int workers, boolean peaks)
      throws IOException {
    return Dissector.builder()
        .setRecorded(
            new RecordedActivations(
                List.of(
                    new RecordedActivations.Maps("maps", file, ReceptiveField.square(-4, 12, 4))),
                data.rows.stream().map(ImageRow::name).toList(),
                new InputSize(32, 32)))
        .setData(data)
        .setOut(folder.resolve(out))
        .optWorkers(workers)
        .optPeaks(peaks)
        .optCache(folder.resolve("cache"))
        .build()
        .run()
        .layers()
        .get(0);
  }
}
