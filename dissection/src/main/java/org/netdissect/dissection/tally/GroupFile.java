package org.netdissect.dissection.tally;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.SectionFile;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.results.ActivationMaps;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.LowMaps;
import org.netdissect.results.values.TrimmedMap;

/** The file of a tallied group of units, as an earlier run may have left it. */
public final class GroupFile {
  private GroupFile() {}

  /**
   * Reads all of it, to be sure that the result can be made of it.
   *
   * @param units of the group
   * @param sections of a unit
   * @throws DamagedException if anything in it makes no sense
   */
  public static void check(Path file, int units, int sections, LayerInfo layer, ImageSet images)
      throws IOException {
    try (SectionFile group = SectionFile.open(file, MaskTally.GROUP_KIND, units * sections)) {
      TrimmedMap map = new TrimmedMap(layer.height(), layer.width());
      for (int u = 0; u < units; u++) {
        int section = u * sections;
        try {
          unit(group, section, images);
          maps(group.read(section + 2), map, images);
          if (sections > MaskTally.SECTIONS) {
            ByteBuffer low = group.read(section + MaskTally.SECTIONS);
            LowMaps.decodeFloor(low);
            maps(low, map, images);
          }
        } catch (BufferUnderflowException | IllegalStateException e) {
          throw group.malformed(section, e);
        }
      }
    }
  }

  private static void maps(ByteBuffer section, TrimmedMap map, ImageSet images) {
    ActivationMaps.read(section, map, images.size(), (image, cells) -> {});
  }

  private static void unit(SectionFile group, int section, ImageSet images) throws IOException {
    ByteBuffer head = group.read(section);
    MaskTally.UnitStats stats = MaskTally.UnitStats.decode(head);
    if (!Float.isFinite(stats.threshold()) || head.hasRemaining()) {
      throw new IllegalStateException("no threshold");
    }
    long[] pixels = new long[1];
    HitTable.read(
        group.read(section + 1),
        images.size(),
        images::regions,
        (image, region, count) -> pixels[0] += count);
    // The hits of a unit sum to its mask's pixels.
    if (pixels[0] != stats.maskPixels()) {
      throw new IllegalStateException(pixels[0] + " pixels instead of " + stats.maskPixels());
    }
  }
}
