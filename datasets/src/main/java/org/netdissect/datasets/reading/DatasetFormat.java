package org.netdissect.datasets.reading;

import java.nio.file.Path;
import org.netdissect.base.DataException;
import org.netdissect.base.tables.Problems;

/** A format of labelled images: how a folder of it is recognised, opened and verified. */
public interface DatasetFormat {
  /** Its name on the command line. */
  String name();

  /**
   * What the format makes of a folder, or of a file in a folder's place. Folders below it are asked
   * about by themselves.
   *
   * @param at what lies in the folder
   */
  Recognition recognise(Listing at) throws DataException;

  /**
   * Opens a data set. What {@link ReadDataset#check} finds afterwards is verified too.
   *
   * @param folder that was recognised, or that a person says to be of this format
   * @param problems told of what is wrong in one row, file or annotation and need not stop the
   *     others
   * @throws DataException when nothing can be read: a part is missing or contradicts another
   */
  ReadDataset open(Path folder, DatasetOptions options, Problems problems) throws DataException;
}
