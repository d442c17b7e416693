package org.netdissect.datasets.broden.build;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * One set of names for the labels of all sources. The labels are gone through by decreasing
 * frequency; each claims those of its names that none before it has claimed, and is called by the
 * first of them. One all of whose names are claimed is the same as one that claimed a name of it;
 * where that leaves a choice, as the one whose mean size is nearest. Labels of different sources
 * and categories so become one.
 */
final class LabelNames {
  /** The name of what has no name; it is dropped. */
  static final String NONE = "-";

  private final SortedMap<SourceLabel, Extent> extents;
  private final Map<SourceLabel, String> names = new HashMap<>();
  private final Map<String, SourceLabel> claims = new HashMap<>();

  /**
   * Names the labels.
   *
   * @param extents what there is of each label
   * @param sourceNames the names that a source gives to a label
   */
  LabelNames(
      SortedMap<SourceLabel, Extent> extents,
      Function<SourceLabel, List<String>> sourceNames,
      Synonyms synonyms) {
    this.extents = extents;
    List<SourceLabel> order = new ArrayList<>(extents.keySet());
    order.sort(
        Comparator.<SourceLabel>comparingInt(label -> -extent(label).images())
            .thenComparing(Comparator.naturalOrder()));
    for (SourceLabel label : order) {
      List<String> wanted =
          synonyms.of(
              sourceNames.apply(label).stream()
                  .filter(name -> !name.isEmpty() && !name.equals(NONE))
                  .map(name -> name.toLowerCase(Locale.ROOT))
                  .toList());
      wanted.forEach(name -> claims.putIfAbsent(name, label));
      names.put(label, choose(label, wanted));
    }
  }

  private Extent extent(SourceLabel label) {
    return Objects.requireNonNull(extents.get(label));
  }

  private SourceLabel claimant(String name) {
    return Objects.requireNonNull(claims.get(name));
  }

  private String choose(SourceLabel label, List<String> wanted) {
    for (String name : wanted) {
      if (claimant(name).equals(label)) {
        return name;
      }
    }
    if (wanted.isEmpty()) {
      return NONE;
    }
    double size = extent(label).meanShare();
    SourceLabel nearest =
        wanted.stream()
            .map(this::claimant)
            .min(
                Comparator.<SourceLabel>comparingDouble(
                        other -> Math.abs(size - extent(other).meanShare()))
                    .thenComparingInt(other -> -extent(other).images())
                    .thenComparing(Comparator.naturalOrder()))
            .orElseThrow();
    return name(nearest);
  }

  /** What a label is called; {@link #NONE} if it has no name. */
  String name(SourceLabel label) {
    return Objects.requireNonNull(names.get(label));
  }

  /** The labels in their order, with what there is of each. */
  SortedMap<SourceLabel, Extent> extents() {
    return extents;
  }

  /** Which label claimed a name, by name. */
  SortedMap<String, SourceLabel> claims() {
    return new TreeMap<>(claims);
  }

  /** The labels that are called by each name, by name. */
  SortedMap<String, List<SourceLabel>> members() {
    SortedMap<String, List<SourceLabel>> members = new TreeMap<>();
    for (SourceLabel label : extents.keySet()) {
      members.computeIfAbsent(name(label), name -> new ArrayList<>()).add(label);
    }
    return members;
  }
}
