package org.netdissect.results;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.FileCheck;

/**
 * A layer's {@code trust.csv} and {@code trust.json}: how far its labels can be believed.
 *
 * @param info how it was made
 * @param scores a row a unit and category, units ascending, categories in the result's order
 */
public record TrustTable(TrustInfo info, List<TrustScore> scores) {
  static final String TABLE = "trust.csv";
  static final String INFO = "trust.json";

  /** The columns, in their order. */
  public static final List<TableColumn<TrustScore>> COLUMNS =
      List.of(
          new TableColumn<>("unit", Integer.class, TrustScore::unit),
          new TableColumn<>("category", String.class, TrustScore::category),
          new TableColumn<>("label", String.class, TrustScore::label),
          new TableColumn<>("iou", Double.class, TrustScore::iou),
          new TableColumn<>("best", Boolean.class, TrustScore::best),
          new TableColumn<>("p", Double.class, TrustScore::p),
          new TableColumn<>("q", Double.class, TrustScore::q),
          new TableColumn<>("exceedances", Integer.class, TrustScore::exceedances),
          new TableColumn<>("permutations", Integer.class, TrustScore::permutations),
          new TableColumn<>("verdict", String.class, score -> score.verdict().words()),
          new TableColumn<>("category-p", Double.class, TrustScore::categoryP),
          new TableColumn<>("category-q", Double.class, TrustScore::categoryQ),
          new TableColumn<>("iou-low", Double.class, TrustScore::iouLow),
          new TableColumn<>("iou-high", Double.class, TrustScore::iouHigh),
          new TableColumn<>("wins", Double.class, TrustScore::wins),
          new TableColumn<>("labels", String.class, TrustScore::labels),
          new TableColumn<>("unit-wins", Double.class, TrustScore::unitWins),
          new TableColumn<>("heldout-label", String.class, TrustScore::heldOutLabel),
          new TableColumn<>("heldout-iou", Double.class, TrustScore::heldOutIou),
          new TableColumn<>(
              "heldout-rank",
              Integer.class,
              score -> score.heldOutRank() == 0 ? null : score.heldOutRank()),
          new TableColumn<>("heldout-auc", Double.class, TrustScore::heldOutAuc),
          new TableColumn<>("heldout-p", Double.class, TrustScore::heldOutP),
          new TableColumn<>("untrained-label", Double.class, TrustScore::untrainedLabel),
          new TableColumn<>("untrained-iou", Double.class, TrustScore::untrainedIou),
          new TableColumn<>("untrained", Double.class, TrustScore::untrained));

  public TrustTable {
    scores = List.copyOf(scores);
  }

  /** The table as text. */
  public static String csv(List<TrustScore> scores) throws IOException {
    return SideTable.csv(COLUMNS, scores);
  }

  /**
   * SHA-256 of a result's {@code dissection.json}, by which a table knows that it belongs to it.
   */
  public static String fingerprint(Dissection dissection) throws IOException {
    return SideTable.fingerprint(dissection);
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
    TrustInfo info =
        SideTable.info(
            dissection, folder.resolve(INFO), TrustInfo.class, TrustInfo.FORMAT, "trust");
    if (info == null) {
      return null;
    }
    Path table = folder.resolve(TABLE);
    List<TrustScore> scores = SideTable.rows(table, info.table(), TrustTable::score);
    if (scores.size() != layer.units().size() * dissection.categories().size()) {
      throw new DamagedException(table, "it does not have a row a unit and category", null);
    }
    return new TrustTable(info, scores);
  }

  private static TrustScore score(NamedCsvRecord row) {
    return new TrustScore(
        Integer.parseInt(row.getField("unit")),
        row.getField("category"),
        row.getField("label"),
        SideTable.number(row, "iou"),
        row.getField("best").equals("1"),
        SideTable.number(row, "p"),
        SideTable.number(row, "q"),
        Integer.parseInt(row.getField("exceedances")),
        Integer.parseInt(row.getField("permutations")),
        TrustScore.Verdict.of(row.getField("verdict")),
        SideTable.number(row, "category-p"),
        SideTable.number(row, "category-q"),
        SideTable.number(row, "iou-low"),
        SideTable.number(row, "iou-high"),
        SideTable.number(row, "wins"),
        row.getField("labels"),
        SideTable.number(row, "unit-wins"),
        row.getField("heldout-label"),
        SideTable.number(row, "heldout-iou"),
        SideTable.whole(row, "heldout-rank", 0),
        SideTable.number(row, "heldout-auc"),
        SideTable.number(row, "heldout-p"),
        SideTable.number(row, "untrained-label"),
        SideTable.number(row, "untrained-iou"),
        SideTable.number(row, "untrained"));
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
    SideTable.write(layer.folder(), INFO, info, Map.of(TABLE, csv));
  }

  /** What an info must record of a table. */
  public static FileCheck check(String csv) {
    return SideTable.check(csv);
  }
}
