package org.netdissect.report.compare;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.netdissect.report.page.Page;

/**
 * A network of the CVPR 2017 paper as its authors published it: measured on Broden, IoU above 0.04,
 * counted per category.
 *
 * @param name for people
 * @param training none, supervised or self-supervised
 * @param layer that was dissected, the last convolutional one
 * @param units of the layer
 * @param detectors units with a passing label in any category
 * @param byCategory detectors and unique detectors of each category
 */
public record Published(
    String name,
    String training,
    String layer,
    int units,
    int detectors,
    Map<String, Counts> byCategory) {

  /** Counts of one category. */
  public record Counts(int detectors, int unique) {}

  /** All 27, most unique detectors first. */
  public static List<Published> all() {
    List<Published> all = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder()
            .commentStrategy(CommentStrategy.SKIP)
            .ofNamedCsvRecord(Page.resource(Published.class, "published.csv"))) {
      for (NamedCsvRecord row : csv) {
        Map<String, Counts> counts = new LinkedHashMap<>();
        for (String column : row.getHeader()) {
          if (column.startsWith("unique-")) {
            String category = column.substring("unique-".length());
            counts.put(
                category,
                new Counts(
                    Integer.parseInt(row.getField("detectors-" + category)),
                    Integer.parseInt(row.getField(column))));
          }
        }
        all.add(
            new Published(
                row.getField("name"),
                row.getField("training"),
                row.getField("layer"),
                Integer.parseInt(row.getField("units")),
                Integer.parseInt(row.getField("detectors")),
                counts));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(all);
  }

  /** Unique detectors, summed over the categories. */
  public int unique() {
    return byCategory.values().stream().mapToInt(Counts::unique).sum();
  }
}
