package org.netdissect.results;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.netdissect.base.Json;
import org.netdissect.base.Numbers;
import org.netdissect.base.files.Seal;
import org.netdissect.base.files.WholeFile;

/** A layer's {@code linear.csv} and {@code linear.json}: its units as sums of concepts. */
public final class LinearTable {
  private static final String FILE = "linear.csv";
  private static final String INFO = "linear.json";

  private static final List<String> COLUMNS =
      List.of(
          "unit",
          "linear",
          "terms",
          "label",
          "formula",
          "label-r",
          "formula-r",
          "linear-r",
          "validation-r");

  private LinearTable() {}

  /** The table as text. */
  public static String csv(List<LinearScore> scores) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = UnitTable.csv().build(text)) {
      csv.writeRecord(COLUMNS);
      for (LinearScore s : scores) {
        csv.writeRecord(
            Integer.toString(s.unit()),
            s.text(),
            Integer.toString(s.terms().size()),
            s.label(),
            s.formula(),
            number(s.labelR()),
            number(s.formulaR()),
            number(s.linearR()),
            number(s.validationR()));
      }
    }
    return text.toString();
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "" : Numbers.general(value, 6);
  }

  /**
   * Writes the table of a layer, whole or not at all; the info comes last.
   *
   * @param csv of {@link #csv}, which the info records
   */
  public static void write(LayerDissection layer, LinearInfo info, String csv) throws IOException {
    Path folder = layer.folder();
    Files.deleteIfExists(folder.resolve(INFO));
    WholeFile.text(folder.resolve(FILE), csv);
    WholeFile.text(folder.resolve(INFO), Seal.seal(Json.pretty(info)));
  }
}
