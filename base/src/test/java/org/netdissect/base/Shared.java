package org.netdissect.base;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The reference data beside the project; tests that need it are skipped where it is absent. */
public final class Shared {
  private Shared() {}

  /** A file or folder of it; skips the test where it is absent. */
  public static Path path(String name) {
    Path path = Path.of(System.getProperty("netdissect.shared", "absent")).resolve(name);
    Assumptions.assumeTrue(Files.exists(path), () -> "skipped: " + path + " is not here");
    return path;
  }
}
