package org.netdissect.concepts.atlas;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.Progress;
import org.netdissect.base.files.BadFileException;
import org.netdissect.concepts.ImageRow;

/**
 * The ranges of a data set's images that are compiled elsewhere, in a folder of the draft. What an
 * earlier compilation left of them is taken as it is.
 */
final class AtlasParts {
  private final Path folder;
  private final List<ImageRow> rows;
  private final List<AtlasRange> ranges = new ArrayList<>();

  /**
   * The ranges of images.
   *
   * @param inputs {@link AtlasRange#inputs} of their data set
   * @param parts how many ranges are wanted; more than there are images are not made
   */
  AtlasParts(Path folder, String inputs, List<ImageRow> rows, int parts) {
    this.folder = folder;
    this.rows = rows;
    long all = rows.size();
    int made = (int) Math.min(parts, all);
    for (int p = 0; p < made; p++) {
      int from = (int) (all * p / made);
      int to = (int) (all * (p + 1) / made);
      ranges.add(new AtlasRange(inputs, folder.toAbsolutePath().toString(), from, to));
    }
  }

  /**
   * Has those ranges compiled of which no file is there.
   *
   * @param done images that need not be compiled any more, the first ones
   */
  void compile(AtlasEngine engine, int done, Progress progress, Progress.Phase phase)
      throws IOException {
    Files.createDirectories(folder);
    List<AtlasRange> missing = new ArrayList<>();
    for (AtlasRange range : left(done)) {
      if (Files.exists(range.file())) {
        phase.advance(range.to() - Math.max(done, range.from()));
      } else {
        missing.add(range);
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    engine.compile(missing, phase::advance);
    long unreached = missing.stream().filter(range -> !Files.exists(range.file())).count();
    if (unreached > 0) {
      progress.warn(
          "the cluster does not reach "
              + folder.getParent()
              + ": labels are compiled here; name a folder that all machines reach with --cache");
    }
  }

  private List<AtlasRange> left(int done) {
    return ranges.stream().filter(range -> range.to() > done).toList();
  }

  /** Takes images one by one, in their order. */
  interface Taker {
    /** Takes an image that was compiled elsewhere. */
    void take(CompiledImage image) throws IOException;

    /** Compiles and takes images of which no file tells. */
    void compile(int from, int to) throws IOException;

    /** What was taken is safe after this. */
    void keep() throws IOException;
  }

  /**
   * Hands on all images, in their order.
   *
   * @param done how many need not be, the first ones
   */
  void join(int done, Taker taker, Progress progress) throws IOException {
    for (AtlasRange range : left(done)) {
      int next = Math.max(done, range.from());
      if (Files.exists(range.file())) {
        try (AtlasPart part = AtlasPart.open(range)) {
          while (next < range.to()) {
            CompiledImage image = part.image(next, rows.get(next));
            taker.take(image);
            next++;
          }
        } catch (BadFileException e) {
          if (!e.isIn(folder.toAbsolutePath())) {
            throw e;
          }
          progress.warn(e.getMessage() + "; compiling its images again");
        }
      }
      if (next < range.to()) {
        taker.compile(next, range.to());
      }
      taker.keep();
      // So that labels take their room once.
      Files.deleteIfExists(range.file());
    }
  }
}
