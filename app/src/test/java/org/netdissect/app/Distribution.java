package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the built distribution as a user would: a real process. */
final class Distribution {
  private Distribution() {}

  /** What a command did. */
  record Outcome(int exit, String out, String err) {
    String all() {
      return "exit " + exit + "\n" + out + err;
    }
  }

  static Path home() {
    return Path.of(System.getProperty("netdissect.home"));
  }

  static ProcessBuilder command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (System.getProperty("os.name").startsWith("Windows")) {
      command.add(home().resolve("bin/netdissect.cmd").toString());
    } else {
      command.add(home().resolve("bin/netdissect").toString());
    }
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("NETDISSECT_OPTS", "-ea -Xmx600m");
    // Native parts are unpacked once for all tests, outside the user's own cache; no command leaves
    // work behind.
    builder.environment().put("XDG_CACHE_HOME", home().resolve("../../it-cache").toString());
    builder.environment().put("NETDISSECT_ARCHIVE", "now");
    return builder;
  }

  static Outcome run(Object... arguments) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    for (Object argument : arguments) {
      words.add(argument.toString());
    }
    Path out = Files.createTempFile("netdissect", ".out");
    Path err = Files.createTempFile("netdissect", ".err");
    try {
      Process process =
          command(words).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException("no end after five minutes: " + words);
      }
      return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
