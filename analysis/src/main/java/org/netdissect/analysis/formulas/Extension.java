package org.netdissect.analysis.formulas;

import java.util.BitSet;
import org.netdissect.analysis.formulas.Formula.Operator;
import org.netdissect.concepts.atlas.LabelSets;

/** The sets of concepts that a formula holds for. */
final class Extension {
  private Extension() {}

  /** Of a formula. */
  static BitSet of(Formula formula, LabelSets sets) {
    if (formula instanceof Formula.Leaf leaf) {
      BitSet bits = new BitSet(sets.size());
      for (int set : sets.posting(leaf.concept)) {
        bits.set(set);
      }
      return bits;
    } else if (formula instanceof Formula.Node node) {
      return join(of(node.left, sets), node.operator, of(node.right, sets));
    }
    BitSet bits = of(((Formula.Negation) formula).of, sets);
    bits.flip(0, sets.size());
    return bits;
  }

  /** Joins two, changing the first. */
  static BitSet join(BitSet left, Operator operator, BitSet right) {
    switch (operator) {
      case OR -> left.or(right);
      case AND -> left.and(right);
      case AND_NOT -> left.andNot(right);
    }
    return left;
  }
}
