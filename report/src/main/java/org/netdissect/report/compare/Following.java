package org.netdissect.report.compare;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.netdissect.base.Numbers;
import org.netdissect.report.figures.Figure;
import org.netdissect.report.figures.FlowChart;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.UnitScore;

/**
 * The units of a layer followed through results of one network in training: which label each has at
 * each time, since when it has its last one, and how units go from kind to kind. A unit without a
 * label above the threshold is of the kind {@value #NONE}.
 */
final class Following {
  static final String NONE = "no detector";
  private static final String OTHER = "other labels";

  /** Labels that a picture shows by name. */
  private static final int NAMED = 24;

  private final LayerInfo layer;
  private final List<String> times;
  private final List<List<UnitScore>> scores;
  private final List<String> categories;
  private final double iou;

  private Following(
      LayerInfo layer,
      List<String> times,
      List<List<UnitScore>> scores,
      List<String> categories,
      double iou) {
    this.layer = layer;
    this.times = times;
    this.scores = scores;
    this.categories = categories;
    this.iou = iou;
  }

  /**
   * Follows every layer that all results have, in the order of the first one.
   *
   * @throws DissectionException in one line if there is none, or its units cannot be the same
   */
  static List<Following> of(List<Comparison.Run> runs, List<String> categories, double iou)
      throws DissectionException {
    if (runs.size() < 2) {
      throw new DissectionException("following units takes two results or more");
    }
    List<String> times = runs.stream().map(Comparison.Run::name).toList();
    List<Following> all = new ArrayList<>();
    for (LayerDissection first : runs.get(0).dissection().layers()) {
      if (first.layer().basis() != null) {
        continue; // a view of a layer
      }
      List<LayerDissection> layers = new ArrayList<>();
      for (Comparison.Run run : runs) {
        run.dissection().layers().stream()
            .filter(other -> other.layer().name().equals(first.layer().name()))
            .findFirst()
            .ifPresent(layers::add);
      }
      if (layers.size() < runs.size()) {
        continue;
      }
      for (int r = 1; r < runs.size(); r++) {
        if (layers.get(r).units().size() != first.units().size()) {
          throw new DissectionException(
              "units of "
                  + first.layer().name()
                  + " cannot be followed: "
                  + times.get(0)
                  + " has "
                  + first.units().size()
                  + ", "
                  + times.get(r)
                  + " "
                  + layers.get(r).units().size());
        }
      }
      all.add(
          new Following(
              first.layer(),
              times,
              layers.stream().map(LayerDissection::units).toList(),
              categories,
              iou));
    }
    if (all.isEmpty()) {
      throw new DissectionException(
          "no layer is in all results, so no unit can be followed: " + String.join(", ", times));
    }
    return all;
  }

  private int units() {
    return scores.get(0).size();
  }

  private LabelScore score(int time, int unit) {
    return scores.get(time).get(unit).label();
  }

  private boolean detects(int time, int unit) {
    return DetectorCounts.passes(score(time, unit), iou);
  }

  /** The label as its concept is called; {@value #NONE} where it does not pass. */
  private String label(int time, int unit) {
    return detects(time, unit) ? score(time, unit).label() : NONE;
  }

  private boolean same(int time, int other, int unit) {
    return label(time, unit).equals(label(other, unit))
        && (!detects(time, unit)
            || score(time, unit).category().equals(score(other, unit).category()));
  }

  private int last() {
    return times.size() - 1;
  }

  /** When the unit's last label first appeared. */
  private int appeared(int unit) {
    int time = 0;
    while (!same(time, last(), unit)) {
      time++;
    }
    return time;
  }

  /** Since when it has it without a break. */
  private int kept(int unit) {
    int time = last();
    while (time > 0 && same(time - 1, last(), unit)) {
      time--;
    }
    return time;
  }

  private int changes(int unit) {
    int changes = 0;
    for (int time = 1; time <= last(); time++) {
      changes += same(time - 1, time, unit) ? 0 : 1;
    }
    return changes;
  }

  /** Whether any unit goes from one category to another, not counting those without a label. */
  private int movedCategory() {
    int moved = 0;
    for (int unit = 0; unit < units(); unit++) {
      String before = "";
      boolean moves = false;
      for (int time = 0; time <= last(); time++) {
        if (detects(time, unit)) {
          String category = score(time, unit).category();
          moves |= !before.isEmpty() && !before.equals(category);
          before = category;
        }
      }
      moved += moves ? 1 : 0;
    }
    return moved;
  }

