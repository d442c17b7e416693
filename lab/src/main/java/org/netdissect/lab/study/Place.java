package org.netdissect.lab.study;

import java.nio.file.Path;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;

/**
 * Where something stands in a study's file, for complaints that come after it was read.
 *
 * @param line from 1
 * @param name what it is: "networks.depth.train"; empty for the whole
 */
record Place(Path file, long line, String name) {
  /** A complaint about what stands there. */
  DataException wrong(String what) {
    return DataException.at(file, line, (name.isEmpty() ? "" : Text.oneLine(name) + ": ") + what);
  }

  /** The same complaint with its cause. */
  DataException wrong(String what, Throwable cause) {
    DataException wrong = wrong(what);
    wrong.initCause(cause);
    return wrong;
  }
}
