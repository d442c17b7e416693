package org.netdissect.datasets.broden.build;

/**
 * Labels of pixels as a source codes them, 0 for none. A plain class, not a record, since arrays
 * have no equality.
 */
final class CodeMap {
  private final int height;
  private final int width;
  private final char[] codes;

  /**
   * A map over the given codes, which are not copied.
   *
   * @param codes {@code height × width}, rows from the top
   */
  CodeMap(int height, int width, char[] codes) {
    this.height = height;
    this.width = width;
    this.codes = codes;
  }

  /** Pixels. */
  int height() {
    return height;
  }

  /** Pixels. */
  int width() {
    return width;
  }

  /** The array itself. */
  char[] codes() {
    return codes;
  }

  /**
   * The map in another size, each pixel the nearest one under a mapping that puts corners on
   * corners, as scipy.ndimage.zoom of order 0 does.
   *
   * @param blankBorder whether a place that rounding puts outside the map is 0, as in the original;
   *     otherwise it is the last pixel
   */
  CodeMap zoomed(int toHeight, int toWidth, boolean blankBorder) {
    if (toHeight == height && toWidth == width) {
      return this;
    }
    int[] rows = places(height, toHeight, blankBorder);
    int[] columns = places(width, toWidth, blankBorder);
    char[] zoomed = new char[toHeight * toWidth];
    for (int y = 0, to = 0; y < toHeight; y++) {
      int from = rows[y] * width;
      for (int x = 0; x < toWidth; x++, to++) {
        zoomed[to] = rows[y] < 0 || columns[x] < 0 ? 0 : codes[from + columns[x]];
      }
    }
    return new CodeMap(toHeight, toWidth, zoomed);
  }

  /** For each target pixel of one side the source pixel it shows; −1 for none. */
  static int[] places(int from, int to, boolean blankBorder) {
    int[] places = new int[to];
    double step = to == 1 ? 0 : (from - 1.0) / (to - 1);
    for (int i = 0; i < to; i++) {
      double place = i * step;
      places[i] = place > from - 1 ? (blankBorder ? -1 : from - 1) : (int) Math.floor(place + 0.5);
    }
    return places;
  }

  /** The largest code. */
  int largest() {
    int largest = 0;
    for (char code : codes) {
      largest = Math.max(largest, code);
    }
    return largest;
  }
}
