package org.netdissect.analysis.trust;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.MadeUpImages;
import org.netdissect.base.Progress;
import org.netdissect.dissection.rules.Convention;

/**
 * What the test of chance finds: 200 units that were planted to fire where a concept is must pass,
 * and 200 of noise beside them must not, over five worlds and under all three conventions.
 */
class PowerTest {
  private static final long[] SEEDS = {101, 102, 103, 104, 105};
  private static final int PLANTED = 40;
  private static final int UNITS = 80;
  private static final int CONCEPTS = 12;
  private static final int SIDE = 12;
  private static final double RATE = 0.05;

  @TempDir Path folder;

  /** The first units fire where a concept is, each twelfth where the same one is. */
  private static MadeUpImages.Activity planted(MadeUpImages images) {
    return (image, unit, y, x, random) -> {
      int pixel = (y * SIDE / MadeUpImages.CELLS) * SIDE + (x * SIDE / MadeUpImages.CELLS);
      boolean there = unit < PLANTED && images.bears(image, pixel, 1 + unit % CONCEPTS);
      float noise = (float) Math.max(0, random.nextGaussian());
      return there ? 5 + noise : noise;
    };
  }

  @ParameterizedTest
  @EnumSource(Convention.class)
  void plantedUnitsPassAndNoiseDoesNot(Convention convention) throws IOException {
    int found = 0;
    int noise = 0;
    for (long seed : SEEDS) {
      MadeUpImages images =
          new MadeUpImages(
              seed,
              120,
              SIDE,
              false,
              CONCEPTS,
              Files.createDirectories(folder.resolve("world-" + seed)));
      try (LabelledResult data =
          images.dissect(convention, UNITS, seed + 1, planted(images), "out")) {
        ChanceLevel chance =
            ChanceLevel.sequential(
                data,
                data.dissection().layers().get(0),
                new Shuffle(data, seed + 2),
                RATE,
                1_999,
                null,
                2,
                Progress.NONE);
        double[] q = BenjaminiHochberg.adjust(chance.p(0));
        for (int u = 0; u < UNITS; u++) {
          found += u < PLANTED && q[u] <= RATE ? 1 : 0;
          noise += u >= PLANTED && q[u] <= RATE ? 1 : 0;
        }
      }
    }
    int planted = PLANTED * SEEDS.length;
    int others = (UNITS - PLANTED) * SEEDS.length;
    String about =
        convention
            + ", seeds 101 to 105: "
            + found
            + " of "
            + planted
            + " planted units are beyond chance, and "
            + noise
            + " of "
            + others
            + " of noise";
    System.out.println(about);
    assertTrue(found >= 0.99 * planted, about);
    // Of all that pass, a rate of 5 % may be noise, and two standard errors.
    double share = (double) noise / Math.max(1, noise + found);
    assertTrue(share <= RATE + 2 * Math.sqrt(RATE * (1 - RATE) / (noise + found)), about);
    assertTrue(noise <= others * (RATE + 2 * Math.sqrt(RATE * (1 - RATE) / others)), about);
  }
}
