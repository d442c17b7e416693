package org.netdissect.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How far a run on a cluster has come, as the files that it writes tell. */
enum RunStage {
  START,
  LABELS,
  RECORD,
  THRESHOLDS,
  TALLY,
  MERGE,
  OVER;

  /** That of a run into a folder. */
  static RunStage of(Path out) throws IOException {
    if (Files.exists(out.resolve("dissection.json"))) {
      return OVER;
    }
    if (holds(out, 2, "hits.bin")) {
      return MERGE;
    }
    Path work = out.resolve(".work");
    if (holds(work, 2, "cuts.bin")) {
      return TALLY;
    }
    if (holds(work, 3, "histograms.gz")) {
      return THRESHOLDS;
    }
    if (holds(work, 1, "parts-")) {
      return RECORD;
    }
    List<String> labels = names(TestRuns.cache(out), 1);
    return labels.stream().anyMatch(name -> name.endsWith(".parts")) ? LABELS : START;
  }

  /** Whether something in a folder, so deep at most, has a name that begins so. */
  static boolean holds(Path folder, int depth, String name) throws IOException {
    return names(folder, depth).stream().anyMatch(found -> found.startsWith(name));
  }

  private static List<String> names(Path folder, int depth) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder, depth)) {
      return files.map(file -> file.getFileName().toString()).toList();
    } catch (UncheckedIOException | NoSuchFileException e) {
      // It is changing.
      return List.of();
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
