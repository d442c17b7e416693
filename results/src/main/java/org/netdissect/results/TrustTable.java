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
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.base.Json;
import org.netdissect.base.Numbers;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.Seal;
import org.netdissect.base.files.WholeFile;

/**
 * A layer's {@code trust.csv} and {@code trust.json}: how far its labels can be believed.
 *
 * @param info how it was made
 * @param scores a row a unit and category, units ascending, categories in the result's order
 */
public record TrustTable(TrustInfo info, List<TrustScore> scores) {
  static final String TABLE = "trust.csv";
  static final String INFO = "trust.json";
  static final long MOST_BYTES = 1L << 26;

  private static final List<String> COLUMNS =
      List.of(
          "unit",
          "category",
          "label",
          "iou",
          "best",
          "p",
          "q",
          "exceedances",
          "permutations",
          "verdict",
          "category-p",
          "category-q",
          "iou-low",
          "iou-high",
          "wins",
          "labels",
          "unit-wins",
          "heldout-label",
          "heldout-iou",
          "heldout-rank",
          "heldout-auc",
          "heldout-p");

  public TrustTable {
    scores = List.copyOf(scores);
  }

  /** The table as text. */
  public static String csv(List<TrustScore> scores) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = UnitTable.csv().build(text)) {
      csv.writeRecord(COLUMNS);
      for (TrustScore s : scores) {
        csv.writeRecord(
            Integer.toString(s.unit()),
            s.category(),
            s.label(),
            number(s.iou()),
            s.best() ? "1" : "0",
            number(s.p()),
            number(s.q()),
            Integer.toString(s.exceedances()),
            Integer.toString(s.permutations()),
            s.verdict().words(),
            number(s.categoryP()),
            number(s.categoryQ()),
            number(s.iouLow()),
            number(s.iouHigh()),
            number(s.wins()),
            s.labels(),
            number(s.unitWins()),
            s.heldOutLabel(),
            number(s.heldOutIou()),
            s.heldOutRank() == 0 ? "" : Integer.toString(s.heldOutRank()),
            number(s.heldOutAuc()),
            number(s.heldOutP()));
      }
    }
    return text.toString();
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "" : Numbers.general(value, 9);
  }

  private static double number(String cell) {
    return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
  }

  /**
   * SHA-256 of a result's {@code dissection.json}, by which a table knows that it belongs to it.
   */
  public static String fingerprint(Dissection dissection) throws IOException {
    return Digests.sha256Hex(Files.readAllBytes(dissection.folder().resolve(Dissection.FILE)));
  }

  /**
   * Reads the table of a layer.
   *
   * @return null if there is none, or the one there belongs to an earlier result in this folder
   * @throws DamagedException if it is not what was written
   */
  public static @Nullable TrustTable read(Dissection dissection, LayerDissection layer)
      throws IOException {
    Path folder = layer.folder();
    Path file = folder.resolve(INFO);
    if (!Files.isRegularFile(file)) {
      return null;
    }
    TrustInfo info = Seal.read(file, MOST_BYTES, TrustInfo.class);
    if (info.format() != TrustInfo.FORMAT) {
      throw new DissectionException(
          file
              + ": format "
              + info.format()
              + "; this version reads "
              + TrustInfo.FORMAT
              + "; run netdissect trust again");
    }
    if (!fingerprint(dissection).equals(info.result())) {
      return null;
    }
    return new TrustTable(info, rows(folder.resolve(TABLE), info.table(), dissection, layer));
  }

  private static List<TrustScore> rows(
      Path path, @Nullable FileCheck expected, Dissection dissection, LayerDissection layer)
      throws IOException {
    List<TrustScore> scores = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(FileCheck.read(path, expected))) {
      for (NamedCsvRecord row : csv) {
        try {
          scores.add(
              new TrustScore(
                  Integer.parseInt(row.getField("unit")),
                  row.getField("category"),
                  row.getField("label"),
                  number(row.getField("iou")),
                  row.getField("best").equals("1"),
                  number(row.getField("p")),
                  number(row.getField("q")),
                  Integer.parseInt(row.getField("exceedances")),
                  Integer.parseInt(row.getField("permutations")),
                  TrustScore.Verdict.of(row.getField("verdict")),
                  number(row.getField("category-p")),
                  number(row.getField("category-q")),
                  number(row.getField("iou-low")),
                  number(row.getField("iou-high")),
                  number(row.getField("wins")),
                  row.getField("labels"),
                  number(row.getField("unit-wins")),
                  row.getField("heldout-label"),
                  number(row.getField("heldout-iou")),
                  row.getField("heldout-rank").isEmpty()
                      ? 0
                      : Integer.parseInt(row.getField("heldout-rank")),
                  number(row.getField("heldout-auc")),
                  number(row.getField("heldout-p"))));
        } catch (RuntimeException e) {
          throw new DamagedException(path, "line " + row.getStartingLineNumber(), e);
        }
      }
    }
    if (scores.size() != layer.units().size() * dissection.categories().size()) {
      throw new DamagedException(path, "it does not have a row a unit and category", null);
    }
    return scores;
  }

  /** Writes the table of a layer, whole or not at all; the info comes last. */
  public static void write(LayerDissection layer, TrustInfo info, String csv) throws IOException {
    Path folder = layer.folder();
    Files.deleteIfExists(folder.resolve(INFO));
    WholeFile.text(folder.resolve(TABLE), csv);
    WholeFile.text(folder.resolve(INFO), Seal.seal(Json.pretty(info)));
  }

  /** What an info must record of a table. */
  public static FileCheck check(String csv) {
    byte[] bytes = csv.getBytes(StandardCharsets.UTF_8);
    return new FileCheck(bytes.length, Digests.sha256Hex(bytes), null);
  }
}
