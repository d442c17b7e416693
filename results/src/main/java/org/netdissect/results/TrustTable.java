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
import java.util.function.Function;
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

  /**
   * A column of the table.
   *
   * @param name in the head
   * @param type String, Integer, Double or Boolean
   * @param value of a row; null, blank or NaN where there is none
   */
  public record Column(String name, Class<?> type, Function<TrustScore, @Nullable Object> value) {

    /** The value of a row; null where there is none. */
    public @Nullable Object of(TrustScore score) {
      Object of = value.apply(score);
      return "".equals(of) || (of instanceof Double number && number.isNaN()) ? null : of;
    }
  }

  /** The columns, in their order. */
  public static final List<Column> COLUMNS =
      List.of(
          new Column("unit", Integer.class, TrustScore::unit),
          new Column("category", String.class, TrustScore::category),
          new Column("label", String.class, TrustScore::label),
          new Column("iou", Double.class, TrustScore::iou),
          new Column("best", Boolean.class, TrustScore::best),
          new Column("p", Double.class, TrustScore::p),
          new Column("q", Double.class, TrustScore::q),
          new Column("exceedances", Integer.class, TrustScore::exceedances),
          new Column("permutations", Integer.class, TrustScore::permutations),
          new Column("verdict", String.class, score -> score.verdict().words()),
          new Column("category-p", Double.class, TrustScore::categoryP),
          new Column("category-q", Double.class, TrustScore::categoryQ),
          new Column("iou-low", Double.class, TrustScore::iouLow),
          new Column("iou-high", Double.class, TrustScore::iouHigh),
          new Column("wins", Double.class, TrustScore::wins),
          new Column("labels", String.class, TrustScore::labels),
          new Column("unit-wins", Double.class, TrustScore::unitWins),
          new Column("heldout-label", String.class, TrustScore::heldOutLabel),
          new Column("heldout-iou", Double.class, TrustScore::heldOutIou),
          new Column(
              "heldout-rank",
              Integer.class,
              score -> score.heldOutRank() == 0 ? null : score.heldOutRank()),
          new Column("heldout-auc", Double.class, TrustScore::heldOutAuc),
          new Column("heldout-p", Double.class, TrustScore::heldOutP));

  public TrustTable {
    scores = List.copyOf(scores);
  }

  /** The table as text. */
  public static String csv(List<TrustScore> scores) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = UnitTable.csv().build(text)) {
      csv.writeRecord(COLUMNS.stream().map(Column::name).toList());
      for (TrustScore score : scores) {
        csv.writeRecord(COLUMNS.stream().map(column -> cell(column.of(score))).toList());
      }
    }
    return text.toString();
  }

  private static String cell(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    if (value instanceof Boolean is) {
      return is ? "1" : "0";
    }
    if (value instanceof Double number) {
      return Numbers.general(number, 9);
    }
    return value.toString();
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

  /** Of each unit, by number, the row of its best label. */
  public List<TrustScore> best() {
    return scores.stream().filter(TrustScore::best).toList();
  }

  /** Whether a row's label passes: the unit's by its verdict, another category's by its own q. */
  public boolean beyondChance(TrustScore score) {
    return score.best()
        ? score.verdict() == TrustScore.Verdict.BEYOND_CHANCE
        : !score.label().isBlank() && score.categoryQ() <= info.fdr();
  }

  /**
   * Units that are both beyond chance and detectors.
   *
   * @param iou above which a unit is a detector
   */
  public long detectorsBeyondChance(double iou) {
    return best().stream().filter(score -> score.iou() > iou && beyondChance(score)).count();
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
