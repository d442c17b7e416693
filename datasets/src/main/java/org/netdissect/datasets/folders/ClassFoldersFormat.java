package org.netdissect.datasets.folders;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Recognition;

/**
 * One folder of photographs a class. Nearly every folder of pictures has that shape, so it is taken
 * only where nothing else is found and nothing speaks against it.
 */
public final class ClassFoldersFormat implements DatasetFormat {
  /** Classes whose folders are searched for annotations. */
  private static final int MOST_SEARCHED = 20;

  @Override
  public String name() {
    return "folders";
  }

  @Override
  public Recognition recognise(Listing at) throws DataException {
    return ImageFolderDataset.classesIn(at.folder()) == null
        ? Recognition.NONE
        : Recognition.IF_NOTHING_ELSE;
  }

  @Override
  public ReadDataset open(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    if (options.format() == null) {
      checkNoAnnotations(folder);
    }
    return ImageFolderDataset.open(folder, options);
  }

  private static void checkNoAnnotations(Path folder) throws DataException {
    Map<String, String> classes = ImageFolderDataset.classesIn(folder);
    int searched = 0;
    for (String path : classes == null ? Set.<String>of() : classes.keySet()) {
      Path of = folder.resolve(path);
      String annotation = ClassEvidence.annotation(Listing.of(of));
      if (annotation != null) {
        throw new DataException(
            Text.oneLine(of.resolve(annotation).toString())
                + " holds labels of the photograph beside it, in no format that is read; convert"
                + " them to COCO, or say --format folders to take the folders for classes");
      }
      if (++searched == MOST_SEARCHED) {
        return;
      }
    }
  }
}
