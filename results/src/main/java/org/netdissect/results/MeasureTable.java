package org.netdissect.results;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.DamagedException;

/**
 * A layer's {@code measures.csv} and {@code meanings.csv}: second opinions on its labels, and
 * whether its units mean one thing.
 *
 * @param info how they were made
 * @param scores the best concepts of each unit by some measure, units ascending
 * @param meanings a row a unit
 */
public record MeasureTable(
    MeasureInfo info, List<MeasureScore> scores, List<UnitMeaning> meanings) {
  static final String TABLE = "measures.csv";
  static final String MEANINGS = "meanings.csv";
  static final String CHOICES = "choices.csv";
  static final String INFO = "measures.json";

  /** The columns of {@code measures.csv}. */
  public static final List<TableColumn<MeasureScore>> COLUMNS = columns();

  /** The columns of {@code meanings.csv}. */
  public static final List<TableColumn<UnitMeaning>> MEANING_COLUMNS =
      List.of(
          new TableColumn<>("unit", Integer.class, UnitMeaning::unit),
          new TableColumn<>("patches", Integer.class, UnitMeaning::patches),
          new TableColumn<>("clarity", Double.class, UnitMeaning::clarity),
          new TableColumn<>("polysemanticity", Double.class, UnitMeaning::polysemanticity),
          new TableColumn<>("first", String.class, UnitMeaning::first),
          new TableColumn<>("second", String.class, UnitMeaning::second),
          new TableColumn<>("second-share", Double.class, UnitMeaning::secondShare),
          new TableColumn<>("redundancy", Double.class, UnitMeaning::redundancy),
          new TableColumn<>(
              "nearest", Integer.class, unit -> unit.nearest() < 0 ? null : unit.nearest()));

  public MeasureTable {
    scores = List.copyOf(scores);
    meanings = List.copyOf(meanings);
  }

  private static List<TableColumn<MeasureScore>> columns() {
    List<TableColumn<MeasureScore>> columns = new ArrayList<>();
    columns.add(new TableColumn<>("unit", Integer.class, MeasureScore::unit));
    columns.add(new TableColumn<>("number", Integer.class, MeasureScore::number));
    columns.add(new TableColumn<>("label", String.class, MeasureScore::label));
    columns.add(new TableColumn<>("category", String.class, MeasureScore::category));
    for (Measure measure : Measure.values()) {
      columns.add(new TableColumn<>(measure.word(), Double.class, measure::of));
    }
    columns.add(new TableColumn<>("best-by", String.class, MeasureScore::bestBy));
    return List.copyOf(columns);
  }

  /**
   * The best concept of a unit by a measure.
   *
   * @return null if the measure is defined for none
   */
  public @Nullable MeasureScore best(int unit, Measure measure) {
    return scores.stream()
        .filter(score -> score.unit() == unit && score.isBestBy(measure))
        .findFirst()
        .orElse(null);
  }

  /**
   * What each unit would be called if another measure chose: a row a unit whose label changes by
   * any, with the choice of each; blank where the measure is not defined.
   */
  public String choices() throws IOException {
    Map<Integer, Map<Measure, String>> byUnit = new TreeMap<>();
    for (MeasureScore score : scores) {
      for (Measure measure : Measure.values()) {
        if (score.isBestBy(measure)) {
          byUnit
              .computeIfAbsent(score.unit(), unit -> new EnumMap<>(Measure.class))
              .put(measure, score.label());
        }
      }
    }
    List<TableColumn<Map.Entry<Integer, Map<Measure, String>>>> columns = new ArrayList<>();
    columns.add(new TableColumn<>("unit", Integer.class, Map.Entry::getKey));
    for (Measure measure : Measure.values()) {
      columns.add(
          new TableColumn<>(measure.word(), String.class, row -> row.getValue().get(measure)));
    }
    return SideTable.csv(
        columns,
        byUnit.entrySet().stream()
            .filter(row -> new HashSet<>(row.getValue().values()).size() > 1)
            .toList());
  }

  /** The tables as text, by the names of their files. */
  Map<String, String> texts() throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put(TABLE, SideTable.csv(COLUMNS, scores));
    texts.put(MEANINGS, SideTable.csv(MEANING_COLUMNS, meanings));
    texts.put(CHOICES, choices());
    return texts;
  }

  /**
   * Reads the tables of a layer.
   *
   * @return null if there are none, or those there belong to an earlier result in this folder
   * @throws DamagedException if they are not what was written
   */
  public static @Nullable MeasureTable read(Dissection dissection, LayerDissection layer)
      throws IOException {
    Path folder = layer.folder();
    MeasureInfo info =
        SideTable.info(
            dissection, folder.resolve(INFO), MeasureInfo.class, MeasureInfo.FORMAT, "measures");
    if (info == null) {
      return null;
    }
    List<UnitMeaning> meanings =
        SideTable.rows(folder.resolve(MEANINGS), info.meanings(), MeasureTable::meaning);
    if (meanings.size() != layer.units().size()) {
      throw new DamagedException(folder.resolve(MEANINGS), "it does not have a row a unit", null);
    }
    return new MeasureTable(
        info, SideTable.rows(folder.resolve(TABLE), info.table(), MeasureTable::score), meanings);
  }

  private static MeasureScore score(NamedCsvRecord row) {
    return new MeasureScore(
        Integer.parseInt(row.getField("unit")),
        Integer.parseInt(row.getField("number")),
        row.getField("label"),
        row.getField("category"),
        SideTable.number(row, "iou"),
        SideTable.number(row, "precision"),
        SideTable.number(row, "recall"),
        SideTable.number(row, "f1"),
        SideTable.number(row, "lift"),
        SideTable.number(row, "mcc"),
        SideTable.number(row, "auc"),
        SideTable.number(row, "auprc"),
        SideTable.number(row, "point-biserial"),
        SideTable.number(row, "rank-correlation"),
        row.getField("best-by"));
  }

  private static UnitMeaning meaning(NamedCsvRecord row) {
    return new UnitMeaning(
        Integer.parseInt(row.getField("unit")),
        Integer.parseInt(row.getField("patches")),
        SideTable.number(row, "clarity"),
        SideTable.number(row, "polysemanticity"),
        row.getField("first"),
        row.getField("second"),
        SideTable.number(row, "second-share"),
        SideTable.number(row, "redundancy"),
        SideTable.whole(row, "nearest", -1));
  }

  /**
   * Writes the tables of a layer, whole or not at all; the info comes last.
   *
   * @param info without what the tables must hold
   * @return the tables as they can be read
   */
  public static MeasureTable write(
      Dissection dissection,
      LayerDissection layer,
      MeasureInfo info,
      List<MeasureScore> scores,
      List<UnitMeaning> meanings)
      throws IOException {
    String table = SideTable.csv(COLUMNS, scores);
    String ofUnits = SideTable.csv(MEANING_COLUMNS, meanings);
    MeasureInfo whole =
        new MeasureInfo(
            info.format(),
            info.tool(),
            SideTable.fingerprint(dissection),
            info.peaks(),
            info.leastImages(),
            info.patches(),
            SideTable.check(table),
            SideTable.check(ofUnits));
    MeasureTable written = new MeasureTable(whole, scores, meanings);
    SideTable.write(
        layer.folder(),
        INFO,
        whole,
        Map.of(TABLE, table, MEANINGS, ofUnits, CHOICES, written.choices()));
    return written;
  }
}
