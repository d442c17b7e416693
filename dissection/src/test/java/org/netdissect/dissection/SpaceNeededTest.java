package org.netdissect.dissection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.RecordedProgress;
import org.netdissect.dissection.scoring.MapsKept;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerInfo;

/** What is refused and warned of when the disk is nearly full. */
class SpaceNeededTest {
  @TempDir Path folder;
  private final RecordedProgress progress = new RecordedProgress();

  private static LayerInfo layer(int units, int side) {
    return new LayerInfo("l", "l", "recorded", units, side, side, null);
  }

  @Test
  void refusesNamingBothNumbers() throws IOException {
    SpaceNeeded needed = new SpaceNeeded(12_300_000_000L, 30_000_000_000L);
    DissectionException e =
        assertThrows(
            DissectionException.class, () -> needed.check(folder, progress, f -> 4_560_000_000L));
    assertTrue(e.getMessage().contains("12.3 GB"), e.getMessage());
    assertTrue(e.getMessage().contains("4.6 GB"), e.getMessage());
    assertTrue(e.getMessage().contains(folder.toString()), e.getMessage());

    needed.check(folder, progress, f -> 20_000_000_000L);
    assertEquals(1, progress.warnings.size());
    assertTrue(progress.warnings.get(0).contains("30.0 GB"), progress.warnings.toString());

    needed.check(folder, progress, f -> 31_000_000_000L);
    needed.check(folder, progress, f -> -1);
    assertEquals(1, progress.warnings.size(), "plenty, or unknown");
  }

  @Test
  void whatIsWrittenAlreadyNeedsNoMoreRoom() throws IOException {
    Files.write(Files.createDirectories(folder.resolve(".work/l")).resolve("x"), new byte[900]);
    new SpaceNeeded(1000, 1000).check(folder, progress, f -> 100);
    assertTrue(progress.warnings.isEmpty());
    assertThrows(
        DissectionException.class,
        () -> new SpaceNeeded(1000, 1000).check(folder, progress, f -> 99));
  }

  /** A dense dump of 64 units of 112×112 on Broden would take 203 GB. */
  @Test
  void estimatesFollowTheData() {
    SpaceNeeded wide = SpaceNeeded.of(List.of(layer(64, 112)), 63_305, 0.005, MapsKept.ALL);
    assertTrue(wide.least() > 10e9 && wide.least() < 25e9, DiskSpace.text(wide.least()));
    assertTrue(wide.likely() > 30e9 && wide.likely() < 60e9, DiskSpace.text(wide.likely()));
    SpaceNeeded half = SpaceNeeded.of(List.of(layer(64, 112)), 31_652, 0.005, MapsKept.ALL);
    assertEquals(0.5, (double) half.least() / wide.least(), 0.01);
    SpaceNeeded none = SpaceNeeded.of(List.of(layer(64, 112)), 63_305, 0.005, MapsKept.NONE);
    assertTrue(none.least() < wide.least());
    SpaceNeeded both =
        SpaceNeeded.of(List.of(layer(64, 112), layer(64, 112)), 63_305, 0.005, MapsKept.ALL);
    assertTrue(both.least() > 1.9 * wide.least());
  }

  /** What SqueezeNet 1.1 (Places365) took at its fullest with 1,281 images. */
  @Test
  void whatWasMeasuredLiesWithin() {
    long[][] measured = {{64, 55, 93_953_425}, {256, 27, 133_209_219}, {512, 13, 65_098_002}};
    for (long[] m : measured) {
      SpaceNeeded needed =
          SpaceNeeded.of(List.of(layer((int) m[0], (int) m[1])), 1281, 0.005, MapsKept.ALL);
      assertTrue(needed.least() < m[2], needed + " for " + m[2]);
      assertTrue(needed.likely() > m[2], needed + " for " + m[2]);
    }
  }

  @Test
  void whatStepsWriteComesOnTop() {
    assertEquals(new SpaceNeeded(110, 210), new SpaceNeeded(100, 200).plus(10));
  }

  @Test
  void aProcessOfAClusterNeedsLessThanTheWhole() {
    SpaceNeeded all = SpaceNeeded.of(List.of(layer(64, 112)), 63_305, 0.005, MapsKept.NONE);
    SpaceNeeded parts = SpaceNeeded.ofParts(List.of(layer(64, 112)), 63_305, 4, 0.005);
    SpaceNeeded half = SpaceNeeded.ofParts(List.of(layer(64, 112)), 63_305 / 2, 4, 0.005);
    assertTrue(parts.least() < all.least(), parts + " " + all);
    assertEquals(0.5, (double) half.least() / parts.least(), 0.01);
  }
}
