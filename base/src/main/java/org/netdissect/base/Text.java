package org.netdissect.base;

/** Text from outside, made fit for a message. */
public final class Text {
  private static final int LONGEST = 300;
  private static final int LONGEST_FILE_NAME = 120;

  private Text() {}

  /** The text on one line: control characters are written as escapes, and it is cut when long. */
  public static String oneLine(String text) {
    StringBuilder line = new StringBuilder();
    int end = Math.min(text.length(), LONGEST);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
        line.append(String.format("\\u%04x", (int) c));
      } else {
        line.append(c);
      }
    }
    return end < text.length() ? line + "…" : line.toString();
  }

  /**
   * Text of any length that a terminal shows and does not obey: all control characters but line
   * feeds and tabs, and those that turn the direction of writing, are written as escapes. JSON
   * stays the same JSON.
   */
  public static String terminal(String text) {
    StringBuilder shown = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean obeyed =
          (Character.isISOControl(c) && c != '\n' && c != '\t')
              || (c >= '\u202a' && c <= '\u202e')
              || (c >= '\u2066' && c <= '\u2069');
      if (obeyed && shown == null) {
        shown = new StringBuilder(text.substring(0, i));
      }
      if (shown != null) {
        shown.append(obeyed ? String.format("\\u%04x", (int) c) : c);
      }
    }
    return shown == null ? text : shown.toString();
  }

  public static String quoted(String text) {
    return '"' + oneLine(text) + '"';
  }

  /**
   * A name for a file or folder: each run of {@code - / # ? * !} and white space becomes one hyphen
   * (as the original does with layers), and so does whatever else some file system refuses.
   *
   * @return at most 120 characters; empty if nothing is left
   */
  public static String fileSafe(String name) {
    String safe =
        name.replaceAll("[-/#?*!\\s\\\\:\"<>|\\p{Cntrl}]+", "-").replaceAll("^[-.]+|[-.]+$", "");
    return safe.substring(0, Math.min(LONGEST_FILE_NAME, safe.length()));
  }

  public static boolean isAllDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
