package org.netdissect.dissection.recording;

import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;

/** What is known once all images are recorded, in one recording or in parts. */
public interface Recorded {
  /** By layer. */
  List<LayerTotals> totals();

  /** The images that were read. */
  BitSet read();

  /** The images that could not be read, and why. */
  SortedMap<Integer, String> unreadable();

  /** SHA-256 over the names and contents of all images read. */
  String contentSha256();
}
