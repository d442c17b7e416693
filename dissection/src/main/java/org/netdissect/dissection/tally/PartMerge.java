package org.netdissect.dissection.tally;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.SectionFile;
import org.netdissect.dissection.recording.LayerTotals;
import org.netdissect.dissection.rules.ThresholdRule;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.LowMaps;
import org.netdissect.results.values.TrimmedMap;

/** Puts together what parts of a layer's images were counted and tallied to. */
public final class PartMerge implements GroupTally {
  /** Where the parts' files of a group of units lie. */
  @FunctionalInterface
  public interface GroupFiles {
    /** The files of the units from {@code first} to before {@code end}, one of each part. */
    List<Path> of(int first, int end) throws IOException;
  }

  private final LayerInfo layer;
  private final LayerTotals totals;
  private final long[] unitBytes;
  private final ThresholdRule rule;
  private final GroupFiles files;

  /**
   * A merge.
   *
   * @param totals of all parts
   * @param unitBytes recorded of each unit, in all parts
   */
  public PartMerge(LayerTotals totals, long[] unitBytes, ThresholdRule rule, GroupFiles files) {
    this.layer = totals.layer();
    this.totals = totals;
    this.unitBytes = unitBytes.clone();
    this.rule = rule;
    this.files = files;
  }

  @Override
  public int[] groups() {
    return MaskTally.groups(layer.units(), unit -> unitBytes[unit]);
  }

  @Override
  public int sections() {
    return MaskTally.sections(rule);
  }

  @Override
  public boolean keepsLowMaps() {
    return rule.keep() != null;
  }

  /**
   * Where the maps of a group of units are cut.
   *
   * @param counts of all parts, from {@link PartTally#counts}
   */
  public Cuts cuts(int first, int end, List<byte[]> counts) {
    CutSearch search = new CutSearch(totals.histograms(), first, end, rule);
    for (byte[] part : counts) {
      search.add(ByteBuffer.wrap(part).order(ByteOrder.LITTLE_ENDIAN));
    }
    return search.cuts();
  }

  /** Merges the parts' files of a group. */
  @Override
  public void tally(int first, int end, int workers, Path file) throws IOException {
    merge(files.of(first, end), end - first, file);
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
