package org.netdissect.cluster;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.app.Netdissect;

/**
 * The {@code netdissect} command as {@code spark-submit} starts it: what was said to {@code
 * spark-submit} about the master need not be said again.
 */
public final class NetdissectOnSpark {
  /** Commands that do their work on a cluster. */
  private static final List<String> COMMANDS = List.of("run", "study");

  private NetdissectOnSpark() {}

  /** Runs the command and ends the process. */
  public static void main(String[] arguments) {
    List<String> words = withMaster(List.of(arguments), System.getProperty("spark.master"));
    Netdissect.main(words.toArray(String[]::new));
  }

  /** The words of a command, with the master if they name none. */
  static List<String> withMaster(List<String> words, @Nullable String master) {
    boolean isNamed =
        words.stream().anyMatch(w -> w.equals("--master") || w.startsWith("--master="));
    if (master == null || isNamed || words.isEmpty() || !COMMANDS.contains(words.get(0))) {
      return words;
    }
    List<String> all = new ArrayList<>(words);
    all.addAll(1, List.of("--master", master));
    return all;
  }
}
