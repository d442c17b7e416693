package org.netdissect.dissection;

import java.io.IOException;
import java.io.Serializable;
import java.util.function.LongConsumer;

/**
 * A piece of a measurement that may be done in any process that reaches the same files. It may be
 * begun several times, even at once: whichever attempt ends first counts, and the others change
 * nothing.
 *
 * @param <R> what it finds
 */
public interface PartTask<R extends Serializable> extends Serializable {
  /**
   * Number of the part that it works on. It is best done by the process that last did a task of
   * this part, which has at hand what others would have to record again; but any can. Negative for
   * work on none.
   */
  int part();

  /**
   * Does it.
   *
   * @param told how many units of its work more are done
   */
  R run(PartWorker worker, LongConsumer told) throws IOException;
}
