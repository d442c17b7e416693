package org.netdissect.datasets.coco;

import java.nio.file.Files;
import java.nio.file.Path;
import org.netdissect.base.DataException;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Recognition;

/**
 * COCO's json files, and folders that hold them. A folder is claimed where a json file lies in it
 * or one folder below; where they lie deeper, only if no folder between is of another format.
 */
public final class CocoFormat implements DatasetFormat {
  @Override
  public String name() {
    return "coco";
  }

  @Override
  public Recognition recognise(Listing at) throws DataException {
    if (!Files.isDirectory(at.folder())) {
      return Recognition.claimedIf(CocoFiles.isCoco(at.folder()));
    }
    if (!CocoFiles.below(at, 2).isEmpty()) {
      return Recognition.CLAIMED;
    }
    return CocoFiles.below(at, CocoFiles.DEEPEST).isEmpty()
        ? Recognition.NONE
        : Recognition.IF_NOTHING_ELSE;
  }

  @Override
  public ReadDataset open(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    return CocoDataset.open(folder, options, problems);
  }
}
