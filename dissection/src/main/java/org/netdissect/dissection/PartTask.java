package org.netdissect.dissection;

import java.io.IOException;
import java.io.Serializable;

/**
 * A piece of a measurement that may be done in any process that reaches the same files. It may be
 * begun several times, even at once: whichever attempt ends first counts, and the others change
 * nothing.
 *
 * @param <R> what it finds
 */
public interface PartTask<R extends Serializable> extends Serializable {
  /** Does it. */
  R run(PartWorker worker) throws IOException;
}
