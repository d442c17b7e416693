package org.netdissect.app;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.netdissect.base.Numbers;
import org.netdissect.base.Text;
import org.netdissect.results.Dissection;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.Measure;
import org.netdissect.results.MeasureScore;
import org.netdissect.results.MeasureTable;
import org.netdissect.results.UnitMeaning;
import org.netdissect.results.UnitScore;

/** What other measures say of the labels, for people. */
final class MeasuresSummary {
  /** Units named as examples. */
  private static final int NAMED = 3;

  private MeasuresSummary() {}

  /** Of all layers that have been measured. */
  static String text(Dissection dissection) throws IOException {
    StringBuilder text = new StringBuilder();
    for (LayerDissection layer : dissection.layers()) {
      MeasureTable table = MeasureTable.read(dissection, layer);
      if (table != null) {
        layer(text, dissection, layer, table);
      }
    }
    return text.toString();
  }

  private static void layer(
      StringBuilder text, Dissection dissection, LayerDissection layer, MeasureTable table) {
    double iou = dissection.info().rules().iou();
    List<UnitScore> detectors =
        layer.units().stream().filter(unit -> unit.label().iou() > iou).toList();
    line(
        text,
        "measures of layer %s: of %d detectors (IoU > %s) as many keep their label if another measure chooses",
        Text.oneLine(layer.layer().name()),
        detectors.size(),
        Numbers.general(iou, 6));
    for (Measure measure : Measure.values()) {
      if (measure != Measure.IOU && !(measure.isOfImages() && table.info().peaks() == null)) {
        measure(text, measure, detectors, table);
      }
    }
    if (table.info().peaks() == null) {
      line(
          text,
          "  there are no measures of whole images: the result has neither peaks nor maps; run it"
              + " again with --peaks");
    } else if (!table.info().peaks().equals("exact")) {
      line(
          text,
          "  images on which a unit does not exceed its threshold tie, and there is no correlation of"
              + " values: run with --peaks for exact ones");
    }
    meanings(text, table);
  }

  private static void measure(
      StringBuilder text, Measure measure, List<UnitScore> detectors, MeasureTable table) {
    StringBuilder examples = new StringBuilder();
    int kept = 0;
    int defined = 0;
    Set<String> named = new HashSet<>();
    for (UnitScore unit : detectors) {
      MeasureScore best = table.best(unit.unit(), measure);
      defined += best == null ? 0 : 1;
      if (best != null && best.number() == unit.label().number()) {
        kept++;
      } else if (best != null
          && named.size() < 2 * NAMED
          && !named.contains(unit.label().label())
          && !named.contains(best.label())) {
        // Many units of a label change alike: no name stands twice.
        named.add(unit.label().label());
        named.add(best.label());
        examples
            .append(examples.isEmpty() ? "; for example " : ", ")
            .append(readable(unit.label().label()))
            .append(" becomes ")
            .append(readable(best.label()));
      }
    }
    if (defined == 0 && !detectors.isEmpty()) {
      line(text, "  %-17s     – (not defined here)", measure.word());
      return;
    }
    line(
        text,
        "  %-17s %5d%s%s",
        measure.word(),
        kept,
        defined < detectors.size() ? " of " + defined : "",
        examples);
  }

  private static void meanings(StringBuilder text, MeasureTable table) {
    List<UnitMeaning> known =
        table.meanings().stream().filter(unit -> !Double.isNaN(unit.clarity())).toList();
    if (known.isEmpty()) {
      return;
    }
    line(
        text,
        "  clarity of the top patches: %.2f on average over %d units; the least clear: unit %d (%s, %s)",
        known.stream().mapToDouble(UnitMeaning::clarity).average().orElseThrow(),
        known.size(),
        least(known).unit(),
        readable(least(known).first()),
        readable(least(known).second()));
  }

  private static UnitMeaning least(List<UnitMeaning> known) {
    return known.stream().min((a, b) -> Double.compare(a.clarity(), b.clarity())).orElseThrow();
  }

  private static String readable(String label) {
    return Text.oneLine(LabelScore.readable(label));
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
