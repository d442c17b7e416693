package org.netdissect.app;

import java.io.File;
import java.nio.file.Path;
import org.netdissect.base.Text;

/**
 * What commands say. Results go to standard output, and every command fails if they cannot be
 * written; nothing in them makes a terminal do anything but show it.
 */
final class Output {
  private Output() {}

  /** A result, lines and all. */
  static void print(String text) {
    // Windows ends lines of formatted text otherwise.
    System.out.print(Text.terminal(text.replace("\r\n", "\n")));
    System.out.flush();
  }

  /** One line of a result. */
  static void line(Object text) {
    print(text + "\n");
  }

  /** A path as a word of a command that can be copied into a shell. */
  static String word(Path path) {
    return word(path.toString());
  }

  /** A word of a command that can be copied into a shell. */
  static String word(String text) {
    if (text.matches("[\\p{L}\\p{N}_/.+@%=:,-]+") && !text.startsWith("-")) {
      return text;
    }
    if (File.separatorChar == '\\') { // cmd and PowerShell
      return text.matches("[\\p{L}\\p{N}_\\\\/.+@=:,~-]+") ? text : '"' + text + '"';
    }
    return "'" + text.replace("'", "'\\''") + "'";
  }

  /** A line for people, beside the results. */
  static void note(String text) {
    System.err.println(Text.terminal(text));
  }

  /** Whether some of the results could not be written. */
  static boolean failed() {
    return System.out.checkError();
  }
}
