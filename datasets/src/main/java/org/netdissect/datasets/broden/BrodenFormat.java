package org.netdissect.datasets.broden;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Recognition;

/** Broden's own format. Its five kinds of tables belong together: two of them are marks enough. */
public final class BrodenFormat implements DatasetFormat {
  private static final List<String> TABLES = List.of("index.csv", "category.csv", "label.csv");

  @Override
  public String name() {
    return "broden";
  }

  @Override
  public Recognition recognise(Listing at) {
    List<String> missing = new ArrayList<>(TABLES);
    missing.removeIf(name -> Files.isRegularFile(at.folder().resolve(name)));
    if (missing.isEmpty()) {
      return Recognition.CLAIMED;
    }
    boolean ofCategories = at.files().stream().anyMatch(name -> name.matches("c_.+\\.csv"));
    int marks = TABLES.size() - missing.size() + (ofCategories ? 1 : 0);
    if (marks < 2) {
      return Recognition.NONE;
    }
    Path lacking = at.folder().resolve(missing.get(0));
    return Recognition.refused(
        Text.oneLine(lacking.toString())
            + (Files.exists(lacking) ? " is no file" : " is missing")
            + ", and without it this data set in Broden's format cannot be read; fetch it again");
  }

  @Override
  public ReadDataset open(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    return BrodenDataset.open(folder, problems);
  }
}
