package org.netdissect.datasets.broden.build;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;

/** The images that a table has named: one that it names again would count twice. */
final class Repeats {
  private final Path table;
  private final String rows;
  private final Map<String, Long> seen = new HashMap<>();

  /**
   * None so far.
   *
   * @param rows what one is called, for people: "line"
   */
  Repeats(Path table, String rows) {
    this.table = table;
    this.rows = rows;
  }

  /**
   * Takes a name.
   *
   * @param row from 1
   * @throws DataException if the table has named it before
   */
  void check(String name, long row) throws DataException {
    Long before = seen.putIfAbsent(name, row);
    if (before != null) {
      throw new DataException(
          Text.oneLine(table + " " + rows + " " + row + ": ")
              + Text.quoted(name)
              + " is that of "
              + rows
              + " "
              + before
              + ", and counts once");
    }
  }
}
