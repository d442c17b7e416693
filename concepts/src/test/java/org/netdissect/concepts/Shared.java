package org.netdissect.concepts;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** The reference data beside the project; tests that need it are skipped where it is absent. */
final class Shared {
  private Shared() {}

  static Path path(String name) {
    Path path = Path.of(System.getProperty("netdissect.shared", "../shared")).resolve(name);
    Assumptions.assumeTrue(Files.exists(path), "no " + path);
    return path;
  }
}
