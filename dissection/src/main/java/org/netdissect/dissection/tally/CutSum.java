package org.netdissect.dissection.tally;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Adds up what parts count towards where the maps of a group of units are cut. */
public final class CutSum {
  private final CutSearch search;

  CutSum(CutSearch search) {
    this.search = search;
  }

  /**
   * Adds a part; each once.
   *
   * @param counts from {@link PartTally#counts}
   */
  public void add(byte[] counts) {
    search.add(ByteBuffer.wrap(counts).order(ByteOrder.LITTLE_ENDIAN));
  }

  /** The cuts, once all parts are added. */
  public Cuts cuts() {
    return search.cuts();
  }
}
