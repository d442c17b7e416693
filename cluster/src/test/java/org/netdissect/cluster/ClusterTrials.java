package org.netdissect.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The long forms of what {@link StandaloneClusterTest} tries, and what a cluster costs. */
final class ClusterTrials {
  /** Tasks in any order, most of them done twice at once. */
  static final List<String> UNSTEADY =
      List.of(
          "-Dnetdissect.shuffleParts=7",
          "-Dspark.speculation.quantile=0.1",
          "-Dspark.speculation.multiplier=1.01",
          "-Dspark.speculation.interval=20ms",
          "-Dspark.speculation.minTaskRuntime=1ms");

  private ClusterTrials() {}

  /** Whether a run that is under way has a file whose name begins so. */
  static boolean holds(Path out, String name) throws IOException {
    Path work = out.resolve(".work");
    if (!Files.isDirectory(work)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(work, 2)) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith(name + "0"));
    } catch (java.io.UncheckedIOException | NoSuchFileException e) {
      return false;
    }
  }
}
