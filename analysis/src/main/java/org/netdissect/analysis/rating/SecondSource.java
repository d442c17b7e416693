package org.netdissect.analysis.rating;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.CsvTable;
import org.netdissect.results.LayerDissection;

/**
 * Phrases for units from elsewhere, such as what people wrote who looked at their images. A CSV
 * file with the columns {@code unit} (from 0) and {@code phrase}, and {@code layer} (its name or
 * folder) where the result has several. A blank phrase says that its author found none.
 */
public final class SecondSource {
  private static final int LONGEST_PHRASE = 200;

  private final List<Map<Integer, String>> byLayer;

  private SecondSource(List<Map<Integer, String>> byLayer) {
    this.byLayer = byLayer;
  }

  /**
   * Reads the phrases.
   *
   * @throws DataException naming the line that is not understood
   */
  public static SecondSource read(Path file, List<LayerDissection> layers) throws IOException {
    List<Map<Integer, String>> byLayer = new ArrayList<>();
    layers.forEach(layer -> byLayer.add(new HashMap<>()));
    try (CsvTable table = CsvTable.open(file, "unit", "phrase")) {
      if (layers.size() > 1 && !table.has("layer")) {
        throw DataException.at(file, 1, table.lacks("layer"));
      }
      for (CsvTable.Row row = table.next(); row != null; row = table.next()) {
        int layer = table.has("layer") ? layerOf(row, layers) : 0;
        if (layer < 0) {
          continue; // of a layer that is not asked for
        }
        int unit = row.integer("unit", 0, layers.get(layer).layer().units() - 1);
        String phrase = row.get("phrase").strip();
        if (phrase.length() > LONGEST_PHRASE) {
          throw row.error("phrase", "more than " + LONGEST_PHRASE + " characters");
        }
        if (byLayer.get(layer).put(unit, phrase) != null) {
          throw row.error("unit", "a second phrase for unit " + unit + "; keep one of them");
        }
      }
    }
    if (byLayer.stream().allMatch(Map::isEmpty)) {
      throw new DataException(
          Text.oneLine(file.toString()) + " has no phrase for a layer of this result");
    }
    return new SecondSource(byLayer);
  }

  private static int layerOf(CsvTable.Row row, List<LayerDissection> layers) {
    String name = row.get("layer").strip();
    for (int i = 0; i < layers.size(); i++) {
      if (name.equals(layers.get(i).layer().name())
          || name.equals(layers.get(i).layer().folder())) {
        return i;
      }
    }
    return -1;
  }

  /** The phrase; blank where its author found none, null where nothing is said of the unit. */
  @Nullable String of(int layer, int unit) {
    return byLayer.get(layer).get(unit);
  }
}
