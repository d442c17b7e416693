package org.netdissect.dissection.tally;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.dissection.recording.LayerRecorder;
import org.netdissect.dissection.recording.LayerTotals;
import org.netdissect.dissection.recording.Recording;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.rules.ThresholdRule;
import org.netdissect.results.values.ValueHistograms;

/**
 * A layer recorded in parts: by several processes, or on several machines. Everything that is
 * recorded or tallied for some of the images adds up exactly with that of the others, so the result
 * is the same bytes as of one recording.
 *
 * <ol>
 *   <li>Each part is recorded with {@link Recording#open(ImageSet, int[], List, ThresholdRule,
 *       Path, int, boolean)}, into a folder of its own. {@link #bounds} of what others have
 *       recorded so far keeps its spill small.
 *   <li>The histograms of all parts are added.
 *   <li>Each part counts towards a {@link CutSearch}; the counts are added and give the thresholds.
 *   <li>Each part tallies its own images with these; the groups' files are merged.
 * </ol>
 */
public final class Parts implements GroupTally {
  private final List<PartTally> tallies = new ArrayList<>();
  private final PartMerge merge;
  private final Path folder;

  /**
   * Parts of one layer.
   *
   * @param parts what each part recorded; their images are disjoint
   * @param tallies one for each part
   * @param totals the sum of the parts
   * @param folder for the parts' group files
   */
  Parts(
      List<LayerRecorder> parts,
      List<MaskTally> tallies,
      LayerTotals totals,
      ThresholdRule rule,
      Path folder) {
    long[] unitBytes = new long[totals.layer().units()];
    for (int u = 0; u < unitBytes.length; u++) {
      for (LayerRecorder part : parts) {
        unitBytes[u] += part.spill().unitBytes(u);
      }
    }
    for (MaskTally tally : tallies) {
      this.tallies.add(new PartTally(tally, totals.histograms(), rule));
    }
    merge = new PartMerge(totals, unitBytes, rule, (first, end) -> files());
    this.folder = folder;
  }

  /**
   * True lower bounds of the units' final thresholds, from what some parts have recorded: the
   * smallest of the needed largest values of some images never exceeds that of all.
   *
   * @param tail how many of a unit's largest values its threshold over all images, or what is kept
   *     below it, can depend on
   */
  public static float[] bounds(List<LayerRecorder> parts, long tail) {
    int units = parts.get(0).layer().units();
    ValueHistograms sum = new ValueHistograms(units);
    float[] bounds = new float[units];
    for (int u = 0; u < units; u++) {
      for (LayerRecorder part : parts) {
        sum.addAll(u, part.histograms(), u);
      }
      bounds[u] = sum.lowerBound(u, tail);
    }
    return bounds;
  }

  private List<Path> files() {
    List<Path> files = new ArrayList<>();
    for (int p = 0; p < tallies.size(); p++) {
      files.add(folder.resolve("part-" + p + ".group"));
    }
    return files;
  }

  @Override
  public int[] groups() {
    return merge.groups();
  }

  @Override
  public int sections() {
    return merge.sections();
  }

  @Override
  public boolean keepsLowMaps() {
    return merge.keepsLowMaps();
  }

  @Override
  public void tally(int first, int end, int workers, Path file) throws IOException {
    CutSum sum = merge.sum(first, end);
    for (PartTally part : tallies) {
      // Each part counts by itself, as it would on another machine.
      sum.add(part.counts(first, end, workers));
    }
    Cuts cuts = sum.cuts();
    List<Path> files = files();
    for (int p = 0; p < files.size(); p++) {
      tallies.get(p).tally(first, end, cuts, workers, files.get(p));
    }
    merge.tally(first, end, workers, file);
    for (Path own : files) {
      Files.delete(own);
    }
  }
}
