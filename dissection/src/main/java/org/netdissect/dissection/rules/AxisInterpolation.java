package org.netdissect.dissection.rules;

import java.util.function.IntToDoubleFunction;

/**
 * Along one axis: for every pixel of the mask grid, between which two activations it lies and how
 * far. Outside the outermost activations the value is theirs (clamped).
 *
 * <p>Invariant: {@code lower} never falls from one pixel to the next, so the pixels between two
 * neighbouring activations are one range; {@link #start} gives it.
 */
public final class AxisInterpolation {
  /** Activations along the axis. */
  final int cells;

  /** Pixels along the axis. */
  public final int pixels;

  /** Index of the activation at or before each pixel, clamped to 0..cells−1. */
  public final int[] lower;

  /** Index of the activation after each pixel; equal to {@code lower} where clamped. */
  public final int[] upper;

  /** Weight of the upper activation, from 0 to below 1. */
  public final double[] fraction;

  /**
   * Pixels of span s are start[s] to start[s+1]−1. Span 0 lies before the first activation, span i
   * between activations i−1 and i, span {@code cells} behind the last.
   */
  public final int[] start;

  private AxisInterpolation(int cells, int pixels) {
    this.cells = cells;
    this.pixels = pixels;
    this.lower = new int[pixels];
    this.upper = new int[pixels];
    this.fraction = new double[pixels];
    this.start = new int[cells + 2];
  }

  /**
   * Builds the table.
   *
   * @param position where a pixel lies in units of activations (0 is the first one); rises with the
   *     pixel
   */
  static AxisInterpolation of(int cells, int pixels, IntToDoubleFunction position) {
    return of(cells, pixels, 0, pixels, position);
  }

  /**
   * Builds the table where only some pixels are seen; the others lie in no span.
   *
   * @param from the first pixel seen
   * @param to the pixel behind the last seen
   */
  static AxisInterpolation of(
      int cells, int pixels, int from, int to, IntToDoubleFunction position) {
    AxisInterpolation axis = new AxisInterpolation(cells, pixels);
    int span = 0;
    axis.start[0] = from;
    for (int pixel = from; pixel < to; pixel++) {
      double at = position.applyAsDouble(pixel);
      int here;
      if (at < 0) {
        here = 0;
      } else if (at >= cells - 1) {
        here = cells;
        axis.lower[pixel] = cells - 1;
        axis.upper[pixel] = cells - 1;
      } else {
        int floor = (int) at;
        here = floor + 1;
        axis.lower[pixel] = floor;
        axis.upper[pixel] = floor + 1;
        axis.fraction[pixel] = at - floor;
      }
      assert here >= span : "positions must rise";
      while (span < here) {
        axis.start[++span] = pixel;
      }
    }
    while (span < cells + 1) {
      axis.start[++span] = to;
    }
    return axis;
  }
}
