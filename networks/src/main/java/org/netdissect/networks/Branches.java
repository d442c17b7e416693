package org.netdissect.networks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Geometry.Crop;
import org.netdissect.networks.Layout.AxisParts;
import org.netdissect.networks.Layout.Role;

/**
 * Where branches meet, cell by cell or side by side. What is only spread over all positions, such
 * as a squeeze-and-excite gate, does not count. Among the others the largest field in y decides.
 */
final class Branches {
  private final Traced traced;

  Branches(Traced traced) {
    this.traced = traced;
  }

  /** Elementwise operations. */
  Geometry merged(OnnxNode node) {
    long[] out = traced.dims(node.output());
    Geometry joined = null;
    boolean isUnknown = false;
    for (String branch : leading(node, out)) {
      long[] dims = traced.dims(branch);
      Geometry geometry = widened(traced.of(branch), out.length - dims.length);
      if (joined == null) {
        joined = geometry;
      } else if (!isSpread(joined.layout(), dims, out)) {
        if (geometry.hasPositions() && !haveSamePlaces(joined.layout(), geometry.layout())) {
          return Geometry.LOST;
        }
        isUnknown |= !geometry.hasPositions() || !geometry.isKnown();
        joined = larger(joined, geometry);
      }
    }
    if (joined == null) {
      return Geometry.LOST;
    }
    Layout filled = filled(joined.layout(), node, out);
    return isUnknown ? Geometry.unknown(filled) : joined.in(filled);
  }

  /**
   * The branches that follow from the image, the first with all positions and the most entries in
   * front; none if no branch has them.
   */
  private List<String> leading(OnnxNode node, long[] out) {
    List<String> branches = new ArrayList<>();
    for (String input : node.inputs()) {
      if (traced.dependsOnImage(input)) {
        branches.add(input);
      }
    }
    if (branches.size() == 1) {
      return traced.of(branches.get(0)).isLost() ? List.of() : branches;
    }
    int best = -1;
    long most = 0;
    for (int i = 0; i < branches.size(); i++) {
      Geometry geometry = traced.of(branches.get(i));
      long[] dims = traced.dims(branches.get(i));
      if (geometry.hasPositions() && !lacksPositions(geometry.layout(), dims, out)) {
        long entries = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
        if (entries > most) {
          most = entries;
          best = i;
        }
      }
    }
    if (best < 0) {
      return List.of();
    }
    branches.add(0, branches.remove(best));
    return branches;
  }

  private static Geometry widened(Geometry geometry, int more) {
    return geometry.isLost() ? geometry : geometry.in(geometry.layout().padded(more));
  }

  /** Whether the output has more positions than this branch. */
  private static boolean lacksPositions(Layout layout, long[] dims, long[] out) {
    int shift = out.length - dims.length;
    for (int axis = 0; axis < dims.length; axis++) {
      AxisParts parts = layout.axis(axis);
      if ((parts.has(Role.ROW) || parts.has(Role.COLUMN)) && dims[axis] < out[axis + shift]) {
        return true;
      }
    }
    return false;
  }

  /** Whether a branch has one entry wherever the layout has positions. */
  private static boolean isSpread(Layout layout, long[] dims, long[] out) {
    int shift = out.length - dims.length;
    boolean isSpread = false;
    for (int axis = 0; axis < out.length; axis++) {
      if (layout.axis(axis).hasPositions()) {
        if (axis >= shift && dims[axis - shift] > 1) {
          return false;
        }
        isSpread = true;
      }
    }
    return isSpread;
  }

  /** Whether rows and columns lie at the same axes in the same order. */
  private static boolean haveSamePlaces(Layout one, Layout other) {
    if (one.rank() != other.rank()
        || one.rows() != other.rows()
        || one.columns() != other.columns()
        || one.rowShift() != other.rowShift()
        || one.columnShift() != other.columnShift()) {
      return false;
    }
    for (int axis = 0; axis < one.rank(); axis++) {
      AxisParts a = one.axis(axis);
      AxisParts b = other.axis(axis);
      if (a.before() != b.before() || !places(a).equals(places(b))) {
        return false;
      }
    }
    return true;
  }

  private static List<Layout.Part> places(AxisParts axis) {
    return axis.parts().stream()
        .filter(p -> p.size() > 1 && (p.is(Role.ROW) || p.is(Role.COLUMN)))
        .toList();
  }

  private static Geometry larger(Geometry one, Geometry other) {
    boolean isLarger =
        one.isKnown() && other.isKnown() && other.field().y().size() > one.field().y().size();
    return isLarger ? new Geometry(one.layout(), other.field()) : one;
  }

