package org.netdissect.app;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.netdissect.analysis.formulas.LinearSearch;
import org.netdissect.results.FormulaGrowth;
import org.netdissect.results.FormulaScore;
import org.netdissect.results.FormulaTable;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LinearScore;
import org.netdissect.results.RangeScore;
import org.netdissect.results.RangeTable;

/** What a search for formulas found, for people. */
final class FormulaSummary {
  static final String ABOUT_IOU =
      "IoU is over all images read; that of show counts a unit's mask only on images annotated for"
          + " the concept's category.\n";

  private static final int MOST_SHOWN = 20;

  private FormulaSummary() {}

  /**
   * How well one formula describes each unit, the best units first; those that miss it are counted.
   */
  static String ranked(LayerDissection layer, List<FormulaScore> ranked) {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%s in layer %s: %d pixels",
        ranked.get(0).formula(),
        layer.layer().name(),
        ranked.get(0).pixels());
    List<FormulaScore> met = ranked.stream().filter(score -> score.intersect() > 0).toList();
    for (FormulaScore score : met) {
      line(
          text,
          "  unit %5d  IoU %.4f  accuracy %5.1f %%  coverage %5.1f %%",
          score.unit(),
          score.iou(),
          100 * score.detectionAccuracy(),
          100 * score.activationCoverage());
    }
    if (ranked.get(0).pixels() == 0) {
      line(text, "  no pixel of the images read meets the formula, so no unit does");
    } else if (met.isEmpty()) {
      line(text, "  no unit meets it");
    } else if (met.size() < ranked.size()) {
      line(text, "  the masks of %d units do not meet it", ranked.size() - met.size());
    }
    return text.toString();
  }

  /** What was found, by length, and the units described best. */
  static String text(LayerDissection layer, FormulaTable table) {
    StringBuilder text = new StringBuilder();
    line(text, "formulas of layer %s:", layer.layer().name());
    int length = table.info().length();
    for (FormulaGrowth at : FormulaGrowth.of(table)) {
      line(
          text,
          "  length %d: mean IoU %.4f, proven for %d of %d units",
          at.length(),
          at.mean(),
          at.proven(),
          at.units());
    }
    table.scores().stream()
        .filter(score -> score.length() == length)
        .sorted(Comparator.comparingDouble(FormulaScore::iou).reversed())
        .limit(MOST_SHOWN)
        .forEach(
            score ->
                line(
                    text,
                    "  unit %5d  IoU %.4f  %s%s",
                    score.unit(),
                    score.iou(),
                    score.formula().isEmpty() ? "(meets no concept)" : score.formula(),
                    score.proven()
                        ? ""
                        : String.format(Locale.ROOT, " (at most %.4f)", score.bound())));
    return text.toString();
  }

  /** What units detect in ranges of their activation, the units described best. */
  static String ranges(LayerDissection layer, RangeTable table) {
    Map<Integer, List<RangeScore>> units =
        table.scores().stream()
            .collect(Collectors.groupingBy(RangeScore::unit, TreeMap::new, Collectors.toList()));
    StringBuilder text = new StringBuilder();
    line(
        text,
        "ranges of activation of layer %s: up to %d by %s, %d of %d units mean the same in all",
        layer.layer().name(),
        table.info().ranges(),
        table.info().by(),
        units.values().stream().filter(ranges -> meanings(ranges) == 1).count(),
        units.size());
    units.values().stream()
        .sorted(
            Comparator.comparingDouble(
                (List<RangeScore> ranges) ->
                    -ranges.stream().mapToDouble(range -> range.best().iou()).average().orElse(0)))
        .limit(MOST_SHOWN)
        .forEach(
            ranges -> {
              line(text, "  unit %5d", ranges.get(0).unit());
              for (RangeScore range : ranges) {
                line(
                    text,
                    "    %s  IoU %.4f  %s",
                    between(range),
                    range.best().iou(),
                    range.best().formula().isEmpty()
                        ? "(meets no concept)"
                        : range.best().formula());
              }
            });
    return text.toString();
  }

  private static long meanings(List<RangeScore> ranges) {
    return ranges.stream().map(range -> range.best().formula()).distinct().count();
  }

  private static String between(RangeScore range) {
    return Float.isFinite(range.upTo())
        ? String.format(Locale.ROOT, "%9.4g to %9.4g", range.above(), range.upTo())
        : String.format(Locale.ROOT, "    above %9.4g", range.above());
  }

  /** How well labels, formulas and sums foretell the units' activations, side by side. */
  static String linear(List<LinearScore> scores) {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "  correlation on images held out, mean: label %.3f, formula %.3f, linear %.3f",
        LinearSearch.mean(scores.stream().map(LinearScore::labelR)),
        LinearSearch.mean(scores.stream().map(LinearScore::formulaR)),
        LinearSearch.mean(scores.stream().map(LinearScore::linearR)));
    scores.stream()
        .filter(score -> !Double.isNaN(score.linearR()))
        .sorted(Comparator.comparingDouble(LinearScore::linearR).reversed())
        .limit(MOST_SHOWN)
        .forEach(
            score ->
                line(
                    text,
                    "  unit %5d  r label %s  formula %s  linear %s  %s",
                    score.unit(),
                    correlation(score.labelR()),
                    correlation(score.formulaR()),
                    correlation(score.linearR()),
                    score.text()));
    return text.toString();
  }

  private static String correlation(double r) {
    return Double.isNaN(r) ? "  –  " : String.format(Locale.ROOT, "%.3f", r);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
