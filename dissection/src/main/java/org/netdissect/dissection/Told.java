package org.netdissect.dissection;

import java.util.function.LongConsumer;

/** Adds up what is told of tasks, perhaps of several attempts of each: the furthest counts. */
final class Told {
  private final long[] units;
  private final LongConsumer more;

  /**
   * Of nothing yet.
   *
   * @param more is told how many units more are done
   */
  Told(int tasks, LongConsumer more) {
    units = new long[tasks];
    this.more = more;
  }

  /** An attempt of a task has done so many units. */
  void of(int task, long done) {
    if (done > units[task]) {
      more.accept(done - units[task]);
      units[task] = done;
    }
  }
}
