package org.netdissect.results;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;
import org.netdissect.base.files.FileCheck;

/** The file {@code units.csv}: one row a unit. */
public final class UnitTable {
  private UnitTable() {}

  public static CsvWriter.CsvWriterBuilder csv() {
    return CsvWriter.builder().lineDelimiter(LineDelimiter.LF);
  }

  public static void write(Path path, List<UnitScore> units, List<String> categories)
      throws IOException {
    try (CsvWriter csv = csv().build(path)) {
      List<String> row = new ArrayList<>(List.of("unit", "threshold", "category", "label", "iou"));
      for (String category : categories) {
        for (String column : List.of("label", "truth", "activation", "intersect", "iou")) {
          row.add(category + "-" + column);
        }
      }
      csv.writeRecord(row);
      for (UnitScore unit : units) {
        LabelScore best = unit.label();
        row.clear();
        row.add(Integer.toString(unit.unit()));
        row.add(Numbers.general(unit.threshold(), 9));
        row.add(best.category());
        row.add(best.label());
        row.add(Numbers.general(best.iou(), 9));
        for (LabelScore score : unit.byCategory()) {
          row.add(score.label());
          row.add(Long.toString(score.truth()));
          row.add(Long.toString(score.activation()));
          row.add(Long.toString(score.intersection()));
          row.add(Numbers.general(score.iou(), 9));
        }
        csv.writeRecord(row);
      }
    }
  }

  /**
   * Reads the table; IoUs are computed anew from the counts, so no digit is lost.
   *
   * @throws DissectionException if it is damaged
   */
  static List<UnitScore> read(
      Path path, int units, List<String> categories, @Nullable FileCheck expected)
      throws IOException {
    List<UnitScore> scores = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(FileCheck.read(path, expected))) {
      for (NamedCsvRecord row : csv) {
        try {
          List<LabelScore> byCategory = new ArrayList<>();
          for (String category : categories) {
            String label = row.getField(category + "-label");
            long truth = Long.parseLong(row.getField(category + "-truth"));
            long activation = Long.parseLong(row.getField(category + "-activation"));
            long intersection = Long.parseLong(row.getField(category + "-intersect"));
            byCategory.add(
                new LabelScore(
                    category,
                    label,
                    truth,
                    activation,
                    intersection,
                    // Imported tables may score a blank label 0 whatever its counts.
                    label.isBlank() && Double.parseDouble(row.getField(category + "-iou")) == 0
                        ? 0
                        : LabelScore.iou(intersection, activation, truth)));
          }
          int unit = Integer.parseInt(row.getField("unit"));
          if (unit != scores.size()) {
            throw new IllegalArgumentException("unit " + unit + " out of order");
          }
          int best = categories.indexOf(row.getField("category"));
          if (best < 0) {
            throw new IllegalArgumentException("unknown category");
          }
          float threshold = Float.parseFloat(row.getField("threshold"));
          scores.add(new UnitScore(unit, threshold, best, byCategory));
        } catch (RuntimeException e) {
          throw new DissectionException(
              path + " is damaged at line " + row.getStartingLineNumber(), e);
        }
      }
    }
    if (scores.size() != units) {
      throw new DissectionException(
          path + " is damaged: " + scores.size() + " rows for " + units + " units");
    }
    return List.copyOf(scores);
  }
}
