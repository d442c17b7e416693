package org.netdissect.dissection.tally;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.Bytes;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.results.values.TrimmedMap;
import org.netdissect.results.values.ValueHistograms;

/**
 * Finds the exact thresholds of a group of units. Their histograms tell the bin in which each
 * needed value lies; one pass over the recorded maps counts the lower sixteen bits of the values in
 * those bins. Counts of parts of a recording add up, so the pass may be done in parts.
 *
 * <p>Memory: two bytes for each value in a bin, at most 256 KiB a bin; one or two bins a unit.
 * Counting is safe from several threads.
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
              own.add(new BinDetail(bin, histograms.count(u, bin)));
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
    /** Values that are held one by one; more are counted in a table, which is then smaller. */
    private static final int LISTED = 1 << 15;

    final int bin;
    private final float edge;

    /** The lower bits of each value, or null where they are counted. */
    private final char @Nullable [] list;

    private int listed;

    /** How often each value of the lower bits occurs; empty where they are listed. */
    private final int[] counts;

    /**
     * A bin.
     *
     * @param values how many values it holds
     */
    BinDetail(int bin, long values) {
      this.bin = bin;
      edge = ValueHistograms.lowerEdge(bin);
      if (values <= LISTED) {
        list = new char[(int) values];
        counts = new int[0];
      } else {
        list = null;
        counts = new int[1 << 16];
      }
    }

    synchronized void count(TrimmedMap map) {
      for (int c = 0; c < map.cells; c++) {
        // Adding 0 turns −0 into 0, as it was counted.
        float value = map.value[c] + 0f;
        int key = ValueHistograms.key(value);
        // The bin's lowest value may be the bound itself, which is not recorded: it is the rest.
        if (key >>> 16 == bin && value > edge) {
          add(key & 0xffff, 1);
        }
      }
    }

    private void add(int low, long times) {
      if (list == null) {
        counts[low] += (int) times;
      } else {
        // The histogram told how many values there are.
        for (long i = 0; i < times; i++) {
          list[listed++] = (char) low;
        }
      }
    }

    float ofRank(long rank) {
      long left = rank;
      if (list != null) {
        Arrays.sort(list, 0, listed);
        return left > listed ? edge + 0f : value(list[listed - (int) left]);
      }
      for (int low = counts.length - 1; low > 0; low--) {
        left -= Integer.toUnsignedLong(counts[low]);
        if (left <= 0) {
          return value(low);
        }
      }
      return edge + 0f;
    }

    private float value(int low) {
      return ValueHistograms.valueOfKey(bin << 16 | low);
    }

    void encode(Bytes out) {
      int last = 0;
      if (list != null) {
        Arrays.sort(list, 0, listed);
        for (int i = 0; i < listed; ) {
          int low = list[i];
          int from = i;
          while (i < listed && list[i] == low) {
            i++;
          }
          out.putVarint(low - last);
          out.putVarint(i - from);
          last = low;
        }
      } else {
        for (int low = 1; low < counts.length; low++) {
          if (counts[low] != 0) {
            out.putVarint(low - last);
            out.putVarint(Integer.toUnsignedLong(counts[low]));
            last = low;
          }
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
        add(low, Bytes.getVarint(in));
      }
    }
  }
}
