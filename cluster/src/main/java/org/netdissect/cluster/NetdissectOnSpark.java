package org.netdissect.cluster;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.app.Netdissect;
import org.netdissect.base.files.TypedPath;

/**
 * The {@code netdissect} command as {@code spark-submit} starts it: what was said to {@code
 * spark-submit} about the master need not be said again.
 */
public final class NetdissectOnSpark {
  /** Commands that do their work on a cluster. */
  private static final List<String> COMMANDS = List.of("run");

  private NetdissectOnSpark() {}

  /** Runs the command and ends the process. */
  public static void main(String[] arguments) {
    // The network's runtime writes nothing about itself and sends nothing, on any machine.
    System.setProperty("spark.executorEnv.ORT_DISABLE_TELEMETRY", "1");
    // An executor keeps the folder that is its own: Spark lays the jar there.
    setIfMissing("spark.executor.extraJavaOptions", "");
    System.setProperty("spark.executorEnv." + TypedPath.FOLDER, System.getProperty("user.dir"));
    List<String> words = withMaster(List.of(arguments), System.getProperty("spark.master"));
    Netdissect.main(words.toArray(String[]::new));
  }

  private static void setIfMissing(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
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
