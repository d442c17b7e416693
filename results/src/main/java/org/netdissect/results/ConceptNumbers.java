package org.netdissect.results;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which concept of a result a row of {@code units.csv} means. The table has names, categories and
 * truths; where two concepts share all three, the counts of the unit tell.
 */
final class ConceptNumbers {
  /** What the table has of a concept. */
  private record Known(String category, String name, long truth) {}

  private final Map<Known, List<Integer>> numbers = new HashMap<>();

  ConceptNumbers(List<ConceptInfo> concepts) {
    for (ConceptInfo concept : concepts) {
      numbers
          .computeIfAbsent(
              new Known(concept.category(), concept.name(), concept.truth()),
              key -> new ArrayList<>())
          .add(concept.number());
    }
  }

  /** Opens the counts of a layer, which are read only where they are needed. */
  @FunctionalInterface
  interface Counts {
    ConceptCounts open() throws IOException;
  }

  /**
   * The number of a label; 0 for none, and where the result knows no concepts, as imported ones do.
   *
   * @return −1 if the result knows concepts, but not this
   */
  int of(LabelScore score, int unit, Counts counts) throws IOException {
    if (numbers.isEmpty() || (score.label().isBlank() && score.intersection() == 0)) {
      return 0;
    }
    List<Integer> same = numbers.get(new Known(score.category(), score.label(), score.truth()));
    if (same == null) {
      return -1;
    }
    if (same.size() == 1) {
      return same.get(0);
    }
    try (ConceptCounts all = counts.open()) {
      ConceptCounts.OfUnit of = all.read(unit);
      // Ties went to the lowest number.
      for (int number : same) {
        int at = Arrays.binarySearch(of.number(), number);
        if (at >= 0 && of.intersection()[at] == score.intersection()) {
          return number;
        }
      }
    }
    return -1;
  }
}
