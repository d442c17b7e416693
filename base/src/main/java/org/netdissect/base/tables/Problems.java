package org.netdissect.base.tables;

import org.netdissect.base.DataException;

/** What a reader does with a problem: stop, or note it and go on with the next row. */
public interface Problems {
  /** Stops at the first. */
  Problems STOP =
      e -> {
        throw e;
      };

  void add(DataException problem) throws DataException;
}
