package org.netdissect.analysis.formulas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.base.Text;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.networks.NearestNames;
import org.netdissect.results.LabelScore;

/** The concepts that formulas are made of, from 0 by ascending number, and how they are written. */
final class ConceptIndex {
  private final int[] numbers;
  private final int[] placeOf;
  private final String[] texts;
  private final Map<String, Integer> byName = new HashMap<>();

  /** By name as pages show it, in small letters. */
  private final Map<String, List<Integer>> byReadable = new HashMap<>();

  /**
   * The concepts that occur in the images read and have a name.
   *
   * @param categories names; a concept takes part if it bears a label of one of them somewhere,
   *     which need not be the category that it is scored in; none for all
   */
  ConceptIndex(LabelledResult data, List<String> categories) {
    int[] found = new int[data.totals().numbers()];
    placeOf = new int[found.length];
    Arrays.fill(placeOf, -1);
    Map<String, Integer> times = new HashMap<>();
    BitSet chosen = categories.isEmpty() ? null : labelledIn(data, categories);
    int count = 0;
    for (int number = 1; number < found.length; number++) {
      if (data.totals().truth(number) == 0 || data.totals().name(number).isBlank()) {
        continue;
      }
      times.merge(data.totals().name(number), 1, Integer::sum);
      if (chosen == null || chosen.get(number)) {
        placeOf[number] = count;
        found[count++] = number;
      }
    }
    numbers = Arrays.copyOf(found, count);
    texts = new String[count];
    for (int c = 0; c < count; c++) {
      String name = data.totals().name(numbers[c]);
      // Two concepts of one name are told apart by their numbers.
      String own = times.getOrDefault(name, 0) > 1 ? name + "#" + numbers[c] : name;
      texts[c] = Formula.quoted(own);
      byName.put(own, c);
      byReadable.computeIfAbsent(readable(name), key -> new ArrayList<>()).add(c);
    }
  }

  /** Numbers of the concepts that bear a label of some categories in the images read. */
  private static BitSet labelledIn(LabelledResult data, List<String> categories) {
    boolean[] wanted = new boolean[256];
    for (Category category : data.totals().categories()) {
      wanted[category.index()] = categories.contains(category.name());
    }
    Atlas atlas = data.atlas();
    BitSet numbers = new BitSet();
    for (int image = data.read().nextSetBit(0);
        image >= 0;
        image = data.read().nextSetBit(image + 1)) {
      int index = data.images().atlasIndex(image);
      int end = atlas.labelStart(atlas.firstRegion(index + 1));
      for (int l = atlas.labelStart(atlas.firstRegion(index)); l < end; l++) {
        if (wanted[atlas.label(l) & 0xff]) {
          numbers.set(atlas.label(l) >>> 8);
        }
      }
    }
    return numbers;
  }

  private static String readable(String name) {
    return LabelScore.readable(name).toLowerCase(Locale.ROOT);
  }

  int size() {
    return numbers.length;
  }

  int number(int concept) {
    return numbers[concept];
  }

  /** Place of a concept number, or −1. */
  int place(int number) {
    return number < placeOf.length ? placeOf[number] : -1;
  }

  /** By concept number: its place, or −1. */
  int[] places() {
    return placeOf.clone();
  }

  /** The concept as it stands in formulas. */
  String text(int concept) {
    return texts[concept];
  }

  /**
   * The concept of a name: as the data set has it, else as pages show it ("grey" for grey-c).
   *
   * @throws IllegalArgumentException saying what may have been meant, if there is none or several
   */
  int find(String name) {
    Integer own = byName.get(name);
    if (own != null) {
      return own;
    }
    List<Integer> alike = byReadable.getOrDefault(readable(name), List.of());
    if (alike.size() == 1) {
      return alike.get(0);
    }
    if (alike.size() > 1) {
      throw new IllegalArgumentException(
          Text.quoted(name)
              + " may be "
              + String.join(" or ", alike.stream().map(this::text).toList()));
    }
    List<String> near = NearestNames.near(name, byName.keySet().stream().sorted().toList());
    throw new IllegalArgumentException(
        "no concept "
            + Text.quoted(name)
            + (near.isEmpty() ? "" : "; the nearest are " + String.join(", ", near)));
  }
}
