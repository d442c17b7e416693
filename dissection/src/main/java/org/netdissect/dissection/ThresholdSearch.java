package org.netdissect.dissection;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the exact thresholds of a group of units. Their histograms tell the bin in which each
 * needed value lies; one pass over the recorded maps counts the lower sixteen bits of the values in
 * those bins. Counts of parts of a recording add up, so the pass may be done in parts.
 *
 * <p>Memory: 256 KiB a bin, one or two bins a unit. Counting is safe from several threads.
 */
final class ThresholdSearch {
  private final ValueHistograms histograms;
  private final int first;
  private final int end;
  private final Convention convention;
  private final Quantile quantile;
  private final List<List<BinDetail>> details = new ArrayList<>();

  /**
   * A search that knows no details yet.
   *
   * @param histograms of all values, from all parts
   */
  ThresholdSearch(
      ValueHistograms histograms, int first, int end, Convention convention, Quantile quantile) {
    this.histograms = histograms;
    this.first = first;
    this.end = end;
    this.convention = convention;
    this.quantile = quantile;
    for (int unit = first; unit < end; unit++) {
      List<BinDetail> own = new ArrayList<>(2);
      int u = unit;
      convention.threshold(
          quantile,
          histograms.counted(unit),
          rank -> {
            int bin = histograms.place(u, rank).bin();
            if (own.stream().noneMatch(detail -> detail.bin == bin)) {
              own.add(new BinDetail(bin));
            }
            return 0;
          });
      // A bin that holds nothing but zeros needs no detail.
      own.removeIf(
          detail ->
              detail.bin == ValueHistograms.ZERO_BIN
                  && histograms.count(u, detail.bin) == histograms.zeros(u));
      details.add(own);
    }
  }

  int first() {
    return first;
  }

  int end() {
    return end;
  }

  /** Whether no unit needs details. */
  boolean isDone() {
    return details.stream().allMatch(List::isEmpty);
  }

  boolean needs(int unit) {
    return !details.get(unit - first).isEmpty();
  }

  /** Counts the values of one recorded map. */
  void count(int unit, TrimmedMap map) {
    for (BinDetail detail : details.get(unit - first)) {
      detail.count(map);
    }
  }

  /** Writes the counts, for {@link #add} of the same search elsewhere. */
  void encode(Bytes out) {
    for (List<BinDetail> own : details) {
      for (BinDetail detail : own) {
        detail.encode(out);
      }
    }
  }

  /** Adds counts of another part. */
  void add(ByteBuffer in) {
    for (List<BinDetail> own : details) {
      for (BinDetail detail : own) {
        detail.add(in);
      }
    }
  }

  /** The thresholds, once everything is counted. */
  float[] thresholds() {
    float[] thresholds = new float[end - first];
    for (int unit = first; unit < end; unit++) {
      int u = unit;
      thresholds[unit - first] =
          convention.threshold(
              quantile,
              histograms.counted(unit),
              rank -> {
                ValueHistograms.Place place = histograms.place(u, rank);
                for (BinDetail detail : details.get(u - first)) {
                  if (detail.bin == place.bin()) {
                    return detail.ofRank(place.rank());
                  }
                }
                return 0;
              });
    }
    return thresholds;
  }

  /** The values of one unit in one bin of its histogram, by their lower sixteen bits. */
  private static final class BinDetail {
    final int bin;
    private final float edge;
    private final int[] counts = new int[1 << 16];

    BinDetail(int bin) {
      this.bin = bin;
      edge = ValueHistograms.lowerEdge(bin);
    }

    synchronized void count(TrimmedMap map) {
      for (int c = 0; c < map.cells; c++) {
        // Adding 0 turns −0 into 0, as it was counted.
        float value = map.value[c] + 0f;
        int key = ValueHistograms.key(value);
        // The bin's lowest value may be the bound itself, which is not recorded: it is the rest.
        if (key >>> 16 == bin && value > edge) {
          counts[key & 0xffff]++;
        }
      }
    }

    float ofRank(long rank) {
      long left = rank;
      for (int low = counts.length - 1; low > 0; low--) {
        left -= Integer.toUnsignedLong(counts[low]);
        if (left <= 0) {
          return ValueHistograms.valueOfKey(bin << 16 | low);
        }
      }
      return edge + 0f;
    }

    void encode(Bytes out) {
      int last = 0;
      for (int low = 1; low < counts.length; low++) {
        if (counts[low] != 0) {
          out.putVarint(low - last);
          out.putVarint(Integer.toUnsignedLong(counts[low]));
          last = low;
        }
      }
      out.putVarint(0);
    }

    synchronized void add(ByteBuffer in) {
      int low = 0;
      for (int gap = Bytes.getVarint(in, 0xffff);
          gap != 0;
          gap = Bytes.getVarint(in, 0xffff - low)) {
        low += gap;
        counts[low] += (int) Bytes.getVarint(in);
      }
    }
  }
}
