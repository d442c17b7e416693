package org.netdissect.analysis.formulas;

import java.util.BitSet;
import java.util.List;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.atlas.LabelSets;
import org.netdissect.results.DissectionException;

/**
 * What formulas are searched in: the concepts, and the pixels of all images read by the set of
 * concepts that they bear. Safe for concurrent reading.
 *
 * @param concepts that formulas are made of
 * @param sets of them
 * @param pairs pixels by two concepts that bear both, row-major; on the diagonal those of one
 * @param read the images read
 */
record FormulaSpace(ConceptIndex concepts, LabelSets sets, long[] pairs, BitSet read) {
  /** Tables of all pairs of more would not fit into memory. */
  private static final int MOST_CONCEPTS = 5_000;

  /**
   * Gathers it.
   *
   * @param categories concepts of which take part; none for all
   * @throws DissectionException if these are too many concepts, or none
   */
  static FormulaSpace of(LabelledResult data, List<String> categories) throws DissectionException {
    for (String category : categories) {
      if (!data.dissection().categories().contains(category)) {
        throw new DissectionException(
            data.dissection().folder()
                + " was not dissected with a category '"
                + category
                + "' but with "
                + String.join(", ", data.dissection().categories()));
      }
    }
    ConceptIndex concepts = new ConceptIndex(data, categories);
    if (concepts.size() > MOST_CONCEPTS) {
      throw new DissectionException(
          "formulas are searched for among at most "
              + MOST_CONCEPTS
              + " concepts, and "
              + data.dissection().folder()
              + " has "
              + concepts.size()
              + "; choose some with --categories");
    }
    boolean[] selected = new boolean[256];
    for (Category category : data.totals().categories()) {
      selected[category.index()] = true;
    }
    int[] images = new int[data.images().size()];
    for (int image = 0; image < images.length; image++) {
      images[image] = data.read().get(image) ? data.images().atlasIndex(image) : -1;
    }
    LabelSets sets =
        new LabelSets(data.atlas(), images, selected, concepts.places(), concepts.size());
    long[] pairs = new long[concepts.size() * concepts.size()];
    for (int set = 0; set < sets.size(); set++) {
      sets.addPairs(pairs, set, sets.pixels(set));
    }
    return new FormulaSpace(concepts, sets, pairs, data.read());
  }

  /** Pixels of a concept. */
  long pixels(int concept) {
    return pairs[concept * concepts.size() + concept];
  }
}
