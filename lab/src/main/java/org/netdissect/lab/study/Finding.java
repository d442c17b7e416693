package org.netdissect.lab.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;

/**
 * What the numbers say of a question, by a rule stated beforehand.
 *
 * <p>A trend is Spearman's rank correlation of factor and measure; an order is the differences of
 * the means of neighbours. Their 95 % interval is the bootstrap's percentile interval: independent
 * repeats are drawn again, with replacement, {@value #RESAMPLES} times (Efron and Tibshirani 1993,
 * chapter 13), from seed {@value #SEED}. What counts as one repeat is said by {@link Level} and
 * {@link Repeats}. It <i>holds</i> when the whole interval lies on the expected side of zero (for
 * an order: of every pair), <i>does not hold</i> when the whole interval lies on the other side or
 * is zero (for an order: of any pair), and <i>cannot be told</i> otherwise, or when a value of the
 * factor has no second repeat: one network says nothing of how much networks differ by chance.
 *
 * @param verdict one of three
 * @param statistic its name and value with the interval, for people
 */
record Finding(Verdict verdict, String statistic) {
  static final int RESAMPLES = 2000;
  static final long SEED = 1;

  /** Fewer conditions than these are not drawn again. */
  private static final int FEW = 5;

  /** What is drawn again. */
  enum Repeats {
    /** Networks of each value, independently: the values have networks of their own. */
    BETWEEN,
    /** Networks with all their values: layers, rotations or checkpoints of the same networks. */
    WITHIN,
    /** Conditions, with all networks trained alike: values that are measured, as accuracy. */
    CONDITIONS
  }

  enum Verdict {
    HOLDS("holds"),
    DOES_NOT_HOLD("does not hold"),
    CANNOT_BE_TOLD("cannot be told");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /**
   * The measures of the networks of one value of the factor.
   *
   * @param label the value
   * @param x the value as a number; null where it is none
   * @param values one a network
   * @param repeats for each of the values, which independent repeat it belongs to: values of the
   *     same one are averaged
   */
  record Level(String label, @Nullable Double x, List<Double> values, List<String> repeats) {
    Level {
      values = List.copyOf(values);
      repeats = List.copyOf(repeats);
      if (values.isEmpty() || values.size() != repeats.size()) {
        throw new IllegalArgumentException(values.size() + " values, " + repeats.size());
      }
    }

    double mean() {
      return values.stream().mapToDouble(v -> v).average().orElseThrow();
    }

    /** One value a repeat, in the order of the repeats' names. */
    Level averaged() {
      Map<String, List<Double>> of = new TreeMap<>();
      for (int i = 0; i < values.size(); i++) {
        of.computeIfAbsent(repeats.get(i), r -> new ArrayList<>()).add(values.get(i));
      }
      List<Double> means =
          of.values().stream()
              .map(own -> own.stream().mapToDouble(v -> v).average().orElseThrow())
              .toList();
      return new Level(label, x, means, List.copyOf(of.keySet()));
    }

    private Level only(List<Integer> chosen) {
      return new Level(
          label,
          x,
          chosen.stream().map(values::get).toList(),
          chosen.stream().map(repeats::get).toList());
    }
  }

  /** Judges an expectation. */
  static Finding of(Question.Expectation expected, List<Level> levels, Repeats repeats) {
    List<Level> averaged = levels.stream().map(Level::averaged).toList();
    if (expected instanceof Question.Expectation.Trend trend) {
      return trend(trend.rises(), averaged, repeats);
    }
    return order(((Question.Expectation.Order) expected).values(), averaged, repeats);
  }

  private static Finding untold(String why) {
    return new Finding(Verdict.CANNOT_BE_TOLD, why);
  }

  private static Finding trend(boolean rises, List<Level> levels, Repeats repeats) {
    if (levels.size() < 2 || levels.stream().anyMatch(level -> level.x() == null)) {
      return untold("a trend needs two or more values that are numbers");
    }
    double rho = correlation(levels);
    if (Double.isNaN(rho)) {
      return untold("the measure is the same everywhere");
    }
    String value = "rank correlation " + shown(rho);
    String lacking = lacking(levels, repeats);
    return lacking != null
        ? untold(value + "; " + lacking)
        : judged(value, rises ? 1 : -1, interval(levels, repeats, Finding::correlation));
  }

  /** Why there is no interval; null when there is one. */
  private static @Nullable String lacking(List<Level> levels, Repeats repeats) {
    if (repeats == Repeats.CONDITIONS) {
      long conditions = levels.stream().flatMap(l -> l.repeats().stream()).distinct().count();
      return conditions < FEW
          ? "networks of "
              + conditions
              + (conditions == 1 ? " kind" : " kinds")
              + " only, so no interval: "
              + FEW
              + " are wanted"
          : null;
    }
    Level single = levels.stream().filter(l -> l.values().size() < 2).findFirst().orElse(null);
    return single == null
        ? null
        : "one independent network only at " + single.label() + ", so no interval: add seeds";
  }

  private static Finding order(List<String> wanted, List<Level> levels, Repeats repeats) {
    List<Level> ordered = new ArrayList<>();
    for (String label : wanted) {
      Level found =
          levels.stream().filter(level -> isSame(level.label(), label)).findFirst().orElse(null);
      if (found == null) {
        return untold("no network has the value " + label);
      }
      ordered.add(found);
    }
    List<String> words = new ArrayList<>();
    Verdict verdict = Verdict.HOLDS;
    for (int i = 1; i < ordered.size(); i++) {
      List<Level> pair = List.of(ordered.get(i - 1), ordered.get(i));
      String value =
          pair.get(0).label()
              + " − "
              + pair.get(1).label()
              + ": "
              + shown(pair.get(0).mean() - pair.get(1).mean());
      String lacking = lacking(pair, repeats);
      Finding one =
          lacking != null
              ? untold(value + " (" + lacking + ")")
              : judged(value, 1, interval(pair, repeats, Finding::difference));
      words.add(one.statistic());
      if (one.verdict() == Verdict.DOES_NOT_HOLD
          || (one.verdict() == Verdict.CANNOT_BE_TOLD && verdict == Verdict.HOLDS)) {
        verdict = one.verdict();
      }
    }
    return new Finding(verdict, String.join("; ", words));
  }

