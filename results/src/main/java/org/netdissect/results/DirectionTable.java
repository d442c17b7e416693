package org.netdissect.results;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.FileCheck;

/**
 * The file {@code directions.csv} of a view: of each direction the coefficients of largest
 * magnitude, so that one sees which units it is made of.
 */
public final class DirectionTable {
  /** Coefficients of a direction that are kept. */
  public static final int KEPT = 10;

  static final String FILE = "directions.csv";

  /**
   * How much of a unit a direction holds.
   *
   * @param unit of the layer that the view is of
   * @param value the coefficient
   * @param share of the direction's squared length
   */
  public record Coefficient(int unit, double value, double share) {}

  private DirectionTable() {}

  /**
   * The largest coefficients.
   *
   * @param weights directions × channels, by rows
   * @param from where the direction begins
   * @return those other than 0, the largest magnitude first, ties to the lower unit
   */
  public static List<Coefficient> largest(float[] weights, int from, int channels) {
    double square = 0;
    for (int j = from; j < from + channels; j++) {
      square += (double) weights[j] * weights[j];
    }
    double whole = square;
    return IntStream.range(0, channels)
        .filter(unit -> weights[from + unit] != 0)
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer unit) -> -Math.abs(weights[from + unit]))
                .thenComparingInt(unit -> unit))
        .limit(KEPT)
        .map(
            unit -> {
              double value = weights[from + unit];
              return new Coefficient(unit, value, value * value / whole);
            })
        .toList();
  }

  /**
   * Writes the file of a layer.
   *
   * @param folder of the layer
   * @return its name
   */
  public static String write(Path folder, List<List<Coefficient>> directions) throws IOException {
    try (CsvWriter csv = UnitTable.csv().build(folder.resolve(FILE))) {
      csv.writeRecord("direction", "unit", "coefficient", "share");
      for (int d = 0; d < directions.size(); d++) {
        for (Coefficient one : directions.get(d)) {
          csv.writeRecord(
              Integer.toString(d),
              Integer.toString(one.unit()),
              Numbers.general(one.value(), 9),
              Numbers.general(one.share(), 6));
        }
      }
    }
    return FILE;
  }

  /** Reads the file of a layer; a list a direction. */
  static List<List<Coefficient>> read(Path file, int directions, @Nullable FileCheck expected)
      throws IOException {
    List<List<Coefficient>> all = new ArrayList<>();
    for (int d = 0; d < directions; d++) {
      all.add(new ArrayList<>());
    }
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(FileCheck.read(file, expected))) {
      for (NamedCsvRecord row : csv) {
        try {
          int direction = Integer.parseInt(row.getField("direction"));
          int unit = Integer.parseInt(row.getField("unit"));
          if (direction < 0 || direction >= directions || unit < 0) {
            throw new IllegalArgumentException("unknown direction or unit");
          }
          all.get(direction)
              .add(
                  new Coefficient(
                      unit,
                      Double.parseDouble(row.getField("coefficient")),
                      Double.parseDouble(row.getField("share"))));
        } catch (IllegalArgumentException | NoSuchElementException e) {
          throw new DamagedException(file, Rows.at(row, e), e);
        }
      }
    } catch (CsvParseException e) {
      throw new DamagedException(file, Rows.firstLine(e), e);
    }
    return all;
  }
}
