package org.netdissect.analysis.rating;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Numbers;
import org.netdissect.base.Text;
import org.netdissect.results.UnitTable;

/**
 * What raters' answers come to: the rows of the paper's Table 3 for each layer, and what tells how
 * far they can be trusted. A phrase is accepted if more than half of those asked who answered say
 * yes.
 *
 * @param rows of the table, in the order shown
 * @param notes what is missing or doubtful, a line each
 */
public record RatingTable(List<Row> rows, List<String> notes) {
  public RatingTable {
    rows = List.copyOf(rows);
    notes = List.copyOf(notes);
  }

  /**
   * A row.
   *
   * @param layer name; blank for what concerns all
   * @param measure what is counted
   * @param count how many
   * @param of among how many
   * @param value the share, or alpha; NaN where it is not defined
   * @param low lower end of the share's interval at 95 %; NaN for none
   * @param high upper end
   */
  public record Row(
      String layer, String measure, int count, int of, double value, double low, double high) {

    static Row share(String layer, String measure, int count, int of) {
      if (of == 0) {
        return new Row(layer, measure, 0, 0, Double.NaN, Double.NaN, Double.NaN);
      }
      Wilson interval = Wilson.of(count, of);
      return new Row(
          layer, measure, count, of, (double) count / of, interval.low(), interval.high());
    }
  }

  /**
   * Counts.
   *
   * @param answers of different raters of one study
   * @param withoutFailed leave out raters who failed a check
   * @throws DataException if they are of different studies, two of one rater, or none is left
   */
  public static RatingTable of(List<Answers> answers, boolean withoutFailed) throws DataException {
    Study study = answers.get(0).study();
    Map<Integer, Path> seen = new HashMap<>();
    for (Answers one : answers) {
      if (!one.study().equals(study)) {
        throw new DataException(
            Text.oneLine(one.file() + " is of another study than " + answers.get(0).file()));
      }
      Path other = seen.put(one.rater(), one.file());
      if (other != null) {
        throw new DataException(
            Text.oneLine(
                other
                    + " and "
                    + one.file()
                    + " are both of rater "
                    + one.rater()
                    + "; keep one of them"));
      }
    }
    List<Answers> sorted = new ArrayList<>(answers);
    sorted.sort(Comparator.comparingInt(Answers::rater));
    return new Counting(study, sorted, withoutFailed).count();
  }

