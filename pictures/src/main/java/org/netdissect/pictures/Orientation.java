package org.netdissect.pictures;

import org.netdissect.pictures.Photographs.Photograph;

/** Turns and flips photographs as Exif asks for (CIPA DC-008, 4.6.4). */
final class Orientation {
  private Orientation() {}

  /**
   * The photograph as it should be shown.
   *
   * @param orientation 1 … 8: where the stored first row and first column belong; 1 top and left, 2
   *     top and right, 3 bottom and right, 4 bottom and left, 5 left and top, 6 right and top, 7
   *     right and bottom, 8 left and bottom
   */
  static Photograph apply(Photograph stored, int orientation) {
    if (orientation == 1) {
      return stored;
    }
    boolean turned = orientation >= 5;
    boolean fromRight =
        orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    boolean fromBottom =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    int height = stored.height();
    int width = stored.width();
    int toHeight = turned ? width : height;
    int toWidth = turned ? height : width;
    // How far apart in the stored picture neighbours in a column and in a row of the result are.
    int down = (turned ? 1 : width) * ((turned ? fromRight : fromBottom) ? -3 : 3);
    int across = (turned ? width : 1) * ((turned ? fromBottom : fromRight) ? -3 : 3);
    int start = 3 * ((fromBottom ? height - 1 : 0) * width + (fromRight ? width - 1 : 0));
    byte[] from = stored.rgb();
    byte[] to = new byte[from.length];
    for (int y = 0, k = 0; y < toHeight; y++) {
      int i = start + y * down;
      for (int x = 0; x < toWidth; x++, i += across, k += 3) {
        to[k] = from[i];
        to[k + 1] = from[i + 1];
        to[k + 2] = from[i + 2];
      }
    }
    return new Photograph(toHeight, toWidth, to);
  }
}