  /** A row a unit of every layer: its label at each time, since when it has its last one. */
  static String table(List<Following> layers) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      List<String> row = new ArrayList<>(List.of("layer", "unit"));
      for (String time : layers.get(0).times) {
        row.addAll(List.of(time + " label", time + " category", time + " iou"));
      }
      row.addAll(List.of("last label appeared", "kept since", "changes"));
      csv.writeRecord(row);
      for (Following of : layers) {
        for (int unit = 0; unit < of.units(); unit++) {
          row.clear();
          row.addAll(List.of(of.layer.name(), Integer.toString(unit)));
          for (int time = 0; time <= of.last(); time++) {
            boolean detects = of.detects(time, unit);
            row.add(detects ? of.score(time, unit).label() : "");
            row.add(detects ? of.score(time, unit).category() : "");
            row.add(Numbers.general(of.score(time, unit).iou(), 9));
          }
          row.add(of.times.get(of.appeared(unit)));
          row.add(of.times.get(of.kept(unit)));
          row.add(Integer.toString(of.changes(unit)));
          csv.writeRecord(row);
        }
      }
    }
    return text.toString();
  }

  /** Which labels became which, from the first result to the last: a row a pair of labels. */
  static String became(List<Following> layers) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      csv.writeRecord("layer", "from", "from category", "to", "to category", "units");
      for (Following of : layers) {
        Map<List<String>, Integer> pairs = new LinkedHashMap<>();
        for (int unit = 0; unit < of.units(); unit++) {
          pairs.merge(
              List.of(
                  of.label(0, unit),
                  of.category(0, unit),
                  of.label(of.last(), unit),
                  of.category(of.last(), unit)),
              1,
              Integer::sum);
        }
        List<Map.Entry<List<String>, Integer>> sorted = new ArrayList<>(pairs.entrySet());
        sorted.sort(
            Comparator.comparingInt((Map.Entry<List<String>, Integer> one) -> -one.getValue()));
        for (Map.Entry<List<String>, Integer> one : sorted) {
          List<String> row = new ArrayList<>(List.of(of.layer.name()));
          row.addAll(one.getKey());
          row.add(Integer.toString(one.getValue()));
          csv.writeRecord(row);
        }
      }
    }
    return text.toString();
  }

  private String category(int time, int unit) {
    return detects(time, unit) ? score(time, unit).category() : "";
  }

  /** How units go from category to category; between two results, from label to label. */
  Figure figure() {
    List<FlowChart.Kind> kinds = times.size() > 2 ? categories() : labels();
    Map<FlowChart.Kind, Integer> places = new HashMap<>();
    for (int k = 0; k < kinds.size(); k++) {
      places.put(kinds.get(k), k);
    }
    int other = places.getOrDefault(new FlowChart.Kind(OTHER, ""), 0);
    List<List<Integer>> things = new ArrayList<>();
    for (int unit = 0; unit < units(); unit++) {
      List<Integer> of = new ArrayList<>();
      for (int time = 0; time <= last(); time++) {
        of.add(places.getOrDefault(kind(time, unit), other));
      }
      things.add(of);
    }
    return FlowChart.of(
        times,
        kinds,
        things,
        categories,
        "flow-" + layer.folder(),
        "The "
            + units()
            + " units of "
            + layer.name()
            + " from "
            + times.get(0)
            + " to "
            + times.get(last())
            + " by "
            + (times.size() > 2 ? "category of their label" : "their label")
            + " (IoU above "
            + Numbers.general(iou, 4)
            + "); "
            + movedCategory()
            + " change the category at some time.");
  }

  private FlowChart.Kind kind(int time, int unit) {
    if (!detects(time, unit)) {
      return new FlowChart.Kind(NONE, "");
    }
    LabelScore score = score(time, unit);
    return times.size() > 2
        ? new FlowChart.Kind(score.category(), score.category())
        : new FlowChart.Kind(LabelScore.readable(score.label()), score.category());
  }

  private List<FlowChart.Kind> categories() {
    List<FlowChart.Kind> kinds = new ArrayList<>();
    categories.forEach(category -> kinds.add(new FlowChart.Kind(category, category)));
    kinds.add(new FlowChart.Kind(NONE, ""));
    return kinds;
  }

  /** The commonest labels by category and number, the rest as one kind. */
  private List<FlowChart.Kind> labels() {
    Map<FlowChart.Kind, Integer> counts = new LinkedHashMap<>();
    for (int unit = 0; unit < units(); unit++) {
      for (int time = 0; time <= last(); time++) {
        if (detects(time, unit)) {
          counts.merge(kind(time, unit), 1, Integer::sum);
        }
      }
    }
    List<FlowChart.Kind> sorted = new ArrayList<>(counts.keySet());
    sorted.sort(
        Comparator.comparingInt((FlowChart.Kind kind) -> -counts.getOrDefault(kind, 0))
            .thenComparing(FlowChart.Kind::name));
    List<FlowChart.Kind> kinds = new ArrayList<>(sorted.subList(0, Math.min(NAMED, sorted.size())));
    kinds.sort(Comparator.comparingInt(kind -> categories.indexOf(kind.category())));
    if (sorted.size() > NAMED) {
      kinds.add(new FlowChart.Kind(OTHER, ""));
    }
    kinds.add(new FlowChart.Kind(NONE, ""));
    return kinds;
  }

  /** Of the drawing, in the comparison's folder. */
  String file() {
    return "flow-" + layer.folder() + ".svg";
  }

  /** For the page: the drawing, and the labels of each unit. */
  Map<String, Object> view() {
    Map<String, Object> view = new LinkedHashMap<>();
    Figure figure = figure();
    String svg = figure.svg();
    view.put("name", layer.name());
    view.put("file", file());
    view.put("svg", svg.substring(svg.indexOf("<svg")));
    view.put("caption", figure.caption());
    view.put("times", times);
    List<Object> rows = new ArrayList<>();
    for (int unit = 0; unit < units(); unit++) {
      List<Object> row = new ArrayList<>();
      for (int time = 0; time <= last(); time++) {
        row.add(detects(time, unit) ? score(time, unit).label() : "");
        row.add(categories.indexOf(category(time, unit)));
      }
      row.add(appeared(unit));
      row.add(kept(unit));
      rows.add(row);
    }
    view.put("units", rows);
    return view;
  }
}