  /** The table as CSV. */
  public String csv() throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = UnitTable.csv().build(text)) {
      csv.writeRecord("layer", "measure", "count", "of", "value", "low", "high");
      for (Row row : rows) {
        csv.writeRecord(
            row.layer(),
            row.measure(),
            Integer.toString(row.count()),
            Integer.toString(row.of()),
            number(row.value()),
            number(row.low()),
            number(row.high()));
      }
    }
    return text.toString();
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "" : Numbers.general(value, 9);
  }

  /** One table on its way. */
  private static final class Counting {
    private final Study study;
    private final List<Answers> all;
    private final List<Answers> raters = new ArrayList<>();
    private final boolean withoutFailed;
    private final List<Row> rows = new ArrayList<>();
    private final List<Row> checks = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    Counting(Study study, List<Answers> all, boolean withoutFailed) {
      this.study = study;
      this.all = all;
      this.withoutFailed = withoutFailed;
    }

    RatingTable count() throws DataException {
      Set<Integer> present = new HashSet<>();
      for (Answers one : all) {
        present.add(one.rater());
        look(one);
      }
      for (int rater = 1; rater <= study.raters(); rater++) {
        if (!present.contains(rater)) {
          notes.add("rater " + rater + " is missing");
        }
      }
      if (raters.isEmpty()) {
        throw new DataException("every rater failed a check: there is nothing to count");
      }
      for (int l = 0; l < study.layers().size(); l++) {
        layer(l);
      }
      rows.addAll(checks);
      return new RatingTable(rows, notes);
    }

    /** How a rater did with the checks, and whether he is counted. */
    private void look(Answers one) {
      int passed = 0;
      int met = 0;
      for (Question question : study.questions()) {
        Boolean said = one.to(question);
        if (question.isCheck() && said != null) {
          met++;
          passed += said == (question.kind() == Question.Kind.CHECK_YES) ? 1 : 0;
        }
      }
      checks.add(Row.share("", "rater " + one.rater() + ": checks passed", passed, met));
      boolean failed = passed < met;
      if (failed) {
        notes.add(
            "rater "
                + one.rater()
                + " failed "
                + (met - passed)
                + " of "
                + met
                + " checks"
                + (withoutFailed ? " and is left out" : ""));
      }
      int open = study.questions().size() - one.said().size();
      if (open > 0) {
        notes.add(
            "rater "
                + one.rater()
                + " left "
                + (one.said().isEmpty() ? "all" : open + " of")
                + " "
                + study.questions().size()
                + " questions open");
      }
      if (!failed || !withoutFailed) {
        raters.add(one);
      }
    }

    private void layer(int l) {
      String name = study.layers().get(l);
      Map<Integer, Question> ours = new HashMap<>();
      Map<Integer, Question> truth = new HashMap<>();
      List<Question> decoys = new ArrayList<>();
      List<int[]> opinions = new ArrayList<>();
      for (Question question : study.questions()) {
        if (question.layer() != l) {
          continue;
        }
        if (question.ours()) {
          ours.put(question.unit(), question);
        }
        if (question.truth()) {
          truth.put(question.unit(), question);
        }
        if (question.kind() == Question.Kind.DECOY) {
          decoys.add(question);
        }
        if (question.isOpinion()) {
          opinions.add(votes(question, rater -> true));
        }
      }
      List<Study.RatedUnit> units = study.units().stream().filter(u -> u.layer() == l).toList();
      if (study.secondSource()) {
        secondSource(name, units, ours, truth);
      }
      accepted(name, "our labels accepted", units, ours, rater -> true);
      accepted(
          name,
          "our labels accepted: detectors",
          units.stream().filter(Study.RatedUnit::detector).toList(),
          ours,
          rater -> true);
      share(name, "decoys accepted", decoys, rater -> true);
      repeats(name, l);
      rows.add(agreement(name, opinions));
    }

    /** The three rows of the paper: the second group judges within what the first one accepts. */
    private void secondSource(
        String name,
        List<Study.RatedUnit> units,
        Map<Integer, Question> ours,
        Map<Integer, Question> truth) {
      List<Study.RatedUnit> interpretable = new ArrayList<>();
      int judged = 0;
      int unasked = 0;
      for (Study.RatedUnit unit : units) {
        Question question = truth.get(unit.unit());
        // Where the second source found no phrase there is nothing to ask: not interpretable.
        Boolean accepted = question == null ? Boolean.FALSE : verdict(question, study::isFirst);
        judged += accepted == null ? 0 : 1;
        unasked += accepted == null ? 1 : 0;
        if (Boolean.TRUE.equals(accepted)) {
          interpretable.add(unit);
        }
      }
      rows.add(Row.share(name, "interpretable units", interpretable.size(), judged));
      if (unasked > 0) {
        notes.add(
            "layer "
                + name
                + ": the first group answered nothing on "
                + unasked
                + " units, which"
                + " are left out");
      }
      Predicate<Integer> second = rater -> !study.isFirst(rater);
      accepted(name, "human consistency", interpretable, truth, second);
      accepted(name, "our labels accepted: interpretable units", interpretable, ours, second);
    }

    private void accepted(
        String name,
        String measure,
        List<Study.RatedUnit> units,
        Map<Integer, Question> phrases,
        Predicate<Integer> group) {
      List<Question> asked = new ArrayList<>();
      for (Study.RatedUnit unit : units) {
        Question question = phrases.get(unit.unit());
        if (question != null) {
          asked.add(question);
        }
      }
      share(name, measure, asked, group);
    }

    /** Phrases accepted, of those that anyone of the group answered. */
    private void share(
        String name, String measure, List<Question> asked, Predicate<Integer> group) {
      int yes = 0;
      int of = 0;
      for (Question question : asked) {
        Boolean verdict = verdict(question, group);
        of += verdict == null ? 0 : 1;
        yes += Boolean.TRUE.equals(verdict) ? 1 : 0;
      }
      if (of < asked.size()) {
        notes.add(
            "layer "
                + name
                + ", "
                + measure
                + ": nobody answered on "
                + (asked.size() - of)
                + " phrases, which are left out");
      }
      rows.add(Row.share(name, measure, yes, of));
    }

    private void repeats(String name, int l) {
      Map<String, Question> byId = new HashMap<>();
      study.questions().forEach(question -> byId.put(question.id(), question));
      int alike = 0;
      int of = 0;
      for (Question repeat : study.questions()) {
        Question first = repeat.again() == null ? null : byId.get(repeat.again());
        if (first == null || repeat.layer() != l) {
          continue;
        }
        for (Answers one : raters) {
          Boolean before = one.to(first);
          Boolean after = one.to(repeat);
          if (before != null && after != null) {
            of++;
            alike += before.equals(after) ? 1 : 0;
          }
        }
      }
      rows.add(Row.share(name, "the same answer when asked again", alike, of));
    }

    private Row agreement(String name, List<int[]> opinions) {
      double alpha = Krippendorff.alpha(opinions);
      int twice = (int) opinions.stream().filter(votes -> votes[0] + votes[1] >= 2).count();
      if (Double.isNaN(alpha)) {
        notes.add(
            "layer "
                + name
                + ": Krippendorff's alpha is not defined, since "
                + (twice == 0 ? "no phrase has two answers" : "all answers are the same"));
      }
      return new Row(
          name, "Krippendorff's alpha", twice, opinions.size(), alpha, Double.NaN, Double.NaN);
    }

    /** How many of a group said no, and yes. */
    private int[] votes(Question question, Predicate<Integer> group) {
      int[] votes = new int[2];
      for (Answers one : raters) {
        Boolean said = group.test(one.rater()) ? one.to(question) : null;
        if (said != null) {
          votes[said ? 1 : 0]++;
        }
      }
      return votes;
    }

    /** Whether more than half say yes; null if nobody answered. */
    private @Nullable Boolean verdict(Question question, Predicate<Integer> group) {
      int[] votes = votes(question, group);
      return votes[0] + votes[1] == 0 ? null : votes[1] > votes[0];
    }
  }
}
