package org.netdissect.dissection;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The reference data beside the project; tests that need it skip where it is absent. */
final class Shared {
  private Shared() {}

  static Path path(String relative) {
    Path path = Path.of(System.getProperty("netdissect.shared", "../../shared")).resolve(relative);
    assumeTrue(Files.exists(path), () -> "skipped: " + path + " is not here");
    return path;
  }
}
