package org.netdissect.datasets.broden.build;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.netdissect.base.DataException;

/**
 * The numbers of the names that stay: from 1, by decreasing frequency, then decreasing coverage,
 * then name. Labels that are dropped have number 0.
 */
final class LabelNumbers {
  /** What red and green of a mask can say. */
  private static final int MOST = 0xffff;

  private final LabelNames names;
  private final List<String> kept = new ArrayList<>();
  private final Map<SourceLabel, Integer> numbers = new HashMap<>();

  /**
   * Numbers the names.
   *
   * @param minImages names in fewer images are dropped
   * @param minCoverage in whole images; names that cover less are dropped
   */
  LabelNumbers(LabelNames names, int minImages, double minCoverage) throws DataException {
    this.names = names;
    Map<String, Extent> extents = new TreeMap<>();
    names
        .extents()
        .forEach(
            (label, extent) ->
                extents.computeIfAbsent(names.name(label), n -> new Extent()).add(extent));
    extents.remove(LabelNames.NONE);
    extents.forEach(
        (name, extent) -> {
          if (extent.images() >= minImages && extent.coverage() >= minCoverage) {
            kept.add(name);
          }
        });
    kept.sort(
        Comparator.<String>comparingInt(name -> -of(extents, name).images())
            .thenComparingDouble(name -> -of(extents, name).coverage())
            .thenComparing(Comparator.naturalOrder()));
    if (kept.size() > MOST) {
      throw new DataException(
          kept.size() + " labels; masks can tell " + MOST + ": raise --min-images");
    }
    Map<String, Integer> byName = new HashMap<>();
    kept.forEach(name -> byName.put(name, byName.size() + 1));
    for (SourceLabel label : names.extents().keySet()) {
      numbers.put(label, byName.getOrDefault(names.name(label), 0));
    }
  }

  private static Extent of(Map<String, Extent> extents, String name) {
    return extents.getOrDefault(name, new Extent());
  }

  LabelNames names() {
    return names;
  }

  /** The categories that have a label with a name, and none that stays. */
  List<Kind> emptied() {
    Map<Kind, Boolean> stays = new EnumMap<>(Kind.class);
    for (SourceLabel label : names.extents().keySet()) {
      if (!names.name(label).equals(LabelNames.NONE)) {
        stays.merge(label.kind(), number(label) > 0, Boolean::logicalOr);
      }
    }
    return stays.keySet().stream().filter(kind -> !stays.getOrDefault(kind, true)).toList();
  }

  /** How many names stay. */
  int count() {
    return kept.size();
  }

  /** The name with a number from 1. */
  String name(int number) {
    return kept.get(number - 1);
  }

  /** The number of a source's label; 0 if it is dropped, or never occurred. */
  int number(SourceLabel label) {
    return numbers.getOrDefault(label, 0);
  }
}
