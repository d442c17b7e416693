package org.netdissect.concepts.atlas;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.netdissect.base.DataException;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.pictures.UnreadableImageException;

/**
 * An image as regions. A region is the set of its pixels that carry the same multiset of (category,
 * label) pairs, label 0 left out; labels of the whole image belong to every region. Regions
 * partition the pixels and are numbered from 0 by first appearance, row by row from the top.
 */
public final class Regions {
  /** Region numbers are 16 bits wide. */
  static final int MOST = 1 << 16;

  private static final int MOST_GROUPS = 1 << 19;

  /** Region number of each pixel. */
  final char[] map;

  /** Pixels of each region. */
  final int[] pixels;

  /**
   * Labels of each region, {@code number << 8 | category}, ascending, repeated as often as given.
   */
  final int[][] labels;

  private Regions(char[] map, int[] pixels, int[][] labels) {
    this.map = map;
    this.pixels = pixels;
    this.labels = labels;
  }

  public static Regions of(AnnotatedImage image) throws DataException {
    int size = image.maskHeight() * image.maskWidth();
    List<AnnotatedImage.LabelMap> maps = image.maps();
    // Refine map by map: pixels of one group so far that differ in this map's label part ways. The
    // groups are numbered in the order of their first pixels.
    int[] group = new int[size];
    int groups = 1;
    int[][] parents = new int[maps.size()][];
    char[][] added = new char[maps.size()][];
    for (int m = 0; m < maps.size(); m++) {
      Refinement refinement = new Refinement();
      groups = refinement.refine(group, maps.get(m).labels());
      if (groups > MOST_GROUPS) {
        throw tooMany();
      }
      parents[m] = refinement.parent;
      added[m] = refinement.label;
    }
    int[] whole = new int[image.wholeLabels().size()];
    for (int i = 0; i < whole.length; i++) {
      AnnotatedImage.WholeLabel label = image.wholeLabels().get(i);
      whole[i] = (label.number() << 8) | label.category();
    }
    // Groups may still carry the same multiset, from masks in another order.
    Map<Labels, Integer> numbers = new HashMap<>();
    int[] regionOf = new int[groups];
    int[] gathered = new int[maps.size() + whole.length];
    int[][] labels = new int[groups][];
    for (int g = 0; g < groups; g++) {
      int n = 0;
      int ancestor = g;
      for (int m = maps.size() - 1; m >= 0; m--) {
        char label = added[m][ancestor];
        if (label != 0) {
          gathered[n++] = (label << 8) | maps.get(m).category();
        }
        ancestor = parents[m][ancestor];
      }
      System.arraycopy(whole, 0, gathered, n, whole.length);
      int[] sorted = Arrays.copyOf(gathered, n + whole.length);
      Arrays.sort(sorted);
      int next = numbers.size();
      Integer known = numbers.putIfAbsent(new Labels(sorted), next);
      regionOf[g] = known == null ? next : known;
      if (known == null) {
        labels[next] = sorted;
      }
    }
    int count = numbers.size();
    if (count > MOST) {
      throw tooMany();
    }
    char[] map = new char[size];
    int[] pixels = new int[count];
    for (int p = 0; p < size; p++) {
      int region = regionOf[group[p]];
      map[p] = (char) region;
      pixels[region]++;
    }
    return new Regions(map, pixels, Arrays.copyOf(labels, count));
  }

  private static DataException tooMany() {
    return new UnreadableImageException(
        "more than " + MOST + " regions in one image; its masks are not label maps");
  }

  /** A multiset of labels as a key. */
  private static final class Labels {
    private final int[] sorted;

    Labels(int[] sorted) {
      this.sorted = sorted;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Labels that && Arrays.equals(sorted, that.sorted);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(sorted);
    }
  }

  /** One step: groups × labels become new groups, looked up in a table with open addresses. */
  private static final class Refinement {
    int[] parent = new int[16];
    char[] label = new char[16];
    private int count;
    private long[] keys = new long[64];
    private int[] values = new int[64];

    int refine(int[] group, char[] labels) {
      long lastKey = -1;
      int last = -1;
      for (int p = 0; p < group.length; p++) {
        long key = ((long) group[p] << 16) | labels[p];
        if (key != lastKey) {
          lastKey = key;
          last = find(key);
          if (count > MOST_GROUPS) {
            return count;
          }
        }
        group[p] = last;
      }
      return count;
    }

    private int find(long key) {
      int mask = keys.length - 1;
      int at = slot(key, mask);
      // Stored keys are shifted by one, so that 0 means an empty slot.
      while (keys[at] != 0) {
        if (keys[at] == key + 1) {
          return values[at];
        }
        at = (at + 1) & mask;
      }
      if (count == parent.length) {
        parent = Arrays.copyOf(parent, 2 * count);
        label = Arrays.copyOf(label, 2 * count);
      }
      parent[count] = (int) (key >>> 16);
      label[count] = (char) key;
      keys[at] = key + 1;
      values[at] = count++;
      if (2 * count > keys.length) {
        grow();
      }
      return count - 1;
    }

    private void grow() {
      long[] oldKeys = keys;
      int[] oldValues = values;
      keys = new long[2 * oldKeys.length];
      values = new int[keys.length];
      int mask = keys.length - 1;
      for (int i = 0; i < oldKeys.length; i++) {
        if (oldKeys[i] != 0) {
          int at = slot(oldKeys[i] - 1, mask);
          while (keys[at] != 0) {
            at = (at + 1) & mask;
          }
          keys[at] = oldKeys[i];
          values[at] = oldValues[i];
        }
      }
    }

    private static int slot(long key, int mask) {
      return (int) ((key * 0x9E3779B97F4A7C15L) >>> 40) & mask;
    }
  }
}
