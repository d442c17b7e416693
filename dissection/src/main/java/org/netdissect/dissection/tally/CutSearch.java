package org.netdissect.dissection.tally;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.Bytes;
import org.netdissect.dissection.rules.ThresholdRule;
import org.netdissect.results.values.TrimmedMap;
import org.netdissect.results.values.ValueHistograms;

/**
 * Finds where the maps of a group of units are cut: at the thresholds of their masks and, where
 * more is kept than masks need, at the floors of what is kept. One pass over the recorded maps
 * serves both.
 */
final class CutSearch {
  private final ThresholdSearch thresholds;
  private final @Nullable ThresholdSearch floors;

  /**
   * A search that knows no details yet.
   *
   * @param histograms of all values, from all parts
   */
  CutSearch(ValueHistograms histograms, int first, int end, ThresholdRule rule) {
    thresholds = new ThresholdSearch(histograms, first, end, rule.convention(), rule.quantile());
    floors =
        rule.keep() == null
            ? null
            : new ThresholdSearch(histograms, first, end, rule.convention(), rule.keep());
  }

  int first() {
    return thresholds.first();
  }

  int end() {
    return thresholds.end();
  }

  /** Whether no unit needs details. */
  boolean isDone() {
    return thresholds.isDone() && (floors == null || floors.isDone());
  }

  boolean needs(int unit) {
    return thresholds.needs(unit) || (floors != null && floors.needs(unit));
  }

  /** Counts the values of one recorded map. */
  void count(int unit, TrimmedMap map) {
    thresholds.count(unit, map);
    if (floors != null) {
      floors.count(unit, map);
    }
  }

  /** Writes the counts, for {@link #add} of the same search elsewhere. */
  void encode(Bytes out) {
    thresholds.encode(out);
    if (floors != null) {
      floors.encode(out);
    }
  }

  /** Adds counts of another part. */
  void add(ByteBuffer in) {
    thresholds.add(in);
    if (floors != null) {
      floors.add(in);
    }
  }

  /** The cuts, once everything is counted. */
  Cuts cuts() {
    return new Cuts(thresholds.thresholds(), floors == null ? null : floors.thresholds());
  }
}
