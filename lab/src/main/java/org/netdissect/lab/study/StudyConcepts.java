package org.netdissect.lab.study;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.netdissect.base.Numbers;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.UnitScore;

/**
 * Which concepts the units of a layer detect: the categories with the most of them, and in each the
 * concepts that are detected best, with their best unit (the paper's Figure 9). A unit counts for
 * its own label alone.
 *
 * @param concepts category by category, the best first in each
 */
record StudyConcepts(List<Concept> concepts) {
  /** As many categories, and concepts of each, are shown. */
  private static final int CATEGORIES = 3;

  private static final int OF_EACH = 2;

  /**
   * A concept.
   *
   * @param detectors units whose label it is
   * @param best of these units the one with the largest IoU
   */
  record Concept(String category, String name, int detectors, UnitScore best) {}

  StudyConcepts {
    concepts = List.copyOf(concepts);
  }

  /** Of a layer's units whose IoU with their label is above the threshold. */
  static StudyConcepts of(LayerDissection layer, double iou) {
    Map<String, Map<String, Concept>> byCategory = new LinkedHashMap<>();
    for (UnitScore unit : layer.units()) {
      LabelScore label = unit.label();
      if (DetectorCounts.passes(label, iou)) {
        byCategory
            .computeIfAbsent(label.category(), c -> new LinkedHashMap<>())
            .merge(
                label.label(),
                new Concept(label.category(), label.label(), 1, unit),
                StudyConcepts::joined);
      }
    }
    List<Map<String, Concept>> categories = new ArrayList<>(byCategory.values());
    // Sorting is stable: equals stay in the order of the units.
    categories.sort(Comparator.comparingInt(concepts -> -concepts.size()));
    List<Concept> all = new ArrayList<>();
    for (Map<String, Concept> concepts : categories) {
      concepts.values().stream()
          .sorted(Comparator.comparingDouble(concept -> -concept.best().label().iou()))
          .forEach(all::add);
    }
    return new StudyConcepts(all);
  }

  private static Concept joined(Concept one, Concept other) {
    UnitScore best =
        other.best().label().iou() > one.best().label().iou() ? other.best() : one.best();
    return new Concept(one.category(), one.name(), one.detectors() + other.detectors(), best);
  }

  /** The best units of the best concepts of the first categories. */
  List<Integer> shown() {
    Map<String, List<Integer>> units = new LinkedHashMap<>();
    for (Concept concept : concepts) {
      if (units.size() < CATEGORIES || units.containsKey(concept.category())) {
        List<Integer> own = units.computeIfAbsent(concept.category(), c -> new ArrayList<>());
        if (own.size() < OF_EACH) {
          own.add(concept.best().unit());
        }
      }
    }
    return units.values().stream().flatMap(List::stream).toList();
  }

  /** Columns of {@link #rows}. */
  static List<String> columns() {
    return List.of("category", "concept", "detectors", "best unit", "IoU");
  }

  List<List<String>> rows() {
    return concepts.stream()
        .map(
            concept ->
                List.of(
                    concept.category(),
                    concept.name(),
                    Integer.toString(concept.detectors()),
                    Integer.toString(concept.best().unit()),
                    Numbers.general(concept.best().label().iou(), 6)))
        .toList();
  }
}