  /** With axes that only other operands fill: channels that one value is spread over. */
  private Layout filled(Layout layout, OnnxNode node, long[] out) {
    Layout filled = layout.padded(out.length - layout.rank());
    for (int axis = 0; axis < out.length; axis++) {
      AxisParts parts = filled.axis(axis);
      if (parts.size() == out[axis]) {
        continue;
      }
      boolean isFree =
          parts.size() == 1
              && !parts.has(Role.ROW)
              && !parts.has(Role.COLUMN)
              && !parts.has(Role.IMAGE);
      if (!isFree) {
        throw new IllegalArgumentException("positions out of nothing: " + node.name());
      }
      filled = filled.withAxis(axis, AxisParts.of(Role.CHANNEL, out[axis]));
    }
    return filled.equals(layout) ? layout : filled.renumbered(Role.CHANNEL);
  }

  Geometry concatenated(OnnxNode node) {
    long[] out = traced.dims(node.output());
    int axis = Traced.axis(node, "axis", 1, out.length);
    Geometry rolled = rolled(node, axis);
    if (rolled != null) {
      return rolled;
    }
    Geometry beside = besideTokens(node, axis);
    if (beside != null) {
      return beside;
    }
    Geometry joined = null;
    for (String branch : node.inputs()) {
      if (!traced.dependsOnImage(branch)) {
        continue;
      }
      Geometry geometry = traced.of(branch);
      if (!geometry.hasPositions()) {
        return Geometry.LOST;
      }
      Layout layout = geometry.layout();
      if (layout.axis(axis).has(Role.ROW) || layout.axis(axis).has(Role.COLUMN)) {
        return stacked(layout, axis, out);
      }
      if (joined != null && !haveSamePlaces(joined.layout(), layout)) {
        return Geometry.LOST;
      }
      if (joined == null) {
        joined = geometry;
      } else if (!geometry.isKnown() || !joined.isKnown()) {
        joined = joined.mixed();
      } else {
        joined = larger(joined, geometry);
      }
    }
    if (joined == null || !isChannels(joined.layout().axis(axis))) {
      return Geometry.LOST;
    }
    return joined.in(
        joined
            .layout()
            .withAxis(axis, AxisParts.of(Role.CHANNEL, out[axis]))
            .renumbered(Role.CHANNEL));
  }

  private static boolean isChannels(AxisParts axis) {
    return axis.isOnly(Role.CHANNEL) || axis.size() == 1;
  }

  /** Put below or beside each other: a grid that is longer, and of no one place any more. */
  private static Geometry stacked(Layout layout, int axis, long[] out) {
    int length = Math.toIntExact(out[axis]);
    if (layout.axisOf(Role.ROW) == axis) {
      return Geometry.unknown(
          layout.withAxis(axis, AxisParts.of(Role.ROW, length)).withRows(length));
    }
    if (layout.axisOf(Role.COLUMN) == axis) {
      return Geometry.unknown(
          layout.withAxis(axis, AxisParts.of(Role.COLUMN, length)).withColumns(length));
    }
    return Geometry.LOST;
  }

  /** Class and register tokens put before or behind the tokens of the grid; null for all else. */
  private @Nullable Geometry besideTokens(OnnxNode node, int axis) {
    Geometry grid = null;
    int before = 0;
    int after = 0;
    for (String branch : node.inputs()) {
      Geometry geometry = traced.dependsOnImage(branch) ? traced.of(branch) : Geometry.LOST;
      boolean isGrid =
          geometry.hasPositions()
              && geometry.layout().axis(axis).has(Role.ROW)
              && geometry.layout().axis(axis).has(Role.COLUMN)
              && geometry.layout().axis(axis).hasPositions();
      if (isGrid && grid != null) {
        return null;
      }
      if (isGrid) {
        grid = geometry;
      } else {
        int length = Math.toIntExact(traced.dims(branch)[axis]);
        before += grid == null ? length : 0;
        after += grid == null ? 0 : length;
      }
    }
    if (grid == null) {
      return null;
    }
    AxisParts own = grid.layout().axis(axis);
    return grid.in(
        grid.layout()
            .withAxis(
                axis, new AxisParts(own.before() + before, own.parts(), own.after() + after)));
  }

  /** Pieces of one tensor put together in another order: a roll; null for all else. */
  private @Nullable Geometry rolled(OnnxNode node, int axis) {
    if (node.inputs().size() != 2) {
      return null;
    }
    Crop first = traced.of(node.input(0)).crop();
    Crop second = traced.of(node.input(1)).crop();
    if (first == null
        || second == null
        || !first.whole().equals(second.whole())
        || first.axis() != axis
        || second.axis() != axis
        || second.start() != 0
        || first.start() != traced.dims(node.input(1))[axis]
        || first.start() + traced.dims(node.input(0))[axis] != first.size()) {
      return null;
    }
    Geometry whole = first.geometry();
    Layout layout = whole.layout();
    int start = Math.toIntExact(first.start());
    if (layout.axis(axis).isWhole(Role.ROW, layout.rows())) {
      int shift = (layout.rowShift() + start) % layout.rows();
      return whole.in(layout.rolled(shift, layout.columnShift()));
    }
    if (layout.axis(axis).isWhole(Role.COLUMN, layout.columns())) {
      int shift = (layout.columnShift() + start) % layout.columns();
      return whole.in(layout.rolled(layout.rowShift(), shift));
    }
    return null;
  }
}
