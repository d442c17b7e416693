package org.netdissect.base;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** Python on this machine; tests that need it are skipped where it is absent. */
public final class Python {
  private static final long PATIENCE_SECONDS = 300;

  private Python() {}

  /**
   * Runs a script.
   *
   * @param modules that must be installed; the test is skipped where one is not
   * @return all that it says
   */
  public static String run(List<String> modules, Object... scriptAndArguments)
      throws IOException, InterruptedException {
    String python = with(modules);
    Assumptions.assumeTrue(
        python != null, () -> "skipped: no python3 with " + String.join(" and ", modules));
    List<String> command = new ArrayList<>(List.of(String.valueOf(python), "-B"));
    for (Object one : scriptAndArguments) {
      command.add(one.toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "Python does not end");
    return said;
  }

  private static @Nullable String with(List<String> modules) throws InterruptedException {
    for (String name : List.of("python3", "/usr/bin/python3")) {
      try {
        Process process =
            new ProcessBuilder(name, "-c", "import " + String.join(", ", modules))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0) {
          return name;
        }
      } catch (IOException e) {
        // Not there.
      }
    }
    return null;
  }
}
