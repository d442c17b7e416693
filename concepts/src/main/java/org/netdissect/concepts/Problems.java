package org.netdissect.concepts;

/** What a reader does with a problem: stop, or note it and go on with the next row. */
interface Problems {
  /** Stops at the first. */
  Problems STOP =
      e -> {
        throw e;
      };

  void add(DataException problem) throws DataException;
}
