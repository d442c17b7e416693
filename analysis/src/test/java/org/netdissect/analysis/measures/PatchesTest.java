package org.netdissect.analysis.measures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a unit's patches say of its meaning, against counting pairs and known mixtures. */
class PatchesTest {
  private static Patches random(Random random, int patches, int concepts) {
    double[][] shares = new double[patches][concepts];
    for (double[] share : shares) {
      double length = 0;
      for (int c = 1; c < concepts; c++) {
        share[c] = random.nextInt(3) == 0 ? random.nextDouble() : 0;
        length += share[c] * share[c];
      }
      share[1] += length == 0 ? 1 : 0;
      length = length == 0 ? 1 : Math.sqrt(length);
      for (int c = 1; c < concepts; c++) {
        share[c] /= length;
      }
    }
    return new Patches(shares);
  }

  @Test
  void clarityIsTheMeanCosineOfPairs() {
    Random random = new Random(101);
    for (int round = 0; round < 50; round++) {
      Patches patches = random(random, 2 + random.nextInt(12), 6);
      double sum = 0;
      int pairs = 0;
      for (int i = 0; i < patches.count(); i++) {
        for (int j = 0; j < i; j++) {
          sum += Patches.dot(patches.shares()[i], patches.shares()[j]);
          pairs++;
        }
      }
      assertEquals(sum / pairs, patches.clarity(), 1e-12, "round " + round);
    }
  }

  @Test
  void twoMeaningsAreToldApart() {
    double[][] shares = new double[10][5];
    for (int p = 0; p < 10; p++) {
      shares[p][p < 7 ? 2 : 4] = 1;
    }
    Patches.Pair pair = new Patches(shares).pair();
    assertEquals(1, pair.polysemanticity(), 1e-12);
    assertEquals(0.3, pair.secondShare(), 1e-12);
    assertEquals(2, pair.nameOfFirst());
    assertEquals(4, pair.nameOfSecond());
    // Colour that all patches share does not name the clusters.
    for (double[] share : shares) {
      share[1] = 3;
      for (int c = 0; c < share.length; c++) {
        share[c] /= Math.sqrt(10);
      }
    }
    pair = new Patches(shares).pair();
    assertEquals(2, pair.nameOfFirst());
    assertEquals(4, pair.nameOfSecond());
    assertEquals(0.1, pair.polysemanticity(), 1e-12);
  }

  @Test
  void oneMeaningIsClear() {
    double[][] shares = new double[6][4];
    for (double[] share : shares) {
      share[3] = 1;
    }
    Patches patches = new Patches(shares);
    assertEquals(1, patches.clarity(), 1e-12);
    assertEquals(0, patches.pair().polysemanticity(), 1e-12);
    assertTrue(Double.isNaN(new Patches(new double[][] {{0, 1}}).clarity()));
    assertNull(new Patches(new double[][] {{0, 1}}).pair());
    assertEquals(0, new Patches(new double[0][]).mean().length);
  }
}
