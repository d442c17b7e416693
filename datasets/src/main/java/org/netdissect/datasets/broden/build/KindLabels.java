package org.netdissect.datasets.broden.build;

import java.nio.file.Path;
import java.util.List;
import org.netdissect.base.Text;
import org.netdissect.pictures.UnreadableImageException;

/**
 * What a source says of an image in one category: labels of the whole image, or maps.
 *
 * @param kind the category
 * @param form how the labels lie
 * @param whole codes of labels of the whole image, dominant first; 0 for none
 * @param maps of one size, dominant first; none where the image has only whole labels
 */
record KindLabels(Kind kind, Form form, List<Integer> whole, List<CodeMap> maps) {

  /** Shapes that differ by less, as a share, are the same. */
  private static final double ALIKE = 0.02;

  /** How labels lie, which decides how the masks' files are named. */
  enum Form {
    WHOLE,
    /** One map. */
    MAP,
    /** Maps on each other, numbered even if there is but one. */
    LAYERS
  }

  static KindLabels whole(Kind kind, List<Integer> codes) {
    return new KindLabels(kind, Form.WHOLE, codes, List.of());
  }

  static KindLabels map(Kind kind, CodeMap map) {
    return new KindLabels(kind, Form.MAP, List.of(), List.of(map));
  }

  /** Layers; where there are none the image has no labels of that category. */
  static KindLabels layers(Kind kind, List<CodeMap> maps) {
    return maps.isEmpty()
        ? whole(kind, List.of())
        : new KindLabels(kind, Form.LAYERS, List.of(), maps);
  }

  /**
   * Checks that maps are of a photograph: a map of another one would be stretched over it.
   *
   * @param height of the photograph, pixels
   * @param width of the photograph, pixels
   * @param isScaled whether the shape is enough
   * @throws UnreadableImageException if a map is not
   */
  void checkShape(Path photograph, int height, int width, boolean isScaled)
      throws UnreadableImageException {
    for (CodeMap map : maps) {
      boolean fits =
          isScaled ? hasShape(map, height, width) : map.height() == height && map.width() == width;
      if (!fits) {
        throw new UnreadableImageException(
            "%s is %d × %d pixels, its map of kind %s %d × %d (height × width): one is of another image"
                .formatted(
                    Text.oneLine(photograph.toString()),
                    height,
                    width,
                    kind.title(),
                    map.height(),
                    map.width()));
      }
    }
  }

  /** Whether the sides are in proportion, but for rounding to whole pixels. */
  private static boolean hasShape(CodeMap map, int height, int width) {
    long one = (long) map.height() * width;
    long other = (long) map.width() * height;
    long pixel = Math.max(Math.max(height, width), Math.max(map.height(), map.width()));
    return Math.abs(one - other) <= Math.max((double) pixel, ALIKE * (double) Math.max(one, other));
  }
}
