package org.netdissect.pictures;

/**
 * What a photograph's file says before its pixels.
 *
 * @param height of what is stored, pixels
 * @param width of what is stored, pixels
 * @param orientation how Exif asks to show it, 1 … 8; 1 is as stored
 */
public record PhotoHeader(int height, int width, int orientation) {

  /** Whether Exif asks for it to lie on its side. */
  public boolean isTurned() {
    return orientation >= 5;
  }

  /**
   * Whether Exif asks for what the size of the labelled picture cannot tell from what is stored.
   */
  public boolean isUncertain() {
    return orientation > 1 && shownHeight() == height && shownWidth() == width;
  }

  /** Height of what Exif asks to show. */
  public int shownHeight() {
    return isTurned() ? width : height;
  }

  /** Width of what Exif asks to show. */
  public int shownWidth() {
    return isTurned() ? height : width;
  }
}
