package org.netdissect.results;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;
import org.netdissect.base.files.DamagedException;

/**
 * A layer's {@code formulas.csv} and {@code formulas.json}: the best formulas of its units.
 *
 * @param info how it was made
 * @param scores a row a unit and length, units ascending, lengths from 1
 */
public record FormulaTable(FormulaInfo info, List<FormulaScore> scores) {
  /** Its name beside the layer's other tables. */
  static final String FILE = "formulas.csv";

  static final String INFO = "formulas.json";

  private static final List<String> COLUMNS =
      List.of(
          "unit",
          "length",
          "formula",
          "intersect",
          "formula-pixels",
          "mask-pixels",
          "iou",
          "gain",
          "proven",
          "bound",
          "detection-accuracy",
          "activation-coverage",
          "image-coverage");

  public FormulaTable {
    scores = List.copyOf(scores);
  }

  /** The table as text. */
  public static String csv(List<FormulaScore> scores) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = UnitTable.csv().build(text)) {
      csv.writeRecord(COLUMNS);
      for (FormulaScore s : scores) {
        csv.writeRecord(
            Integer.toString(s.unit()),
            Integer.toString(s.length()),
            s.formula(),
            Long.toString(s.intersect()),
            Long.toString(s.pixels()),
            Long.toString(s.mask()),
            Numbers.general(s.iou(), 9),
            Numbers.general(s.gain(), 9),
            s.proven() ? "1" : "0",
            Numbers.general(s.bound(), 9),
            Numbers.general(s.detectionAccuracy(), 9),
            Numbers.general(s.activationCoverage(), 9),
            Numbers.general(s.imageCoverage(), 9));
      }
    }
    return text.toString();
  }

  /**
   * Reads the table of a layer.
   *
   * @return null if there is none, or the one there belongs to an earlier result in this folder
   * @throws DamagedException if it is not what was written
   */
  public static @Nullable FormulaTable read(Dissection dissection, LayerDissection layer)
      throws IOException {
    Path folder = layer.folder();
    FormulaInfo info =
        SideTable.info(
            dissection, folder.resolve(INFO), FormulaInfo.class, FormulaInfo.FORMAT, "formulas");
    if (info == null) {
      return null;
    }
    return new FormulaTable(
        info,
        SideTable.rows(
            folder.resolve(FILE),
            info.table(),
            row -> {
              FormulaScore score = row(row);
              SideTable.requireUnit(score.unit(), layer);
              if (score.length() > info.length()) {
                throw new IllegalArgumentException("no such length");
              }
              return score;
            }));
  }

  private static FormulaScore row(NamedCsvRecord row) {
    return new FormulaScore(
        Integer.parseInt(row.getField("unit")),
        Integer.parseInt(row.getField("length")),
        row.getField("formula"),
        Long.parseLong(row.getField("intersect")),
        Long.parseLong(row.getField("formula-pixels")),
        Long.parseLong(row.getField("mask-pixels")),
        Double.parseDouble(row.getField("iou")),
        Double.parseDouble(row.getField("gain")),
        row.getField("proven").equals("1"),
        Double.parseDouble(row.getField("bound")),
        Double.parseDouble(row.getField("detection-accuracy")),
        Double.parseDouble(row.getField("activation-coverage")),
        Double.parseDouble(row.getField("image-coverage")));
  }

  /** Writes the table of a layer, whole or not at all; the info comes last. */
  public static void write(LayerDissection layer, FormulaInfo info, List<FormulaScore> scores)
      throws IOException {
    String csv = csv(scores);
    SideTable.write(layer.folder(), INFO, info.withTable(SideTable.check(csv)), Map.of(FILE, csv));
  }
}
