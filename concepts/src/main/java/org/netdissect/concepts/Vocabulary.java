package org.netdissect.concepts;

import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Limits;

/** The categories and concepts of a data set. Immutable. */
public final class Vocabulary {
  private final List<Category> categories;
  private final TreeMap<Integer, Concept> concepts = new TreeMap<>();
  private final List<Double> nothing;

  private Vocabulary(List<String> categoryNames, Collection<Concept> concepts) {
    if (categoryNames.size() > Limits.CATEGORIES) {
      throw new IllegalArgumentException("more than " + Limits.CATEGORIES + " categories");
    }
    if (new HashSet<>(categoryNames).size() != categoryNames.size()) {
      throw new IllegalArgumentException("two categories of one name in " + categoryNames);
    }
    Category[] list = new Category[categoryNames.size()];
    for (int i = 0; i < list.length; i++) {
      list[i] = new Category(i, categoryNames.get(i));
    }
    this.categories = List.of(list);
    this.nothing = Collections.nCopies(list.length, 0.0);
    for (Concept concept : concepts) {
      if (concept.number() < 0 || concept.number() > Limits.CONCEPT_NUMBER) {
        throw new IllegalArgumentException("concept number " + concept.number());
      }
      if (concept.coverage().size() != list.length) {
        throw new IllegalArgumentException("coverage of concept " + concept.number());
      }
      if (this.concepts.put(concept.number(), concept) != null) {
        throw new IllegalArgumentException("concept number " + concept.number() + " stands twice");
      }
    }
  }

  /**
   * A vocabulary of these categories, in this order, and these concepts.
   *
   * @throws IllegalArgumentException when a category's name or a concept's number stands twice, or
   *     a concept does not have one coverage a category
   */
  public static Vocabulary of(List<String> categoryNames, Collection<Concept> concepts) {
    return new Vocabulary(categoryNames, concepts);
  }

  /** The categories in their order; at most 64. */
  public List<Category> categories() {
    return categories;
  }

  /** The category of that name, or null. */
  public @Nullable Category category(String name) {
    for (Category category : categories) {
      if (category.name().equals(name)) {
        return category;
      }
    }
    return null;
  }

  /** The concept of that number; one with a blank name where no table has the number. */
  public Concept concept(int number) {
    Concept concept = concepts.get(number);
    return concept != null ? concept : new Concept(number, "", List.of(), nothing);
  }

  /** Whether a table has that number. */
  public boolean knows(int number) {
    return concepts.containsKey(number);
  }

  /** The largest concept number, 0 when there are none. */
  public int maxNumber() {
    return concepts.isEmpty() ? 0 : concepts.lastKey();
  }

  /** All concepts by number, ascending. */
  public Collection<Concept> concepts() {
    return Collections.unmodifiableCollection(concepts.values());
  }

  /**
   * The one category a concept is scored in: among the selected categories the one where it covers
   * most; on ties the later one. So a concept that covers nothing falls into the last selected
   * category.
   *
   * @param selected one bit a category index; at least one
   * @return the category's index
   */
  public int primaryCategory(int number, long selected) {
    Concept concept = concept(number);
    int best = -1;
    for (Category category : categories) {
      int index = category.index();
      if (((selected >>> index) & 1) != 0
          && (best < 0 || concept.coverage(index) >= concept.coverage(best))) {
        best = index;
      }
    }
    if (best < 0) {
      throw new IllegalArgumentException("no category is selected");
    }
    return best;
  }

  /** As {@link #primaryCategory(int, long)}, for a set of category indices. */
  public int primaryCategory(int number, Set<Integer> selected) {
    long bits = 0;
    for (int index : selected) {
      bits |= 1L << index;
    }
    return primaryCategory(number, bits);
  }

  /** One bit for each category. */
  public long allCategories() {
    return categories.size() == 64 ? -1L : (1L << categories.size()) - 1;
  }
}
