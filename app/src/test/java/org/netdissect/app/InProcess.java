package org.netdissect.app;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The command, run in the process of the test. */
final class InProcess {
  private InProcess() {}

  /** Runs it; the exit code, then all that it printed and said, in their order. */
  static String run(Object... words) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    return run(all, all, words) + "\n" + all.toString(StandardCharsets.UTF_8);
  }

  /**
   * Runs it.
   *
   * @param out takes what it prints
   * @param err takes what it says beside
   * @return the exit code
   */
  static int run(OutputStream out, OutputStream err, Object... words) {
    PrintStream outBefore = System.out;
    PrintStream errBefore = System.err;
    PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
    PrintStream said = out == err ? printed : new PrintStream(err, true, StandardCharsets.UTF_8);
    try {
      System.setOut(printed);
      System.setErr(said);
      return Netdissect.execute(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    } finally {
      System.setOut(outBefore);
      System.setErr(errBefore);
    }
  }
}
