package org.netdissect.dissection;

import java.io.IOException;
import java.io.Serializable;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.netdissect.concepts.atlas.AtlasRange;

/** The tasks that a measurement in parts is made of, in their order. */
final class PartTasks {
  private PartTasks() {}

  /**
   * Which part of which measurement.
   *
   * @param inputs digest of all that decides the result: another process must see the same
   * @param folder for what all processes need
   * @param number from 0
   * @param parts how many there are
   * @param processes that share them about equally; 0 if it is not to be looked whether their disks
   *     have room
   */
  record Part(String inputs, String folder, int number, int parts, int processes)
      implements Serializable {}

  /**
   * Some units of a layer that are tallied together.
   *
   * @param first unit
   * @param end behind the last
   */
  record Group(int layer, int first, int end) implements Serializable {}

  /**
   * What came of compiling labels.
   *
   * @param isReached whether the folder of the parts was
   * @param failure why the data set contradicts itself; null if it does not
   */
  record Compiled(boolean isReached, @Nullable String failure) implements Serializable {}

  /** Compiles the labels of some images into a file. Tells of images. */
  record CompileLabels(AtlasRange range) implements PartTask<Compiled> {
    @Override
    public int part() {
      // Whoever compiled labels has nothing at hand that others have not.
      return -1 - range.from();
    }

    @Override
    public Compiled run(PartWorker worker, LongConsumer told) throws IOException {
      return worker.compile(range, told);
    }
  }

  /** Records a part; gives the checkpoint that its recording ends with, packed. Tells of images. */
  record RecordPart(Part of) implements PartTask<byte[]> {
    @Override
    public int part() {
      return of.number();
    }

    @Override
    public byte[] run(PartWorker worker, LongConsumer told) throws IOException {
      return worker.record(of, told);
    }
  }

  /** Counts what a part holds towards the thresholds; by group. */
  record CountPart(Part of, Group[] groups) implements PartTask<byte[][]> {
    @Override
    public int part() {
      return of.number();
    }

    @Override
    public byte[][] run(PartWorker worker, LongConsumer told) throws IOException {
      return worker.count(this);
    }
  }

  /** Tallies a part's images into files of groups; gives how many. */
  record TallyPart(Part of, Group[] groups) implements PartTask<Integer> {
    @Override
    public int part() {
      return of.number();
    }

    @Override
    public Integer run(PartWorker worker, LongConsumer told) throws IOException {
      return worker.tally(this);
    }
  }
}
