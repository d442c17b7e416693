package org.netdissect.dissection.tally;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.SectionFile;
import org.netdissect.dissection.recording.LayerRecorder;
import org.netdissect.dissection.recording.Recording;
import org.netdissect.dissection.recording.TopImages;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.rules.ThresholdRule;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.LowMaps;
import org.netdissect.results.values.TrimmedMap;
import org.netdissect.results.values.ValueHistograms;

/**
 * A layer recorded in parts: by several processes, or on several machines. Everything that is
 * recorded or tallied for some of the images adds up exactly with that of the others, so the result
 * is the same bytes as of one recording.
 *
 * <ol>
 *   <li>Each part is recorded with {@link Recording#open(ImageSet, int[], List, ThresholdRule,
 *       Path, int)}, into a folder of its own. {@link #bounds} of what others have recorded so far
 *       keeps its spill small.
 *   <li>The histograms of all parts are added.
 *   <li>Each part counts towards a {@link CutSearch}; the counts are added and give the thresholds.
 *   <li>Each part tallies its own images with these; the groups' files are merged.
 * </ol>
 */
public final class Parts implements GroupTally {
  private final LayerInfo layer;
  private final List<MaskTally> tallies = new ArrayList<>();
  private final LayerRecorder merged;
  private final List<LayerRecorder> parts;
  private final ThresholdRule rule;
  private final Path folder;

  /**
   * Parts of one layer.
   *
   * @param parts what each part recorded; their images are disjoint
   * @param tallies one for each part
   * @param merged a recorder that holds the sum of the parts' histograms and top images
   * @param folder for the parts' group files
   */
  Parts(
      List<LayerRecorder> parts,
      List<MaskTally> tallies,
      LayerRecorder merged,
      ThresholdRule rule,
      Path folder) {
    this.layer = merged.layer();
    this.parts = parts;
    this.tallies.addAll(tallies);
    this.merged = merged;
    this.rule = rule;
    this.folder = folder;
  }

  /** Adds the parts' histograms and top images to empty ones. */
  static void add(List<LayerRecorder> parts, ValueHistograms histograms, TopImages top) {
    for (LayerRecorder part : parts) {
      for (int u = 0; u < part.layer().units(); u++) {
        histograms.addAll(u, part.histograms(), u);
        top.addAll(u, part.top(), u);
      }
    }
  }

  /**
   * True lower bounds of the units' final thresholds, from what some parts have recorded: the
   * smallest of the needed largest values of some images never exceeds that of all.
   *
   * @param tail how many of a unit's largest values over all images its threshold can depend on
   */
  static float[] bounds(List<LayerRecorder> parts, long tail) {
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

  @Override
  public int[] groups() {
    return MaskTally.groups(
        layer.units(),
        unit -> parts.stream().mapToLong(part -> part.spill().unitBytes(unit)).sum());
  }

  @Override
  public boolean keepsLowMaps() {
    return rule.keep() != null;
  }

  @Override
  public void tally(int first, int end, int workers, Path file) throws IOException {
    CutSearch search = new CutSearch(merged.histograms(), first, end, rule);
    for (MaskTally tally : tallies) {
      // Each part counts into a search of its own, as it would on another machine.
      CutSearch own = new CutSearch(merged.histograms(), first, end, rule);
      tally.count(own, workers);
      Bytes counts = new Bytes(1 << 10);
      own.encode(counts);
      search.add(counts.buffer());
    }
    CutSearch.Cuts cuts = search.cuts();
    List<Path> files = new ArrayList<>();
    for (int p = 0; p < tallies.size(); p++) {
      Path own = folder.resolve("part-" + p + ".group");
      tallies.get(p).tally(first, end, cuts, workers, own);
      files.add(own);
    }
    merge(files, end - first, file);
    for (Path own : files) {
      Files.delete(own);
    }
  }

  /**
   * Merges group files of parts into that of all images.
   *
   * @param units in the group
   */
  private void merge(List<Path> files, int units, Path file) throws IOException {
    List<SectionFile> groups = new ArrayList<>();
    try (SectionFile.Writer writer = new SectionFile.Writer(file, MaskTally.GROUP_KIND)) {
      for (Path path : files) {
        groups.add(SectionFile.open(path, MaskTally.GROUP_KIND, units * sections()));
      }
      TrimmedMap map = new TrimmedMap(layer.height(), layer.width());
      Bytes section = new Bytes(1 << 10);
      for (int u = 0; u < units; u++) {
        float threshold = 0;
        long pixels = 0;
        for (SectionFile group : groups) {
          MaskTally.UnitStats stats = MaskTally.UnitStats.decode(group.read(u * sections()));
          threshold = stats.threshold();
          pixels += stats.maskPixels();
        }
        section.clear();
        new MaskTally.UnitStats(threshold, pixels).encode(section);
        writer.add(section);
        section.clear();
        mergeEntries(sections(groups, u, 1), HitTable::skip, section);
        writer.add(section);
        section.clear();
        mergeEntries(sections(groups, u, 2), map::decode, section);
        writer.add(section);
        if (keepsLowMaps()) {
          List<ByteBuffer> low = sections(groups, u, MaskTally.SECTIONS);
          float floor = 0;
          for (ByteBuffer part : low) {
            floor = LowMaps.decodeFloor(part);
          }
          section.clear();
          LowMaps.encodeFloor(floor, section);
          mergeEntries(low, map::decode, section);
          writer.add(section);
        }
      }
      writer.finish();
    } finally {
      for (SectionFile group : groups) {
        group.close();
      }
    }
  }

  /** One of a unit's sections in each part. */
  private List<ByteBuffer> sections(List<SectionFile> groups, int unit, int section)
      throws IOException {
    List<ByteBuffer> all = new ArrayList<>();
    for (SectionFile group : groups) {
      all.add(group.read(unit * sections() + section));
    }
    return all;
  }

  /** Passes over one image's entry. */
  private interface Skip {
    void over(ByteBuffer in);
  }

  /** Merges the parts' entries of a unit by ascending image. */
  private static void mergeEntries(List<ByteBuffer> inputs, Skip skip, Bytes out) {
    int[] next = inputs.stream().mapToInt(input -> image(input, -1)).toArray();
    int last = -1;
    while (true) {
      int least = 0;
      for (int p = 1; p < next.length; p++) {
        least = next[p] < next[least] ? p : least;
      }
      if (next[least] == Integer.MAX_VALUE) {
        return;
      }
      ByteBuffer in = inputs.get(least);
      int from = in.position();
      skip.over(in);
      out.putVarint(next[least] - last - 1);
      out.put(in.slice(from, in.position() - from));
      last = next[least];
      next[least] = image(in, last);
    }
  }

  /** The image of the next entry; the largest number at the end. */
  private static int image(ByteBuffer in, int last) {
    return in.hasRemaining()
        ? last + 1 + Bytes.getVarint(in, Integer.MAX_VALUE - last - 2)
        : Integer.MAX_VALUE;
  }
}
