package org.netdissect.pictures;

/**
 * Where a whole photograph lies in a network's input, in the input's pixels: its part within the
 * input is what the network sees.
 *
 * @param inputHeight rows of the input
 * @param inputWidth columns of the input
 * @param top row of the input at which the photograph begins; below 0 where it is cropped
 * @param left column at which it begins
 * @param height rows that the whole photograph is resized to
 * @param width columns that it is resized to
 */
public record Frame(int inputHeight, int inputWidth, int top, int left, int height, int width) {
  /** A photograph that fills the input. */
  public static Frame whole(int inputHeight, int inputWidth) {
    return new Frame(inputHeight, inputWidth, 0, 0, inputHeight, inputWidth);
  }

  /** From top to bottom. */
  public Axis y() {
    return new Axis(inputHeight, top, height);
  }

  /** From left to right. */
  public Axis x() {
    return new Axis(inputWidth, left, width);
  }

  /**
   * A frame along one axis.
   *
   * @param input pixels of the input
   * @param start pixel at which the photograph begins; may be below 0
   * @param extent pixels of the whole photograph
   */
  public record Axis(int input, int start, int extent) {
    /** Whether the photograph fills the axis. */
    public boolean isWhole() {
      return start == 0 && extent == input;
    }

    /**
     * Where the centre of a pixel of a grid over the whole photograph lies, in pixels from the
     * input's edge (the centre of its first pixel is at 0.5).
     *
     * @param grid pixels of the grid
     */
    public double at(int pixel, int grid) {
      return (pixel + 0.5) * extent / grid + start;
    }

    /** The first pixel of a grid over the whole photograph whose centre is seen. */
    public int firstSeen(int grid) {
      int pixel = 0;
      while (pixel < grid && at(pixel, grid) < 0) {
        pixel++;
      }
      return pixel;
    }

    /** The pixel behind the last whose centre is seen. */
    public int endSeen(int grid) {
      int pixel = grid;
      while (pixel > 0 && at(pixel - 1, grid) >= input) {
        pixel--;
      }
      return pixel;
    }
  }
}
