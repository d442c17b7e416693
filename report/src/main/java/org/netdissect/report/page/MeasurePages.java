package org.netdissect.report.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.netdissect.results.Measure;
import org.netdissect.results.MeasureScore;
import org.netdissect.results.MeasureTable;
import org.netdissect.results.TableColumn;
import org.netdissect.results.UnitMeaning;

/** What pages know of second opinions on a layer's labels, and of what its units mean. */
final class MeasurePages {
  private MeasurePages() {}

  /** What sorts units, and how measures were made. */
  static Map<String, Object> summary(MeasureTable table) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("peaks", table.info().peaks());
    summary.put("least", table.info().leastImages());
    summary.put("names", Arrays.stream(Measure.values()).map(Measure::word).toList());
    summary.put("clarity", known(table, UnitMeaning::clarity));
    summary.put("polysemanticity", known(table, UnitMeaning::polysemanticity));
    summary.put("redundancy", known(table, UnitMeaning::redundancy));
    return summary;
  }

  private static List<@Nullable Double> known(
      MeasureTable table, ToDoubleFunction<UnitMeaning> value) {
    List<@Nullable Double> known = new ArrayList<>();
    for (UnitMeaning unit : table.meanings()) {
      double of = value.applyAsDouble(unit);
      known.add(Double.isNaN(of) ? null : of);
    }
    return known;
  }

  /** By unit what its page shows: the rows of {@code measures.csv} and of {@code meanings.csv}. */
  static List<Map<String, Object>> units(MeasureTable table) {
    List<List<Object>> scores = new ArrayList<>();
    table.meanings().forEach(unit -> scores.add(new ArrayList<>()));
    for (MeasureScore score : table.scores()) {
      scores.get(score.unit()).add(row(MeasureTable.COLUMNS, score));
    }
    List<Map<String, Object>> units = new ArrayList<>();
    for (UnitMeaning meaning : table.meanings()) {
      Map<String, Object> unit = new LinkedHashMap<>();
      unit.put("meaning", row(MeasureTable.MEANING_COLUMNS, meaning));
      unit.put("scores", scores.get(meaning.unit()));
      units.add(unit);
    }
    return units;
  }

  /** A row by the names of its columns; what does not exist is absent. */
  static <R> Map<String, Object> row(List<TableColumn<R>> columns, R row) {
    Map<String, Object> named = new LinkedHashMap<>();
    for (TableColumn<R> column : columns) {
      Object value = column.of(row);
      if (value != null) {
        named.put(column.name(), value);
      }
    }
    return named;
  }
}
