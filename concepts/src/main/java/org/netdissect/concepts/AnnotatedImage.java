package org.netdissect.concepts;

import java.util.List;

/**
 * The labels of one image.
 *
 * @param maskHeight pixels
 * @param maskWidth pixels
 * @param maps label maps; a category may have several, one above the other
 * @param wholeLabels labels of the whole image, none of them 0
 * @param dataCategories one bit a category index: where the image has data, which is a mask (even
 *     an empty one) or a label of the whole image
 */
public record AnnotatedImage(
    int maskHeight,
    int maskWidth,
    List<LabelMap> maps,
    List<WholeLabel> wholeLabels,
    long dataCategories) {

  /** Checks that the maps have the size of the masks; the arrays are not copied. */
  public AnnotatedImage {
    maps = List.copyOf(maps);
    wholeLabels = List.copyOf(wholeLabels);
    for (LabelMap map : maps) {
      if (map.labels.length != maskHeight * maskWidth) {
        throw new IllegalArgumentException("a label map of another size than the mask");
      }
    }
  }

  /**
   * Labels pixel by pixel: {@code labels[y · maskWidth + x]} is a concept number, 0 for none. A
   * plain class, not a record, since arrays have no equality.
   */
  public static final class LabelMap {
    private final int category;
    private final char[] labels;

    public LabelMap(int category, char[] labels) {
      this.category = category;
      this.labels = labels;
    }

    /** Index of the category. */
    public int category() {
      return category;
    }

    /** Concept numbers in rows from the top; the array itself, not a copy. */
    public char[] labels() {
      return labels;
    }
  }

  /** A label of the whole image: index of the category, concept number above 0. */
  public record WholeLabel(int category, int number) {}
}
