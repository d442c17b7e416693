package org.netdissect.dissection.tally;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.netdissect.base.files.Bytes;
import org.netdissect.dissection.rules.ThresholdRule;
import org.netdissect.results.values.ValueHistograms;

/** The tally of one part's images, by thresholds that all parts decide. */
public final class PartTally {
  private final MaskTally tally;
  private final ValueHistograms histograms;
  private final ThresholdRule rule;

  /**
   * A part's tally.
   *
   * @param tally of what the part recorded
   * @param histograms of all parts
   */
  public PartTally(MaskTally tally, ValueHistograms histograms, ThresholdRule rule) {
    this.tally = tally;
    this.histograms = histograms;
    this.rule = rule;
  }

  /** What the part holds towards the cuts of a group of units; for {@link PartMerge#sum}. */
  public byte[] counts(int first, int end, int workers) throws IOException {
    CutSearch own = new CutSearch(histograms, first, end, rule);
    tally.count(own, workers);
    Bytes counts = new Bytes(1 << 10);
    own.encode(counts);
    return Arrays.copyOf(counts.array(), counts.size());
  }

  /** Tallies a group of units and writes the part's file of it. */
  public void tally(int first, int end, Cuts cuts, int workers, Path file) throws IOException {
    tally.tally(first, end, cuts, workers, file);
  }
}