  /** A value as a finite number; null where it is none. */
  static @Nullable Double number(String text) {
    try {
      double value = Double.parseDouble(text);
      return Double.isFinite(value) ? value : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Whether two texts are the same value of a factor: 0 and 0.0 are. */
  static boolean isSame(String one, String other) {
    Double value = number(one);
    return one.equals(other) || (value != null && value.equals(number(other)));
  }

  private static Finding judged(String value, int sign, double[] interval) {
    double low = Math.min(sign * interval[0], sign * interval[1]);
    double high = Math.max(sign * interval[0], sign * interval[1]);
    Verdict verdict =
        low > 0 ? Verdict.HOLDS : high <= 0 ? Verdict.DOES_NOT_HOLD : Verdict.CANNOT_BE_TOLD;
    return new Finding(
        verdict, value + " [" + shown(interval[0]) + ", " + shown(interval[1]) + "]");
  }

  private static String shown(double value) {
    return Numbers.general(Math.rint(value * 1000) / 1000, 4).replace('-', '−');
  }

  private interface Statistic {
    double of(List<Level> levels);
  }

  private static double difference(List<Level> pair) {
    return pair.get(0).mean() - pair.get(1).mean();
  }

  /** Spearman's rank correlation over all networks; NaN when one side does not vary. */
  static double correlation(List<Level> levels) {
    List<double[]> points = new ArrayList<>();
    for (Level level : levels) {
      Double x = level.x();
      if (x != null) {
        level.values().forEach(y -> points.add(new double[] {x, y}));
      }
    }
    double[] x = ranks(points.stream().mapToDouble(p -> p[0]).toArray());
    double[] y = ranks(points.stream().mapToDouble(p -> p[1]).toArray());
    double mean = (x.length + 1) / 2.0;
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (x[i] - mean) * (y[i] - mean);
      xx += (x[i] - mean) * (x[i] - mean);
      yy += (y[i] - mean) * (y[i] - mean);
    }
    return xy / Math.sqrt(xx * yy);
  }

  /** Ranks from 1; equals share the mean of theirs. */
  private static double[] ranks(double[] values) {
    double[] ranks = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double rank = 0.5;
      for (double other : values) {
        rank += other < values[i] ? 1 : other == values[i] ? 0.5 : 0;
      }
      ranks[i] = rank;
    }
    return ranks;
  }

  /** The repeats of each value drawn again. */
  private static List<Level> between(List<Level> levels, Random random) {
    return levels.stream().map(level -> level.only(drawn(level.values().size(), random))).toList();
  }

  /** The same repeats drawn again for all values. */
  private static List<Level> within(List<Level> levels, Random random) {
    List<Integer> chosen = drawn(levels.get(0).values().size(), random);
    return levels.stream().map(level -> level.only(chosen)).toList();
  }

  /** Conditions drawn again, with the values of all their networks. */
  private static List<Level> conditions(List<Level> levels, Random random) {
    List<String> names =
        levels.stream().flatMap(level -> level.repeats().stream()).distinct().toList();
    List<Level> again = new ArrayList<>();
    for (int choice : drawn(names.size(), random)) {
      for (Level level : levels) {
        int at = level.repeats().indexOf(names.get(choice));
        if (at >= 0) {
          again.add(level.only(List.of(at)));
        }
      }
    }
    return again;
  }

  private static List<Integer> drawn(int n, Random random) {
    return random.ints(n, 0, n).boxed().toList();
  }

  private static List<Level> again(List<Level> levels, Repeats repeats, Random random) {
    if (repeats == Repeats.CONDITIONS) {
      return conditions(levels, random);
    }
    boolean same = levels.stream().map(Level::repeats).distinct().count() == 1;
    return repeats == Repeats.WITHIN && same ? within(levels, random) : between(levels, random);
  }

  private static double[] interval(List<Level> levels, Repeats repeats, Statistic statistic) {
    Random random = new Random(SEED);
    double[] drawn = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      double value = statistic.of(again(levels, repeats, random));
      drawn[r] = Double.isNaN(value) ? 0 : value;
    }
    Arrays.sort(drawn);
    return new double[] {
      drawn[(int) Math.floor(0.025 * RESAMPLES)], drawn[(int) Math.ceil(0.975 * RESAMPLES) - 1]
    };
  }

  /** The rule in words, for the page. */
  static String rule() {
    return String.format(
        Locale.ROOT,
        "A trend is judged by Spearman's rank correlation, an order by the differences of means of"
            + " neighbours; intervals are 95 %% percentile intervals of %,d bootstrap resamples of"
            + " independent repeats. Networks of one seed are one repeat, as are all rotations and"
            + " checkpoints of a network; layers, rotations and checkpoints of the same networks"
            + " are drawn together; where the factor is measured, as accuracy, networks trained"
            + " alike are drawn together. It holds when the whole interval lies on the expected"
            + " side of zero, does not hold when it lies on the other side or at zero, and cannot"
            + " be told otherwise or where a value has one repeat only.",
        RESAMPLES);
  }
}
