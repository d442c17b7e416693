package org.netdissect.dissection.tally;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.SectionFile;
import org.netdissect.base.threads.InOrder;
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

  /** Bytes of parts' files that are held at once, about. */
  private static final long HELD_BYTES = 64L << 20;

  private final LayerInfo layer;
  private final LayerTotals totals;
  private final long[] unitBytes;
  private final ThresholdRule rule;
  private final GroupFiles files;

  /**
   * A merge.
   *
   * @param totals of all parts
   * @param unitBytes recorded of each unit, in all parts; about
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

  /** A sum of what the parts count towards the cuts of a group of units. */
  public CutSum sum(int first, int end) {
    return new CutSum(new CutSearch(totals.histograms(), first, end, rule));
  }

  /** Merges the parts' files of a group, some units after the other, each by a thread. */
  @Override
  public void tally(int first, int end, int workers, Path file) throws IOException {
    List<Path> parts = files.of(first, end);
    int[] runs = MaskTally.runs(first, end, unit -> unitBytes[unit], HELD_BYTES);
    try (SectionFile.Writer writer = new SectionFile.Writer(file, MaskTally.GROUP_KIND)) {
      for (int r = 0; r + 1 < runs.length; r++) {
        int from = runs[r] - first;
        ByteBuffer[][] read = read(parts, end - first, from, runs[r + 1] - first);
        InOrder.run(
            workers,
            0,
            runs[r + 1] - runs[r],
            "merge",
            unit -> merge(unit, read),
            (unit, merged) -> {
              for (Bytes section : merged) {
                writer.add(section);
              }
            });
      }
      writer.finish();
    }
  }

  /**
   * Reads some units of the parts' files of a group, one file after the other: there may be more
   * than can be open at once.
   *
   * @param units in the group
   * @return by part, the sections of these units
   */
  private ByteBuffer[][] read(List<Path> parts, int units, int from, int to) throws IOException {
    ByteBuffer[][] all = new ByteBuffer[parts.size()][(to - from) * sections()];
    for (int p = 0; p < all.length; p++) {
      try (SectionFile group =
          SectionFile.open(parts.get(p), MaskTally.GROUP_KIND, units * sections())) {
        for (int s = 0; s < all[p].length; s++) {
          all[p][s] = group.read(from * sections() + s);
        }
      }
    }
    return all;
  }

  /** The sections of a unit, over all parts. */
  private List<Bytes> merge(int unit, ByteBuffer[][] parts) {
    float threshold = 0;
    long pixels = 0;
    for (ByteBuffer part : sections(parts, unit, 0)) {
      MaskTally.UnitStats stats = MaskTally.UnitStats.decode(part);
      threshold = stats.threshold();
      pixels += stats.maskPixels();
    }
    List<Bytes> merged = new ArrayList<>();
    Bytes head = new Bytes(16);
    new MaskTally.UnitStats(threshold, pixels).encode(head);
    merged.add(head);
    TrimmedMap map = new TrimmedMap(layer.height(), layer.width());
    merged.add(mergeEntries(sections(parts, unit, 1), HitTable::skip, new Bytes(1 << 10)));
    merged.add(mergeEntries(sections(parts, unit, 2), map::decode, new Bytes(1 << 10)));
    if (keepsLowMaps()) {
      List<ByteBuffer> low = sections(parts, unit, MaskTally.SECTIONS);
      float floor = 0;
      for (ByteBuffer part : low) {
        floor = LowMaps.decodeFloor(part);
      }
      Bytes section = new Bytes(1 << 10);
      LowMaps.encodeFloor(floor, section);
      merged.add(mergeEntries(low, map::decode, section));
    }
    return merged;
  }

  /** One of a unit's sections in each part. */
  private List<ByteBuffer> sections(ByteBuffer[][] parts, int unit, int section) {
    return Arrays.stream(parts).map(part -> part[unit * sections() + section]).toList();
  }

  /** Passes over one image's entry. */
  private interface Skip {
    void over(ByteBuffer in);
  }

  /** Merges the parts' entries of a unit by ascending image. */
  private static Bytes mergeEntries(List<ByteBuffer> inputs, Skip skip, Bytes out) {
    int[] next = inputs.stream().mapToInt(input -> image(input, -1)).toArray();
    int last = -1;
    while (true) {
      int least = 0;
      for (int p = 1; p < next.length; p++) {
        least = next[p] < next[least] ? p : least;
      }
      if (next[least] == Integer.MAX_VALUE) {
        return out;
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
