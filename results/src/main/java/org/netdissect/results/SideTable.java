package org.netdissect.results;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.base.Json;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.Seal;
import org.netdissect.base.files.WholeFile;

/**
 * Tables that analyses write beside a layer's others: rows as CSV, and a sealed JSON file that
 * tells how they were made, what the tables must hold and which result they belong to.
 */
final class SideTable {
  static final long MOST_BYTES = 1L << 26;

  private SideTable() {}

  static <R> String csv(List<TableColumn<R>> columns, List<R> rows) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = UnitTable.csv().build(text)) {
      csv.writeRecord(columns.stream().map(TableColumn::name).toList());
      for (R row : rows) {
        csv.writeRecord(columns.stream().map(column -> column.cell(row)).toList());
      }
    }
    return text.toString();
  }

  /** What an info must record of a table. */
  static FileCheck check(String csv) {
    byte[] bytes = csv.getBytes(StandardCharsets.UTF_8);
    return new FileCheck(bytes.length, Digests.sha256Hex(bytes), null);
  }

  /**
   * Reads an info.
   *
   * @param command that writes it anew
   * @return null if there is none, or the one there belongs to an earlier result in this folder
   * @throws DamagedException if it is not what was written
   */
  static <I extends SideInfo> @Nullable I info(
      Dissection dissection, Path file, Class<I> type, int format, String command)
      throws IOException {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    I info = Seal.read(file, MOST_BYTES, type);
    if (info.format() != format) {
      throw new DissectionException(
          file
              + ": format "
              + info.format()
              + "; this version reads "
              + format
              + "; run netdissect "
              + command
              + " again");
    }
    return fingerprint(dissection).equals(info.result()) ? info : null;
  }

  /**
   * SHA-256 of a result's {@code dissection.json}, by which a table knows that it belongs to it.
   */
  static String fingerprint(Dissection dissection) throws IOException {
    return Digests.sha256Hex(Files.readAllBytes(dissection.folder().resolve(Dissection.FILE)));
  }

  /** Reads the rows of a table. */
  static <R> List<R> rows(
      Path path, @Nullable FileCheck expected, Function<NamedCsvRecord, R> reader)
      throws IOException {
    List<R> rows = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(FileCheck.read(path, expected))) {
      for (NamedCsvRecord row : csv) {
        try {
          rows.add(reader.apply(row));
        } catch (RuntimeException e) {
          throw new DamagedException(path, "line " + row.getStartingLineNumber(), e);
        }
      }
    }
    return rows;
  }

  /** Refuses a row of a unit that the layer does not have. */
  static void requireUnit(int unit, LayerDissection layer) {
    if (unit < 0 || unit >= layer.units().size()) {
      throw new IllegalArgumentException("no such unit");
    }
  }

  /**
   * Writes tables and the info that they are read by, whole or not at all: an info that is there
   * goes first, and the new one comes last.
   *
   * @param name of the info's file
   * @param tables texts by the names of their files
   */
  static void write(Path folder, String name, SideInfo info, Map<String, String> tables)
      throws IOException {
    Files.deleteIfExists(folder.resolve(name));
    for (Map.Entry<String, String> table : tables.entrySet()) {
      WholeFile.text(folder.resolve(table.getKey()), table.getValue());
    }
    WholeFile.text(folder.resolve(name), Seal.seal(Json.pretty(info)));
  }

  /** A number that may be absent: NaN, then. */
  static double number(NamedCsvRecord row, String column) {
    String cell = row.getField(column);
    return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
  }

  /** A whole number that may be absent. */
  static int whole(NamedCsvRecord row, String column, int absent) {
    String cell = row.getField(column);
    return cell.isEmpty() ? absent : Integer.parseInt(cell);
  }
}
