package org.netdissect.concepts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.concepts.atlas.Atlas;

/**
 * Gathers the vocabulary of a data set that names its labels. A name is one concept, in whatever
 * categories it occurs; concepts are numbered from 1 in the order they come. How much they cover is
 * not known until all masks are read; {@link Atlas} fills it in.
 */
public final class VocabularyBuilder {
  /** Label maps hold 16 bits. */
  private static final int MOST = 65_535;

  private final List<String> categories = new ArrayList<>();
  private final Map<String, Integer> numbers = new LinkedHashMap<>();
  private final Map<String, Set<String>> synonyms = new LinkedHashMap<>();
  private final Map<String, Map<Integer, Double>> coverage = new LinkedHashMap<>();

  /** Index of the category, which is added when it is new. */
  public int category(String name) throws DataException {
    int index = categories.indexOf(name);
    if (index >= 0) {
      return index;
    }
    if (categories.size() == Limits.CATEGORIES) {
      throw new DataException("more than " + Limits.CATEGORIES + " categories");
    }
    if (!name.matches("[A-Za-z0-9_-]+")) {
      throw new DataException(
          Text.quoted(name) + " cannot be the name of a category: use letters, digits, - and _");
    }
    categories.add(name);
    return categories.size() - 1;
  }

  /** Number of the concept, which is added when it is new. */
  public int concept(String name) throws DataException {
    Integer number = numbers.get(name);
    if (number == null) {
      number = numbers.size() + 1;
      if (number > MOST) {
        throw new DataException("more than " + MOST + " different labels");
      }
      numbers.put(name, number);
    }
    return number;
  }

  public void synonyms(String name, List<String> others) {
    for (String other : others) {
      if (!other.isBlank() && !other.equals(name)) {
        synonyms.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(other);
      }
    }
  }

  public void addCoverage(String name, int category, double images) {
    coverage.computeIfAbsent(name, n -> new LinkedHashMap<>()).merge(category, images, Double::sum);
  }

  public Vocabulary build() {
    List<Concept> concepts = new ArrayList<>();
    numbers.forEach(
        (name, number) -> {
          List<Double> of = new ArrayList<>(Collections.nCopies(categories.size(), 0.0));
          coverage.getOrDefault(name, Map.of()).forEach(of::set);
          concepts.add(
              new Concept(number, name, List.copyOf(synonyms.getOrDefault(name, Set.of())), of));
        });
    return Vocabulary.of(categories, concepts);
  }
}
