package org.netdissect.analysis.formulas;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.LabelledResult;

/** The concepts that formulas are made of, from 0 by ascending number, and how they are written. */
final class ConceptIndex {
  private final int[] numbers;
  private final int[] placeOf;
  private final String[] texts;
  private final Map<String, Integer> byText = new HashMap<>();

  /** The concepts that occur in the images read and have a name. */
  ConceptIndex(LabelledResult data) {
    int[] found = new int[data.totals().numbers()];
    placeOf = new int[found.length];
    java.util.Arrays.fill(placeOf, -1);
    Map<String, Integer> times = new HashMap<>();
    int count = 0;
    for (int number = 1; number < found.length; number++) {
      if (data.totals().truth(number) > 0 && !data.totals().name(number).isBlank()) {
        placeOf[number] = count;
        found[count++] = number;
        times.merge(data.totals().name(number), 1, Integer::sum);
      }
    }
    numbers = java.util.Arrays.copyOf(found, count);
    texts = new String[count];
    for (int c = 0; c < count; c++) {
      String name = data.totals().name(numbers[c]);
      // Two concepts of one name are told apart by their numbers.
      texts[c] = Formula.quoted(times.getOrDefault(name, 0) > 1 ? name + "#" + numbers[c] : name);
      byText.put(texts[c], c);
    }
  }

  int size() {
    return numbers.length;
  }

  int number(int concept) {
    return numbers[concept];
  }

  /** Place of a concept number, or −1. */
  int place(int number) {
    return placeOf[number];
  }

  /** The concept as it stands in formulas. */
  String text(int concept) {
    return texts[concept];
  }

  /** The concept of a name as it stands in formulas, or null. */
  @Nullable Integer find(String text) {
    return byText.get(text);
  }

  Iterable<String> texts() {
    return java.util.List.of(texts);
  }
}
