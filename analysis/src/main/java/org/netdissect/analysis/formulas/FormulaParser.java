package org.netdissect.analysis.formulas;

import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.formulas.Formula.Operator;
import org.netdissect.base.Text;

/**
 * Reads formulas as people write them: concepts joined by AND, OR and NOT (also small, also {@code
 * &}, {@code |} and {@code !}), with parentheses; NOT binds closest, then AND, then OR. Names of
 * several words stand in double quotes, a quote in them doubled.
 */
final class FormulaParser {
  private static final int LONGEST = 10_000;
  private static final int DEEPEST = 200;

  /** Where a sign or word of another language may stand. */
  private static final String HINT =
      "; formulas are written with AND, OR and NOT (or &, | and !), names of several words in double"
          + " quotes";

  private final ConceptIndex concepts;
  private final String text;
  private int at;
  private int depth;

  private FormulaParser(ConceptIndex concepts, String text) {
    this.concepts = concepts;
    this.text = text;
  }

  /**
   * Reads a formula.
   *
   * @throws IllegalArgumentException in one line that says what is wrong and where
   */
  static Formula parse(ConceptIndex concepts, String text) {
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException("a formula of more than " + LONGEST + " characters");
    }
    FormulaParser parser = new FormulaParser(concepts, text);
    Formula formula = parser.either();
    parser.skip();
    if (parser.at < text.length()) {
      throw parser.wrong("AND, OR or the end expected" + HINT);
    }
    return formula;
  }

  private IllegalArgumentException wrong(@Nullable String what) {
    return new IllegalArgumentException(
        "formula " + Text.quoted(text) + ", character " + (at + 1) + ": " + what);
  }

  private void skip() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  /** Takes a word or sign if it comes next. */
  private boolean takes(String word, char sign) {
    skip();
    if (at < text.length() && text.charAt(at) == sign) {
      at++;
      return true;
    }
    int end = at + word.length();
    boolean ends =
        end >= text.length()
            || Character.isWhitespace(text.charAt(end))
            || "()\"!&|".indexOf(text.charAt(end)) >= 0;
    if (ends && text.regionMatches(true, at, word, 0, word.length())) {
      at = end;
      return true;
    }
    return false;
  }

  private Formula either() {
    Formula left = both();
    while (takes("OR", '|')) {
      left = new Formula.Node(Operator.OR, left, both());
    }
    return left;
  }

  private Formula both() {
    Formula left = one();
    while (takes("AND", '&')) {
      left =
          takes("NOT", '!')
              ? new Formula.Node(Operator.AND_NOT, left, one())
              : new Formula.Node(Operator.AND, left, one());
    }
    return left;
  }

  private Formula one() {
    if (++depth > DEEPEST) {
      throw wrong("more than " + DEEPEST + " parentheses or NOTs within each other");
    }
    try {
      if (takes("NOT", '!')) {
        return new Formula.Negation(one());
      }
      skip();
      if (at < text.length() && text.charAt(at) == '(') {
        at++;
        Formula inner = either();
        skip();
        if (at == text.length() || text.charAt(at) != ')') {
          throw wrong("\")\" expected");
        }
        at++;
        return inner;
      }
      return concept();
    } finally {
      depth--;
    }
  }

  private Formula concept() {
    int from = at;
    String name;
    if (at < text.length() && text.charAt(at) == '"') {
      StringBuilder quoted = new StringBuilder();
      at++;
      while (true) {
        int end = text.indexOf('"', at);
        if (end < 0) {
          at = from;
          throw wrong("the quote never ends");
        }
        quoted.append(text, at, end);
        at = end + 1;
        if (at < text.length() && text.charAt(at) == '"') {
          quoted.append('"');
          at++;
        } else {
          break;
        }
      }
      name = quoted.toString();
    } else {
      while (at < text.length()
          && !Character.isWhitespace(text.charAt(at))
          && "()\"!&|".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      name = text.substring(from, at);
    }
    if (name.isEmpty()) {
      throw wrong("a concept expected" + (at < text.length() ? HINT : ""));
    }
    try {
      return Formula.of(concepts.find(name));
    } catch (IllegalArgumentException e) {
      at = from;
      throw wrong(e.getMessage());
    }
  }
}
