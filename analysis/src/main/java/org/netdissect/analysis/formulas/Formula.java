package org.netdissect.analysis.formulas;

import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * A logical formula of concepts. Concepts are given by their place in a {@link ConceptIndex}.
 * Immutable.
 */
public abstract sealed class Formula {
  private static final Set<String> WORDS = Set.of("AND", "OR", "NOT");

  /** How two formulas are joined. */
  public enum Operator {
    /** Pixels of either. */
    OR("OR"),

    /** Pixels of both. */
    AND("AND"),

    /** Pixels of the first that are not of the second. */
    AND_NOT("AND NOT");

    private final String word;

    Operator(String word) {
      this.word = word;
    }
  }

  /** A concept. */
  static final class Leaf extends Formula {
    final int concept;

    Leaf(int concept) {
      this.concept = concept;
    }
  }

  /** Two formulas joined. */
  static final class Node extends Formula {
    final Operator operator;
    final Formula left;
    final Formula right;

    Node(Operator operator, Formula left, Formula right) {
      this.operator = operator;
      this.left = Objects.requireNonNull(left);
      this.right = Objects.requireNonNull(right);
    }
  }

  /** All pixels but those of a formula; only where a user writes it. */
  static final class Negation extends Formula {
    final Formula of;

    Negation(Formula of) {
      this.of = of;
    }
  }

  private Formula() {}

  /** The formula of one concept. */
  static Formula of(int concept) {
    return new Leaf(concept);
  }

  /** This formula joined with one concept. */
  Formula with(Operator operator, int concept) {
    return new Node(operator, this, new Leaf(concept));
  }

  /** How many concepts it is made of. */
  int length() {
    if (this instanceof Node node) {
      return node.left.length() + node.right.length();
    }
    return this instanceof Negation not ? not.of.length() : 1;
  }

  /**
   * As text that {@link FormulaParser} reads, with parentheses around every pair.
   *
   * @param names of the concepts as they stand in formulas
   */
  String text(IntFunction<String> names) {
    if (this instanceof Leaf leaf) {
      return names.apply(leaf.concept);
    } else if (this instanceof Node node) {
      return "("
          + node.left.text(names)
          + " "
          + node.operator.word
          + " "
          + node.right.text(names)
          + ")";
    }
    return "NOT " + ((Negation) this).of.text(names);
  }

  /** A name as it stands in formulas: in quotes where it would not read as one word. */
  static String quoted(String name) {
    return name.matches("[\\p{L}\\p{N}_.-]+")
            && !WORDS.contains(name.toUpperCase(java.util.Locale.ROOT))
        ? name
        : '"' + name.replace("\"", "\"\"") + '"';
  }
}
