package org.netdissect.datasets.folders;

import java.nio.file.Path;
import java.util.List;
import org.netdissect.base.DataException;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Recognition;

/**
 * One folder of photographs a class. Nearly every folder of pictures has that shape, so it is taken
 * only where nothing else is found and nothing speaks against it.
 */
public final class ClassFoldersFormat implements DatasetFormat {
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
    return ImageFolderDataset.open(folder, options);
  }

  /** Whether some of the pictures below a folder look like masks beside photographs. */
  public static boolean holdsMasks(Path folder) throws DataException {
    List<PictureGroup> groups = PictureGroup.of(folder, PhotoFiles.below(folder));
    long masks = groups.stream().filter(PictureGroup::isOfMasks).count();
    return masks > 0 && masks < groups.size();
  }
}
