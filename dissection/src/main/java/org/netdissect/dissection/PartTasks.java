package org.netdissect.dissection;

import java.io.IOException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;
import org.netdissect.dissection.tally.Cuts;

/** The tasks that a measurement in parts is made of, in their order. */
final class PartTasks {
  private PartTasks() {}

  /**
   * Which part of which measurement.
   *
   * @param inputs digest of all that decides the result: another process must see the same
   * @param folder for the files of all parts
   * @param part number
   * @param parts how many there are
   */
  record Part(String inputs, String folder, int part, int parts) implements Serializable {}

  /**
   * Records a part; gives the number of its images.
   *
   * @param bounds by layer and unit, true lower bounds of the final thresholds; null if none are
   *     known
   */
  record RecordPart(Part part, float @Nullable [][] bounds) implements PartTask<Integer> {
    @Override
    public Integer run(PartWorker worker) throws IOException {
      return worker.record(this);
    }
  }

  /**
   * Counts what a part holds towards the thresholds of a layer; by group of units.
   *
   * @param groups first units, and behind the last their number
   */
  record CountPart(Part part, int layer, int[] groups) implements PartTask<byte[][]> {
    @Override
    public byte[][] run(PartWorker worker) throws IOException {
      return worker.count(this);
    }
  }

  /**
   * Tallies a part's images into files of groups of units; gives how many.
   *
   * @param groups first units, and behind the last their number
   * @param cuts of each group
   */
  record TallyPart(Part part, int layer, int[] groups, Cuts[] cuts) implements PartTask<Integer> {
    @Override
    public Integer run(PartWorker worker) throws IOException {
      return worker.tally(this);
    }
  }
}
