package org.netdissect.datasets.check;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.netdissect.base.Progress;
import org.netdissect.base.threads.Workers;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.UnreadableImageException;

/**
 * Which photographs of a data set will be left out, as far as their first bytes tell: files that
 * are missing, no pictures, of kinds that are not read or of another size than the data set says.
 */
public final class UnreadablePhotographs {
  private UnreadablePhotographs() {}

  /** Looks at them all: by row what is wrong, in a line that names the file. */
  public static SortedMap<Integer, String> of(ConceptDataset data, Progress progress)
      throws IOException {
    SortedMap<Integer, String> wrong = new ConcurrentSkipListMap<>();
    List<ImageRow> rows = data.images();
    try (Progress.Phase phase =
        progress.phase("Looking at photographs of " + data.name(), rows.size(), "images")) {
      Workers.run(
          Runtime.getRuntime().availableProcessors(),
          rows.size(),
          "headers",
          () ->
              i -> {
                ImageRow row = rows.get(i);
                Path file = data.photograph(row);
                try {
                  Photographs.orientation(
                      Photographs.header(file),
                      file.toString(),
                      row.photoHeight(),
                      row.photoWidth());
                } catch (UnreadableImageException e) {
                  wrong.put(row.row(), e.getMessage());
                }
                phase.advance(1);
              });
      phase.done();
    }
    return wrong;
  }
}
