package org.netdissect.results;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.DamagedException;

/**
 * A layer's {@code ranges.csv} and {@code ranges.json}: what its units detect at different
 * strength.
 *
 * @param info how it was made
 * @param scores a row a unit and range, units and ranges ascending; none of a unit without
 *     activations above its floor
 */
public record RangeTable(RangeInfo info, List<RangeScore> scores) {
  private static final String FILE = "ranges.csv";
  private static final String INFO = "ranges.json";

  private static final List<TableColumn<RangeScore>> COLUMNS =
      List.of(
          new TableColumn<>("unit", Integer.class, RangeScore::unit),
          new TableColumn<>("range", Integer.class, RangeScore::range),
          new TableColumn<>("above", Double.class, row -> (double) row.above()),
          new TableColumn<>(
              "up-to",
              Double.class,
              row -> Float.isFinite(row.upTo()) ? (double) row.upTo() : null),
          new TableColumn<>("activations", Long.class, RangeScore::activations),
          new TableColumn<>("formula", String.class, row -> row.best().formula()),
          new TableColumn<>("intersect", Long.class, row -> row.best().intersect()),
          new TableColumn<>("formula-pixels", Long.class, row -> row.best().pixels()),
          new TableColumn<>("mask-pixels", Long.class, row -> row.best().mask()),
          new TableColumn<>("iou", Double.class, row -> row.best().iou()),
          new TableColumn<>("proven", Boolean.class, row -> row.best().proven()),
          new TableColumn<>("bound", Double.class, row -> row.best().bound()),
          new TableColumn<>(
              "detection-accuracy", Double.class, row -> row.best().detectionAccuracy()),
          new TableColumn<>(
              "activation-coverage", Double.class, row -> row.best().activationCoverage()),
          new TableColumn<>("image-coverage", Double.class, row -> row.best().imageCoverage()),
          new TableColumn<>("concept", String.class, RangeScore::concept),
          new TableColumn<>("concept-iou", Double.class, RangeScore::conceptIou));

  public RangeTable {
    scores = List.copyOf(scores);
  }

  /** The table as text. */
  public static String csv(List<RangeScore> scores) throws IOException {
    return SideTable.csv(COLUMNS, scores);
  }

  /**
   * Reads the table of a layer.
   *
   * @return null if there is none, or the one there belongs to an earlier result in this folder
   * @throws DamagedException if it is not what was written
   */
  public static @Nullable RangeTable read(Dissection dissection, LayerDissection layer)
      throws IOException {
    Path folder = layer.folder();
    RangeInfo info =
        SideTable.info(
            dissection,
            folder.resolve(INFO),
            RangeInfo.class,
            RangeInfo.FORMAT,
            "formulas --ranges");
    if (info == null) {
      return null;
    }
    int length = info.formulas().length();
    return new RangeTable(
        info,
        SideTable.rows(
            folder.resolve(FILE),
            info.table(),
            row -> {
              RangeScore score = row(row, length);
              SideTable.requireUnit(score.unit(), layer);
              return score;
            }));
  }

  private static RangeScore row(NamedCsvRecord row, int length) {
    String upTo = row.getField("up-to");
    double iou = SideTable.number(row, "iou");
    double conceptIou = SideTable.number(row, "concept-iou");
    return new RangeScore(
        Integer.parseInt(row.getField("range")),
        Float.parseFloat(row.getField("above")),
        upTo.isEmpty() ? Float.POSITIVE_INFINITY : Float.parseFloat(upTo),
        Long.parseLong(row.getField("activations")),
        row.getField("concept"),
        conceptIou,
        new FormulaScore(
            Integer.parseInt(row.getField("unit")),
            length,
            row.getField("formula"),
            Long.parseLong(row.getField("intersect")),
            Long.parseLong(row.getField("formula-pixels")),
            Long.parseLong(row.getField("mask-pixels")),
            iou,
            iou - conceptIou,
            row.getField("proven").equals("1"),
            SideTable.number(row, "bound"),
            SideTable.number(row, "detection-accuracy"),
            SideTable.number(row, "activation-coverage"),
            SideTable.number(row, "image-coverage")));
  }

  /** Writes the table of a layer, whole or not at all; the info comes last. */
  public static RangeTable write(LayerDissection layer, RangeInfo info, List<RangeScore> scores)
      throws IOException {
    String csv = csv(scores);
    RangeInfo whole = info.withTable(SideTable.check(csv));
    SideTable.write(layer.folder(), INFO, whole, Map.of(FILE, csv));
    return new RangeTable(whole, scores);
  }
}
