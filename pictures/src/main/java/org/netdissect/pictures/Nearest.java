package org.netdissect.pictures;

/**
 * Nearest-neighbour resampling with pixels taken as little squares: target pixel i shows the source
 * pixel under its centre, {@code floor((i + 0.5) · source / target)}. This is the grid on which the
 * exact convention places mask pixels, and on which photographs are resized; the corner-aligned
 * zoom of the original shifts masks against photographs by up to half a pixel.
 */
public final class Nearest {
  private Nearest() {}

  /** For each target pixel the source pixel it shows. */
  public static int[] indices(int source, int target) {
    int[] indices = new int[target];
    for (int i = 0; i < target; i++) {
      indices[i] = (int) ((2L * i + 1) * source / (2L * target));
    }
    return indices;
  }
}
