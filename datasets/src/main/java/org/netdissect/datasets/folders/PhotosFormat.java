package org.netdissect.datasets.folders;

import java.nio.file.Path;
import org.netdissect.base.DataException;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Recognition;

/**
 * A folder of photographs without labels. Any folder of pictures is one, so it is never recognised:
 * a person says so.
 */
public final class PhotosFormat implements DatasetFormat {
  /** Its name. */
  public static final String NAME = "photos";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Recognition recognise(Listing at) {
    return Recognition.NONE;
  }

  @Override
  public ReadDataset open(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    return PhotoDataset.open(folder, options);
  }
}
