package org.netdissect.results;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.netdissect.base.Numbers;
import org.netdissect.base.files.WholeFile;

/** A layer's {@code formulas.csv}: a row a unit and length. */
public final class FormulaTable {
  /** Its name beside the layer's other tables. */
  public static final String FILE = "formulas.csv";

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

  private FormulaTable() {}

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

  /** Writes the table of a layer, whole or not at all. */
  public static void write(LayerDissection layer, List<FormulaScore> scores) throws IOException {
    WholeFile.text(layer.folder().resolve(FILE), csv(scores));
  }
}
