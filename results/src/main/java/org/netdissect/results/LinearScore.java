package org.netdissect.results;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A unit's activation as a weighted sum of concepts, beside its label and its formula: a row of
 * {@code linear.csv}. Correlations are Pearson's, over the images held out, of the unit's pooled
 * activation with what each predicts; NaN where either is the same everywhere.
 *
 * @param unit number, from 0
 * @param terms of the sum, in the order in which they were taken in; empty if no concept helped
 * @param label as it stands in formulas; blank if the unit has none
 * @param formula that the label and the sum are compared with; blank if the unit meets no concept
 * @param labelR of the share of the image that the label's concept covers
 * @param formulaR of the share that the formula covers
 * @param linearR of the weighted sum
 * @param validationR of the weighted sum on the images that its terms were chosen on
 */
public record LinearScore(
    int unit,
    List<Term> terms,
    String label,
    String formula,
    double labelR,
    double formulaR,
    double linearR,
    double validationR) {

  /**
   * A part of the sum.
   *
   * @param concept as it stands in formulas
   * @param weight activation, above the threshold and on average over the image's cells, for an
   *     image that the concept covers wholly; above 0
   */
  public record Term(String concept, double weight) {}

  /** A weight and a concept, which is quoted where it holds blanks. */
  private static final Pattern TERM =
      Pattern.compile("([0-9.eE+-]+) (\"(?:[^\"]|\"\")*+\"|[^\" ]++)(?: \\+ (?=.)|$)");

  public LinearScore {
    terms = List.copyOf(terms);
  }

  /** The sum as text: {@code 0.21 wheel + 0.05 car}. */
  public String text() {
    return String.join(
        " + ",
        terms.stream()
            .map(t -> org.netdissect.base.Numbers.general(t.weight(), 4) + " " + t.concept())
            .toList());
  }

  /**
   * Reads what {@link #text} wrote; weights to four digits.
   *
   * @throws IllegalArgumentException if it is no such sum
   */
  static List<Term> terms(String text) {
    List<Term> terms = new ArrayList<>();
    Matcher term = TERM.matcher(text);
    int at = 0;
    while (at < text.length()) {
      if (!term.region(at, text.length()).lookingAt()) {
        throw new IllegalArgumentException("no sum of concepts");
      }
      terms.add(new Term(term.group(2), Double.parseDouble(term.group(1))));
      at = term.end();
    }
    return terms;
  }
}
