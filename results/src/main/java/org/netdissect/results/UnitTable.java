package org.netdissect.results;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;
import org.netdissect.base.files.DamagedException;
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
   * @param numbers tells which concepts are meant
   * @param counts of the layer
   * @throws DamagedException if it makes no sense
   */
  static List<UnitScore> read(
      Path path,
      int units,
      List<String> categories,
      @Nullable FileCheck expected,
      ConceptNumbers numbers,
      ConceptNumbers.Counts counts)
      throws IOException {
    List<UnitScore> scores = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(FileCheck.read(path, expected))) {
      for (NamedCsvRecord row : csv) {
        try {
          UnitScore score = unit(row, categories);
          if (score.unit() != scores.size()) {
            throw new IllegalArgumentException("unit " + score.unit() + " out of order");
          }
          scores.add(numbered(score, numbers, counts));
        } catch (IllegalArgumentException | NoSuchElementException e) {
          throw new DamagedException(path, Rows.at(row, e), e);
        }
      }
    } catch (CsvParseException e) {
      throw new DamagedException(path, Rows.firstLine(e), e);
    }
    if (scores.size() != units) {
      throw new DamagedException(path, scores.size() + " rows for " + units + " units", null);
    }
    return List.copyOf(scores);
  }

  private static UnitScore unit(NamedCsvRecord row, List<String> categories) {
    List<LabelScore> byCategory = new ArrayList<>();
    for (String category : categories) {
      String label = row.getField(category + "-label");
      long truth = Rows.count(row, category + "-truth");
      long activation = Rows.count(row, category + "-activation");
      long intersection = Rows.count(row, category + "-intersect");
      // Imported tables may score a blank label 0 whatever its counts.
      boolean none = label.isBlank() && Double.parseDouble(row.getField(category + "-iou")) == 0;
      double iou = none ? 0 : LabelScore.iou(intersection, activation, truth);
      byCategory.add(new LabelScore(category, 0, label, truth, activation, intersection, iou));
    }
    int best = categories.indexOf(row.getField("category"));
    if (best < 0) {
      throw new IllegalArgumentException("unknown category");
    }
    float threshold = Float.parseFloat(row.getField("threshold"));
    return new UnitScore(Integer.parseInt(row.getField("unit")), threshold, best, byCategory);
  }

  private static UnitScore numbered(
      UnitScore score, ConceptNumbers numbers, ConceptNumbers.Counts counts) throws IOException {
    List<LabelScore> byCategory = new ArrayList<>();
    for (LabelScore label : score.byCategory()) {
      int number = numbers.of(label, score.unit(), counts);
      if (number < 0) {
        throw new IllegalArgumentException(
            "no concept '"
                + label.label()
                + "' of "
                + label.truth()
                + " pixels is in concepts.csv");
      }
      byCategory.add(label.withNumber(number));
    }
    return new UnitScore(score.unit(), score.threshold(), score.best(), byCategory);
  }
}
