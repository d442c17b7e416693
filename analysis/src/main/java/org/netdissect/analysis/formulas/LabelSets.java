package org.netdissect.analysis.formulas;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.concepts.Category;

/**
 * The pixels of all images read, by the set of concepts that they bear, which may be empty: what
 * every formula is a union of.
 *
 * <p>A set here is finer than a region, which knows categories too, and lies in many images.
 */
final class LabelSets {
  private final ConceptIndex concepts;

  /** Where each set's concepts begin; one more at the end. */
  private int[] start = new int[1 << 10];

  private int[] members = new int[1 << 12];
  private long[] pixels = new long[1 << 10];
  private int count;

  /** By image, where its regions begin in {@link #setOf}. */
  private final int[] firstRegion;

  /** By region: its set. */
  private int[] setOf = new int[1 << 12];

  /** By concept: the sets that it is in, ascending. */
  private final int[][] postings;

  /** By two concepts: pixels that bear both; on the diagonal, pixels of one. */
  private final long[] pairs;

  /** A set of concepts as a key of a map. */
  private record Key(int[] members) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key && Arrays.equals(members, key.members);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(members);
    }
  }

  LabelSets(LabelledResult data, ConceptIndex concepts) {
    this.concepts = concepts;
    boolean[] selected = new boolean[256];
    for (Category category : data.totals().categories()) {
      selected[category.index()] = true;
    }
    Map<Key, Integer> known = new HashMap<>();
    firstRegion = new int[data.images().size() + 1];
    int regions = 0;
    int[] met = new int[concepts.size()];
    for (int image = 0; image < data.images().size(); image++) {
      firstRegion[image] = regions;
      if (!data.read().get(image)) {
        continue;
      }
      int index = data.images().atlasIndex(image);
      int from = data.atlas().firstRegion(index);
      int to = data.atlas().firstRegion(index + 1);
      setOf = atLeast(setOf, regions + to - from);
      for (int r = from; r < to; r++) {
        int size = 0;
        for (int l = data.atlas().labelStart(r); l < data.atlas().labelStart(r + 1); l++) {
          int label = data.atlas().label(l);
          int concept = selected[label & 0xff] ? concepts.place(label >>> 8) : -1;
          if (concept >= 0 && (size == 0 || met[size - 1] != concept)) {
            met[size++] = concept;
          }
        }
        setOf[regions++] = add(known, met, size, data.atlas().regionPixels(r));
      }
    }
    firstRegion[data.images().size()] = regions;
    postings = postings();
    pairs = new long[concepts.size() * concepts.size()];
    for (int set = 0; set < count; set++) {
      addPairs(pairs, set, pixels[set]);
    }
  }

  private static int[] atLeast(int[] array, int size) {
    return size <= array.length ? array : Arrays.copyOf(array, Math.max(size, 2 * array.length));
  }

  private int add(Map<Key, Integer> known, int[] met, int size, long area) {
    Key key = new Key(Arrays.copyOf(met, size));
    Integer before = known.putIfAbsent(key, count);
    if (before != null) {
      pixels[before] += area;
      return before;
    }
    start = atLeast(start, count + 2);
    if (count == pixels.length) {
      pixels = Arrays.copyOf(pixels, 2 * count);
    }
    members = atLeast(members, start[count] + size);
    System.arraycopy(met, 0, members, start[count], size);
    start[count + 1] = start[count] + size;
    pixels[count] = area;
    return count++;
  }

  private int[][] postings() {
    int[] sizes = new int[concepts.size()];
    for (int m = 0; m < start[count]; m++) {
      sizes[members[m]]++;
    }
    int[][] lists = new int[concepts.size()][];
    for (int c = 0; c < lists.length; c++) {
      lists[c] = new int[sizes[c]];
    }
    Arrays.fill(sizes, 0);
    for (int set = 0; set < count; set++) {
      for (int m = start[set]; m < start[set + 1]; m++) {
        lists[members[m]][sizes[members[m]]++] = set;
      }
    }
    return lists;
  }

  /** Adds a number of pixels of a set to a table of all pairs of its concepts. */
  void addPairs(long[] table, int set, long area) {
    int n = concepts.size();
    for (int i = start[set]; i < start[set + 1]; i++) {
      int row = members[i] * n;
      for (int j = start[set]; j < start[set + 1]; j++) {
        table[row + members[j]] += area;
      }
    }
  }

  ConceptIndex concepts() {
    return concepts;
  }

  int size() {
    return count;
  }

  long pixels(int set) {
    return pixels[set];
  }

  int start(int set) {
    return start[set];
  }

  /** Concept of a position from {@link #start} on; ascending within a set. */
  int member(int position) {
    return members[position];
  }

  /** The set of a region of an image that was read. */
  int set(int image, int region) {
    return setOf[firstRegion[image] + region];
  }

  int regions(int image) {
    return firstRegion[image + 1] - firstRegion[image];
  }

  /** Sets that a concept is in, ascending. */
  int[] posting(int concept) {
    return postings[concept];
  }

  /** Pixels by two concepts, row-major; on the diagonal those of one. */
  long[] pairs() {
    return pairs;
  }
}
