package org.netdissect.report.figures;

import org.jspecify.annotations.Nullable;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.pictures.Frame;
import org.netdissect.pictures.Photographs.Photograph;
import org.netdissect.results.LayerInfo;

/**
 * A photograph with a unit's mask: pale outside it, with a dark edge, as the pages draw it ({@code
 * draw.js}). The mask is where the activation map, interpolated at the photograph's pixels, exceeds
 * T.
 */
final class MaskedPhoto {
  /** How much of white lies over what is outside the mask. */
  private static final double VEIL = 0.7;

  private static final int EDGE = 0x20;

  private final LayerInfo layer;
  private final String convention;

  /**
   * For photographs of a layer.
   *
   * @param convention of the result: it says where the cells of a map sit
   */
  MaskedPhoto(LayerInfo layer, String convention) {
    this.layer = layer;
    this.convention = convention;
  }

  /**
   * The mask on a photograph, rows from the top.
   *
   * @param cells activations, row-major; of a cell that is not held a value not above T
   * @param frame where the photograph lies in the network's input
   */
  boolean[] mask(float[] cells, float threshold, int height, int width, Frame frame) {
    ReceptiveField field = layer.field();
    if (field != null && (!field.isKnown() || convention.equals("lite"))) {
      field = null;
    }
    double[] ys = positions(field == null ? null : field.y(), layer.height(), frame.y(), height);
    double[] xs = positions(field == null ? null : field.x(), layer.width(), frame.x(), width);
    boolean[] mask = new boolean[height * width];
    int right = frame.x().endSeen(width);
    for (int y = frame.y().firstSeen(height); y < frame.y().endSeen(height); y++) {
      int above = (int) ys[y];
      int below = Math.min(above + 1, layer.height() - 1);
      double down = ys[y] - above;
      for (int x = frame.x().firstSeen(width); x < right; x++) {
        int before = (int) xs[x];
        int behind = Math.min(before + 1, layer.width() - 1);
        double across = xs[x] - before;
        double upper = between(cells, above, before, behind, across);
        double lower = between(cells, below, before, behind, across);
        mask[y * width + x] = upper * (1 - down) + lower * down > threshold;
      }
    }
    return mask;
  }

  private double between(float[] cells, int row, int left, int right, double across) {
    return cells[row * layer.width() + left] * (1 - across)
        + cells[row * layer.width() + right] * across;
  }

  /** Where each pixel lies among the cells; no axis for maps stretched over the image. */
  private double[] positions(
      ReceptiveField.@Nullable Axis axis, int cells, Frame.Axis frame, int pixels) {
    double[] positions = new double[pixels];
    double centre = 0;
    if (axis != null) {
      centre =
          convention.equals("paper")
              ? Math.floor(axis.size() / 2) + axis.offset()
              : axis.offset() + (axis.size() - 1) / 2;
    }
    for (int p = 0; p < pixels; p++) {
      double at =
          axis == null
              ? (frame.isWhole()
                  ? (p + 0.5) * cells / pixels - 0.5
                  : frame.at(p, pixels) * cells / frame.input() - 0.5)
              : (frame.at(p, pixels) - 0.5 - centre) / axis.step();
      positions[p] = Math.max(0, Math.min(cells - 1, at));
    }
    return positions;
  }

  /** The photograph with what is outside the mask paled; a new one. */
  static Photograph pale(Photograph photo, boolean[] mask) {
    int width = photo.width();
    byte[] rgb = photo.rgb().clone();
    for (int p = 0; p < mask.length; p++) {
      if (!mask[p]) {
        boolean edge =
            (p % width > 0 && mask[p - 1])
                || (p % width < width - 1 && mask[p + 1])
                || (p >= width && mask[p - width])
                || (p + width < mask.length && mask[p + width]);
        for (int c = 3 * p; c < 3 * p + 3; c++) {
          int value = rgb[c] & 0xff;
          rgb[c] = (byte) (edge ? EDGE : (int) Math.rint(value + (255 - value) * VEIL));
        }
      }
    }
    return new Photograph(photo.height(), width, rgb);
  }
}
