package org.netdissect.concepts.atlas;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The pixels of some images by the set of concepts that they bear, which may be empty: what every
 * logical formula of concepts is a union of.
 *
 * <p>A set is coarser than a region: it does not know categories, and lies in many images. Concepts
 * are told by places from 0 that the caller gives them. Immutable.
 */
public final class LabelSets {
  private final int concepts;

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

  /**
   * Gathers the sets; some 100 ns a region.
   *
   * @param images the places of images in the atlas, by the numbers they shall have; −1 for one
   *     that is left out
   * @param selected by index of a category: whether its labels count
   * @param place by concept number: the concept's place from 0, or −1 for one that is left out
   * @param concepts how many places there are
   */
  public LabelSets(Atlas atlas, int[] images, boolean[] selected, int[] place, int concepts) {
    this.concepts = concepts;
    Map<Key, Integer> known = new HashMap<>();
    firstRegion = new int[images.length + 1];
    int regions = 0;
    int[] met = new int[concepts];
    for (int image = 0; image < images.length; image++) {
      firstRegion[image] = regions;
      if (images[image] < 0) {
        continue;
      }
      int from = atlas.firstRegion(images[image]);
      int to = atlas.firstRegion(images[image] + 1);
      setOf = atLeast(setOf, regions + to - from);
      for (int r = from; r < to; r++) {
        int size = 0;
        for (int l = atlas.labelStart(r); l < atlas.labelStart(r + 1); l++) {
          int label = atlas.label(l);
          int concept = selected[label & 0xff] ? place[label >>> 8] : -1;
          if (concept >= 0 && (size == 0 || met[size - 1] != concept)) {
            met[size++] = concept;
          }
        }
        setOf[regions++] = add(known, met, size, atlas.regionPixels(r));
      }
    }
    firstRegion[images.length] = regions;
    postings = postings();
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
    int[] sizes = new int[concepts];
    for (int m = 0; m < start[count]; m++) {
      sizes[members[m]]++;
    }
    int[][] lists = new int[concepts][];
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

  /**
   * Adds a number of pixels of a set to a table of all pairs of its concepts.
   *
   * @param table by two concepts, row-major
   */
  public void addPairs(long[] table, int set, long area) {
    for (int i = start[set]; i < start[set + 1]; i++) {
      int row = members[i] * concepts;
      for (int j = start[set]; j < start[set + 1]; j++) {
        table[row + members[j]] += area;
      }
    }
  }

  /** How many places concepts have. */
  public int concepts() {
    return concepts;
  }

  /** How many sets there are. */
  public int size() {
    return count;
  }

  /** Pixels that bear just this set. */
  public long pixels(int set) {
    return pixels[set];
  }

  /** Where a set's concepts begin. */
  public int start(int set) {
    return start[set];
  }

  /** Concept of a position from {@link #start} on; ascending within a set. */
  public int member(int position) {
    return members[position];
  }

  /** The set of a region of an image that was not left out. */
  public int set(int image, int region) {
    return setOf[firstRegion[image] + region];
  }

  /** Regions of an image; 0 for one that was left out. */
  public int regions(int image) {
    return firstRegion[image + 1] - firstRegion[image];
  }

  /** Sets that a concept is in, ascending. */
  public int[] posting(int concept) {
    return postings[concept];
  }
}
