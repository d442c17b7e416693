package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.threads.InOrder;
import org.netdissect.pictures.UnreadableImageException;

/**
 * What is there of a source, by the names of its files.
 *
 * @param lines for people
 * @param whole images of which nothing is missing
 */
record SourceSurvey(List<String> lines, int whole) {
  /** Files that are named; of more the number is told. */
  private static final int NAMED = 5;

  static SourceSurvey of(BrodenSource source, int workers, Progress progress) throws IOException {
    List<String> missing = new ArrayList<>();
    int[] incomplete = new int[1];
    try (Progress.Phase phase =
        progress.phase("Looking at " + source.name(), source.size(), "images")) {
      InOrder.run(
          workers,
          0,
          source.size(),
          "survey",
          image -> missing(source, image),
          (image, problem) -> {
            if (problem.isPresent()) {
              incomplete[0]++;
              if (missing.size() < NAMED) {
                missing.add("  " + problem.get());
              }
            }
            phase.advance(1);
          });
      phase.done();
    }
    int whole = source.size() - incomplete[0];
    List<String> lines = new ArrayList<>();
    lines.add(
        source.name()
            + ": "
            + source.title()
            + ", "
            + source.size()
            + (source.size() == 1 ? " image, " : " images, ")
            + (incomplete[0] == 0
                ? "nothing is missing"
                : whole == 0
                    ? "not one of them is whole: " + reason(source)
                    : incomplete[0] + " of them not whole:"));
    if (whole > 0) {
      lines.addAll(missing);
      if (incomplete[0] > missing.size()) {
        lines.add("  and so of " + (incomplete[0] - missing.size()) + " more");
      }
    }
    return new SourceSurvey(lines, whole);
  }

  /**
   * Makes sure that some image is whole. A part of a source that is missing altogether is told
   * once, not for every image.
   *
   * @throws DataException if none is
   */
  static void checkAny(BrodenSource source) throws DataException {
    for (int image = 0; image < source.size(); image++) {
      if (missing(source, image).isEmpty()) {
        return;
      }
    }
    throw new DataException(
        source.name()
            + ": of "
            + source.title()
            + ", "
            + source.size()
            + (source.size() == 1 ? " image, " : " images, ")
            + "not one is whole: "
            + reason(source)
            + "; get what is missing, or leave the source out");
  }

  /** What the first image misses: a folder, if there is none for its file. */
  private static String reason(BrodenSource source) {
    try {
      for (Path file : files(source, 0)) {
        Path folder = file.getParent();
        if (folder != null && !Files.isDirectory(folder)) {
          while (folder.getParent() != null && !Files.exists(folder.getParent())) {
            folder = folder.getParent();
          }
          return "there is no folder " + Text.oneLine(folder.toString());
        }
      }
    } catch (UnreadableImageException e) {
      return e.getMessage();
    }
    return missing(source, 0).orElse("");
  }

  private static List<Path> files(BrodenSource source, int image) throws UnreadableImageException {
    List<Path> files = new ArrayList<>(source.labelFiles(image));
    files.add(source.photograph(image));
    return files;
  }

  private static Optional<String> missing(BrodenSource source, int image) {
    try {
      return files(source, image).stream()
          .filter(file -> !Files.isRegularFile(file))
          .findFirst()
          .map(file -> "missing file " + Text.oneLine(file.toString()));
    } catch (UnreadableImageException e) {
      return Optional.of(e.getMessage());
    }
  }
}
