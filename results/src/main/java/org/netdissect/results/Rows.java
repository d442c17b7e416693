package org.netdissect.results;

import de.siegmar.fastcsv.reader.NamedCsvRecord;

/** What the tables of a result have in common. */
final class Rows {
  /** No table counts beyond: sums of two counts must not overflow. */
  static final long LARGEST_COUNT = 1L << 61;

  private Rows() {}

  /**
   * A number of pixels, images or the like.
   *
   * @throws IllegalArgumentException if the field is none
   */
  static long count(NamedCsvRecord row, String field) {
    long count = Long.parseLong(row.getField(field));
    if (count < 0 || count > LARGEST_COUNT) {
      throw new IllegalArgumentException(field + " is " + count);
    }
    return count;
  }

  /** What is wrong with a row, for a message that names the file. */
  static String at(NamedCsvRecord row, RuntimeException e) {
    return "line " + row.getStartingLineNumber() + ": " + firstLine(e);
  }

  static String firstLine(RuntimeException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
