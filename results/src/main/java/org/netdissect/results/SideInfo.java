package org.netdissect.results;

/** What the JSON file beside a table says that an analysis wrote after the result. */
interface SideInfo {
  /** Version of the table. */
  int format();

  /** SHA-256 of the {@code dissection.json} that it belongs to. */
  String result();
}
