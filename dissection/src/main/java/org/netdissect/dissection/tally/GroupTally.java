package org.netdissect.dissection.tally;

import java.io.IOException;
import java.nio.file.Path;

/** Gives the tally of a layer, group of units by group. */
public interface GroupTally {
  /** First unit of each group, and behind the last the number of units. */
  int[] groups();

  /**
   * Tallies the units from {@code first} to before {@code end} and writes a group's file: per unit
   * its {@link MaskTally.UnitStats}, its hits and its trimmed maps.
   */
  void tally(int first, int end, int workers, Path file) throws IOException;
}
