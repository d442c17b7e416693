package org.netdissect.lab.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;

/**
 * What the numbers say of a question, by a rule stated beforehand.
 *
 * <p>A trend is Spearman's rank correlation of factor and measure; an order is the differences of
 * the means of neighbours. Their 95 % interval is the bootstrap's percentile interval: networks are
 * drawn again, with replacement, within each value of the factor, {@value #RESAMPLES} times (Efron
 * and Tibshirani 1993, chapter 13), from seed {@value #SEED}. It <i>holds</i> when the whole
 * interval lies on the expected side of zero (for an order: of every pair), <i>does not hold</i>
 * when the whole interval lies on the other side or is zero (for an order: of any pair), and
 * <i>cannot be told</i> otherwise, or when no value of the factor has a second network. A trend
 * over five values or more with one network each, as over accuracies, is judged by drawing the
 * values again.
 *
 * @param verdict one of three
 * @param statistic its name and value with the interval, for people
 */
record Finding(Verdict verdict, String statistic) {
  static final int RESAMPLES = 2000;
  static final long SEED = 1;

  /** From so many values on with one network each, the values themselves are drawn again. */
  private static final int FEW = 5;

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
   */
  record Level(String label, @Nullable Double x, List<Double> values) {
    Level {
      values = List.copyOf(values);
    }

    double mean() {
      return values.stream().mapToDouble(v -> v).average().orElseThrow();
    }
  }

  /** Judges an expectation. */
  static Finding of(Question.Expectation expected, List<Level> levels) {
    if (expected instanceof Question.Expectation.Trend trend) {
      return trend(trend.rises(), levels);
    }
    return order(((Question.Expectation.Order) expected).values(), levels);
  }

  private static Finding untold(String why) {
    return new Finding(Verdict.CANNOT_BE_TOLD, why);
  }

  private static Finding trend(boolean rises, List<Level> levels) {
    if (levels.size() < 2 || levels.stream().anyMatch(level -> level.x() == null)) {
      return untold("a trend needs two or more values that are numbers");
    }
    double rho = correlation(levels);
    if (Double.isNaN(rho)) {
      return untold("the measure is the same everywhere");
    }
    String value = "rank correlation " + shown(rho);
    if (levels.stream().anyMatch(level -> level.values().size() > 1)) {
      return judged(value, rises ? 1 : -1, interval(levels, Finding::within, Finding::correlation));
    }
    if (levels.size() < FEW) {
      return untold(value + "; one network at each value, so no interval: add seeds");
    }
    return judged(value, rises ? 1 : -1, interval(levels, Finding::among, Finding::correlation));
  }

  private static Finding order(List<String> wanted, List<Level> levels) {
    List<Level> ordered = new ArrayList<>();
    for (String label : wanted) {
      Level found =
          levels.stream().filter(level -> level.label().equals(label)).findFirst().orElse(null);
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
      Finding one =
          pair.stream().anyMatch(level -> level.values().size() < 2)
              ? untold(value + " (one network only, so no interval: add seeds)")
              : judged(value, 1, interval(pair, Finding::within, Finding::difference));
      words.add(one.statistic());
      if (one.verdict() == Verdict.DOES_NOT_HOLD
          || (one.verdict() == Verdict.CANNOT_BE_TOLD && verdict == Verdict.HOLDS)) {
        verdict = one.verdict();
      }
    }
    return new Finding(verdict, String.join("; ", words));
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

  private interface Resampling {
    List<Level> draw(List<Level> levels, Random random);
  }

  /** The networks of each value drawn again. */
  private static List<Level> within(List<Level> levels, Random random) {
    List<Level> again = new ArrayList<>();
    for (Level level : levels) {
      List<Double> values = new ArrayList<>();
      for (int i = 0; i < level.values().size(); i++) {
        values.add(level.values().get(random.nextInt(level.values().size())));
      }
      again.add(new Level(level.label(), level.x(), values));
    }
    return again;
  }

  /** Values of the factor drawn again, with their networks. */
  private static List<Level> among(List<Level> levels, Random random) {
    List<Level> again = new ArrayList<>();
    for (int i = 0; i < levels.size(); i++) {
      again.add(levels.get(random.nextInt(levels.size())));
    }
    return again;
  }

  private static double[] interval(List<Level> levels, Resampling resampling, Statistic statistic) {
    Random random = new Random(SEED);
    double[] drawn = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      double value = statistic.of(resampling.draw(levels, random));
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
            + " the networks within each value (of the values, where five or more have one network"
            + " each). It holds when the whole interval lies on the"
            + " expected side of zero, does not hold when it lies on the other side or at zero, and"
            + " cannot be told otherwise or where no interval can be had.",
        RESAMPLES);
  }
}
