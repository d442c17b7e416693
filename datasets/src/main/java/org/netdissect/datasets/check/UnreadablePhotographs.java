package org.netdissect.datasets.check;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.netdissect.base.Progress;
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
  public static SortedMap<Integer, String> of(ConceptDataset data, Progress progress) {
    SortedMap<Integer, String> wrong = new ConcurrentSkipListMap<>();
    List<ImageRow> rows = data.images();
    progress.begin("Looking at photographs of " + data.name(), rows.size(), "images");
    rows.parallelStream()
        .forEach(
            row -> {
              Path file = data.photograph(row);
              try {
                Photographs.orientation(
                    Photographs.header(file), file.toString(), row.photoHeight(), row.photoWidth());
              } catch (UnreadableImageException e) {
                wrong.put(row.row(), e.getMessage());
              }
              progress.advance(1);
            });
    progress.end();
    return wrong;
  }
}
