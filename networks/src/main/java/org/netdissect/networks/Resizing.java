package org.netdissect.networks;

import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Layout.AxisParts;
import org.netdissect.networks.Layout.Role;
import org.netdissect.networks.ReceptiveField.Axis;

/** Resize and Upsample: which cells each new cell is interpolated from. */
final class Resizing {
  /** Rounding errors of scales, in cells. */
  private static final double TINY = 1e-6;

  private final Traced traced;

  Resizing(Traced traced) {
    this.traced = traced;
  }

  Geometry resized(OnnxNode node) {
    Geometry in = traced.of(node.input(0));
    long[] from = traced.dims(node.input(0));
    long[] to = traced.dims(node.output());
    if (in.isLost() || from.length != to.length) {
      return Geometry.LOST;
    }
    int rows = in.layout().axisOf(Role.ROW);
    int columns = in.layout().axisOf(Role.COLUMN);
    if (rows < 0 || columns < 0 || in.layout().isShifted()) {
      return Geometry.LOST;
    }
    Layout layout =
        in.layout()
            .withAxis(rows, AxisParts.of(Role.ROW, to[rows]))
            .withAxis(columns, AxisParts.of(Role.COLUMN, to[columns]))
            .withRows((int) to[rows])
            .withColumns((int) to[columns]);
    for (int axis = 0; axis < to.length; axis++) {
      if (layout.axis(axis).size() != to[axis]) {
        return Geometry.LOST;
      }
    }
    if (!in.isKnown()) {
      return Geometry.unknown(layout);
    }
    Axis y = window(node, rows, from, to);
    Axis x = window(node, columns, from, to);
    return y == null || x == null ? Geometry.unknown(layout) : in.through(y, x, layout);
  }

  /** The window of one axis, or null where there is none. */
  private @Nullable Axis window(OnnxNode node, int axis, long[] from, long[] to) {
    double scale = scale(node, axis, from, to);
    String mode = node.text("mode", "nearest");
    boolean isOld = node.op().equals("Upsample") || traced.graph().opset() < 11;
    String convention =
        isOld ? "asymmetric" : node.text("coordinate_transformation_mode", "half_pixel");
    if (scale == 1 && from[axis] == to[axis]) {
      return Axis.IDENTITY;
    }
    // Output cell o lies at first + o·step of the input's cells.
    double step = 1 / scale;
    double first;
    switch (convention) {
      case "asymmetric" -> first = 0;
      case "half_pixel", "pytorch_half_pixel" -> first = 0.5 * step - 0.5;
      case "half_pixel_symmetric" ->
          first = 0.5 * step - 0.5 + 0.5 * (from[axis] - to[axis] * step);
      case "tf_half_pixel_for_nn" -> first = 0.5 * step;
      case "align_corners" -> {
        if (to[axis] < 2 || from[axis] < 2) {
          return null;
        }
        step = (from[axis] - 1.0) / (to[axis] - 1.0);
        first = 0;
      }
      default -> {
        return null;
      }
    }
    String rounding = isOld ? "floor" : node.text("nearest_mode", "round_prefer_floor");
    double reach = mode.equals("cubic") ? 2 : 1;
    boolean isWidened = node.integer("antialias", 0) != 0 && step > 1;
    // Which cells are read, relative to o · step, over all phases that occur.
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    double sum = 0;
    for (int o = 0; o < to[axis]; o++) {
      double place = first + o * step;
      double least;
      double most;
      if (mode.equals("nearest")) {
        least = rounded(place, rounding);
        most = least;
        sum += least - o * step;
      } else if (isWidened) {
        least = Math.ceil(place - reach * step);
        most = Math.floor(place + reach * step);
        sum += first;
      } else {
        least = Math.floor(place + TINY) - (reach - 1);
        most = Math.ceil(place - TINY) + (reach - 1);
        sum += first;
      }
      low = Math.min(low, least - o * step);
      high = Math.max(high, most - o * step);
    }
    double centre = sum / to[axis];
    double size = 1 + 2 * Math.max(centre - low, high - centre);
    return new Axis(snapped(centre - (size - 1) / 2), snapped(size), step);
  }

  private static double rounded(double place, String rounding) {
    return switch (rounding) {
      case "floor" -> Math.floor(place + TINY);
      case "ceil" -> Math.ceil(place - TINY);
      case "round_prefer_ceil" -> Math.floor(place + 0.5 + TINY);
      default -> Math.ceil(place - 0.5 - TINY);
    };
  }

  /** Sums of many thirds should not print as 0.33333333333331. */
  private static double snapped(double value) {
    double near = Math.rint(value * 1e6) / 1e6;
    return Math.abs(near - value) < 1e-9 ? near : value;
  }

  private double scale(OnnxNode node, int axis, long[] from, long[] to) {
    double[] scales = node.floats("scales");
    if (scales == null) {
      boolean second = node.op().equals("Upsample") || traced.graph().opset() < 11;
      scales = traced.operand(node.input(second ? 1 : 2));
    }
    int place = axis;
    long[] axes = node.integers("axes");
    if (axes != null) {
      place = -1;
      for (int i = 0; i < axes.length; i++) {
        if (Traced.normal(axes[i], from.length) == axis) {
          place = i;
        }
      }
    }
    return scales != null && place >= 0 && place < scales.length && scales[place] > 0
        ? scales[place]
        : (double) to[axis] / from[axis];
  }
}
