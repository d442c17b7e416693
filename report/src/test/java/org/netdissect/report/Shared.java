package org.netdissect.report;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The reference data of the oracle tests. */
final class Shared {
  private Shared() {}

  /** A file or folder of it; skips the test where it is absent. */
  static Path path(String name) {
    Path path = Path.of(System.getProperty("netdissect.shared", "")).resolve(name);
    Assumptions.assumeTrue(Files.exists(path), "no reference data: " + path);
    return path;
  }
}
