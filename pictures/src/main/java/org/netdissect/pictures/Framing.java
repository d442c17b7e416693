package org.netdissect.pictures;

import java.util.Locale;

/** How a photograph comes into a network's input that has other proportions. */
public enum Framing {
  /** Height and width are resized each by its own factor: all is seen, proportions are lost. */
  STRETCH,
  /** Resized until all of it fits in, and centred; what is left over is {@link #GREY}. */
  LETTERBOX,
  /** Resized until it covers the input, and centred; what stands over is not seen. */
  CROP;

  /** What letterboxing fills up with: the grey that YOLO's detectors were trained with. */
  public static final int GREY = 114;

  /**
   * Reads {@code stretch}, {@code letterbox} or {@code crop}.
   *
   * @throws IllegalArgumentException for any other word
   */
  public static Framing of(String word) {
    for (Framing framing : values()) {
      if (framing.word().equals(word)) {
        return framing;
      }
    }
    throw new IllegalArgumentException("fit '" + word + "' is not one of stretch, letterbox, crop");
  }

  /** The lower-case name, as typed and as written into results. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Where a photograph lies in an input. Sides are rounded to whole pixels; where a pixel is left
   * over by centring, it is below or right of a letterboxed photograph, and what a crop loses more
   * of is there too.
   *
   * @param photoHeight pixels, at least 1
   * @param photoWidth pixels, at least 1
   * @param inputHeight pixels
   * @param inputWidth pixels
   */
  public Frame frame(int photoHeight, int photoWidth, int inputHeight, int inputWidth) {
    if (photoHeight < 1 || photoWidth < 1) {
      throw new IllegalArgumentException("a photograph of " + photoHeight + " × " + photoWidth);
    }
    if (this == STRETCH) {
      return Frame.whole(inputHeight, inputWidth);
    }
    double tall = (double) inputHeight / photoHeight;
    double wide = (double) inputWidth / photoWidth;
    double scale = this == LETTERBOX ? Math.min(tall, wide) : Math.max(tall, wide);
    int height = (int) Math.max(1, Math.rint(photoHeight * scale));
    int width = (int) Math.max(1, Math.rint(photoWidth * scale));
    int top = (inputHeight - height) / 2;
    int left = (inputWidth - width) / 2;
    return new Frame(inputHeight, inputWidth, top, left, height, width);
  }
}
