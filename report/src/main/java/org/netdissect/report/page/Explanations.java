package org.netdissect.report.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.results.Dissection;
import org.netdissect.results.FormulaInfo;
import org.netdissect.results.LinearInfo;
import org.netdissect.results.LinearScore;
import org.netdissect.results.LinearTable;
import org.netdissect.results.RangeInfo;
import org.netdissect.results.RangeScore;
import org.netdissect.results.RangeTable;

/** What a unit's page says of a layer's units by strength and as sums of concepts. */
final class Explanations {
  private final @Nullable RangeTable ranges;
  private final @Nullable LinearTable linear;
  private final Map<Integer, List<Object>> rows = new TreeMap<>();
  private final Map<Integer, Object> sums = new TreeMap<>();

  /**
   * Of a layer.
   *
   * @param ranges null if none were searched for
   * @param linear null if none were searched for
   */
  Explanations(@Nullable RangeTable ranges, @Nullable LinearTable linear) {
    this.ranges = ranges;
    this.linear = linear;
    if (ranges != null) {
      for (RangeScore score : ranges.scores()) {
        rows.computeIfAbsent(score.unit(), key -> new ArrayList<>()).add(row(score));
      }
    }
    if (linear != null) {
      linear.scores().forEach(score -> sums.put(score.unit(), sum(score)));
    }
  }

  /**
   * The units that something is said of.
   *
   * @param all of the layer
   */
  SortedSet<Integer> units(int all) {
    SortedSet<Integer> units = new TreeSet<>(sums.keySet());
    if (ranges != null) {
      List<Integer> asked = ranges.info().formulas().units();
      units.addAll(asked == null ? IntStream.range(0, all).boxed().toList() : asked);
    }
    return units;
  }

  /** Puts what is said of a unit into its page. */
  void put(int unit, Map<String, Object> page) {
    if (ranges != null) {
      List<Integer> asked = ranges.info().formulas().units();
      page.put(
          "ranges",
          asked == null || asked.contains(unit) ? rows.getOrDefault(unit, List.of()) : null);
    }
    page.put("linear", sums.get(unit));
  }

  /** Puts how it was made into what the page says of the layer. */
  void describe(Dissection dissection, Map<String, Object> summary) {
    if (ranges != null) {
      RangeInfo info = ranges.info();
      Map<String, Object> how = new LinkedHashMap<>();
      how.put("by", info.by());
      how.put("seed", info.seed());
      String keep = dissection.info().rules().keepQuantile();
      how.put("keep", keep == null ? null : Double.valueOf(keep));
      FormulaInfo formulas = info.formulas();
      how.put("length", formulas.length());
      how.put("search", formulas.search());
      how.put("operators", formulas.operators());
      how.put("categories", formulas.categories());
      how.put("gain", formulas.minimumGain());
      how.put("penalty", formulas.penalty());
      summary.put("ranges", how);
    }
    if (linear != null) {
      LinearInfo info = linear.info();
      Map<String, Object> how = new LinkedHashMap<>();
      how.put("seed", info.seed());
      how.put("train", info.train());
      how.put("validation", info.validation());
      how.put("heldOut", info.heldOut());
      how.put("categories", info.categories());
      summary.put("linear", how);
    }
  }

  private static List<@Nullable Object> row(RangeScore s) {
    return Arrays.asList(
        s.above(),
        Float.isFinite(s.upTo()) ? s.upTo() : null,
        s.activations(),
        s.best().formula(),
        s.best().intersect(),
        s.best().pixels(),
        s.best().mask(),
        s.best().proven() ? 1 : 0,
        s.best().bound(),
        s.concept(),
        s.conceptIou());
  }

  private static Map<String, @Nullable Object> sum(LinearScore s) {
    Map<String, @Nullable Object> sum = new LinkedHashMap<>();
    sum.put("terms", s.terms().stream().map(t -> List.of(t.concept(), t.weight())).toList());
    sum.put("label", s.label());
    sum.put("formula", s.formula());
    sum.put("labelR", correlation(s.labelR()));
    sum.put("formulaR", correlation(s.formulaR()));
    sum.put("linearR", correlation(s.linearR()));
    return sum;
  }

  private static @Nullable Double correlation(double r) {
    return Double.isNaN(r) ? null : r;
  }
}
