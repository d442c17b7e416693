package org.netdissect.base;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Keeps what a test's piece of work tells of itself. */
public final class RecordedProgress implements Progress {
  /** Names of the phases, in the order in which they began. */
  public final List<String> phases = new ArrayList<>();

  /** Names of those that were done. */
  public final List<String> done = new ArrayList<>();

  /** Names of those that ended before they were done. */
  public final List<String> failed = new ArrayList<>();

  public final List<String> warnings = new ArrayList<>();
  private final LongConsumer atAdvance;

  public RecordedProgress() {
    this(n -> {});
  }

  /**
   * @param atAdvance is told of every advance, on its thread
   */
  public RecordedProgress(LongConsumer atAdvance) {
    this.atAdvance = atAdvance;
  }

  @Override
  public synchronized Phase phase(String name, long total, String unit) {
    phases.add(name);
    return new Phase() {
      private boolean isDone;

      @Override
      public void advance(long n) {
        atAdvance.accept(n);
      }

      @Override
      public void done() {
        isDone = true;
      }

      @Override
      public void close() {
        synchronized (RecordedProgress.this) {
          (isDone ? done : failed).add(name);
        }
      }
    };
  }

  @Override
  public synchronized void warn(String message) {
    warnings.add(message);
  }
}
