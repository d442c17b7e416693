package org.netdissect.results;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;
import org.netdissect.base.files.DamagedException;

/**
 * A layer's {@code linear.csv} and {@code linear.json}: its units as sums of concepts.
 *
 * @param info how it was made
 * @param scores a row a unit, ascending
 */
public record LinearTable(LinearInfo info, List<LinearScore> scores) {
  private static final String FILE = "linear.csv";
  private static final String INFO = "linear.json";

  private static final List<TableColumn<LinearScore>> COLUMNS =
      List.of(
          new TableColumn<>("unit", Integer.class, LinearScore::unit),
          new TableColumn<>("linear", String.class, LinearScore::text),
          new TableColumn<>("terms", Integer.class, score -> score.terms().size()),
          new TableColumn<>("label", String.class, LinearScore::label),
          new TableColumn<>("formula", String.class, LinearScore::formula),
          new TableColumn<>("label-r", String.class, score -> correlation(score.labelR())),
          new TableColumn<>("formula-r", String.class, score -> correlation(score.formulaR())),
          new TableColumn<>("linear-r", String.class, score -> correlation(score.linearR())),
          new TableColumn<>(
              "validation-r", String.class, score -> correlation(score.validationR())));

  public LinearTable {
    scores = List.copyOf(scores);
  }

  private static String correlation(double value) {
    return Double.isNaN(value) ? "" : Numbers.general(value, 6);
  }

  /** The table as text. */
  public static String csv(List<LinearScore> scores) throws IOException {
    return SideTable.csv(COLUMNS, scores);
  }

  /**
   * Reads the table of a layer.
   *
   * @return null if there is none, or the one there belongs to an earlier result in this folder
   * @throws DamagedException if it is not what was written
   */
  public static @Nullable LinearTable read(Dissection dissection, LayerDissection layer)
      throws IOException {
    Path folder = layer.folder();
    LinearInfo info =
        SideTable.info(
            dissection,
            folder.resolve(INFO),
            LinearInfo.class,
            LinearInfo.FORMAT,
            "formulas --linear");
    if (info == null) {
      return null;
    }
    return new LinearTable(
        info,
        SideTable.rows(
            folder.resolve(FILE),
            info.table(),
            row -> {
              LinearScore score = row(row);
              SideTable.requireUnit(score.unit(), layer);
              return score;
            }));
  }

  private static LinearScore row(NamedCsvRecord row) {
    return new LinearScore(
        Integer.parseInt(row.getField("unit")),
        LinearScore.terms(row.getField("linear")),
        row.getField("label"),
        row.getField("formula"),
        SideTable.number(row, "label-r"),
        SideTable.number(row, "formula-r"),
        SideTable.number(row, "linear-r"),
        SideTable.number(row, "validation-r"));
  }

  /**
   * Writes the table of a layer, whole or not at all; the info comes last.
   *
   * @param csv of {@link #csv}, which the info records
   */
  public static void write(LayerDissection layer, LinearInfo info, String csv) throws IOException {
    SideTable.write(layer.folder(), INFO, info, Map.of(FILE, csv));
  }
}
