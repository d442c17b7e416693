package org.netdissect.networks;

import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Geometry.Crop;
import org.netdissect.networks.Layout.AxisParts;
import org.netdissect.networks.Layout.Role;
import org.netdissect.networks.ReceptiveField.Axis;

/** Parts of tensors, and tensors with more around them: Slice, Split, Gather and Pad. */
final class Slices {
  private final Traced traced;

  Slices(Traced traced) {
    this.traced = traced;
  }

  Geometry sliced(OnnxNode node) {
    Geometry in = traced.of(node.input(0));
    long[] from = traced.dims(node.input(0));
    long[] to = traced.dims(node.output());
    long[] starts = traced.list(node, "starts", 1);
    long[] axes = traced.list(node, "axes", 3);
    long[] steps = traced.longs(node.input(4));
    if (in.isLost()) {
      return Geometry.LOST;
    }
    if (starts == null) {
      return resizedUnknown(in, to);
    }
    Geometry here = in;
    for (int i = 0; i < starts.length; i++) {
      int axis = axes == null ? i : Traced.normal(axes[i], from.length);
      long step = steps == null ? 1 : steps[i];
      long begin = starts[i] < 0 ? starts[i] + from[axis] : starts[i];
      begin = Math.max(0, Math.min(begin, from[axis]));
      here = cut(here, axis, begin, to[axis], step);
    }
    return starts.length == 1 && isForward(steps)
        ? cropOf(node, in, here, axes, starts, from)
        : here;
  }

  private static boolean isForward(long @Nullable [] steps) {
    return steps == null || steps[0] == 1;
  }

  /** Remembers what a piece was cut from. */
  private static Geometry cropOf(
      OnnxNode node,
      Geometry in,
      Geometry cut,
      long @Nullable [] axes,
      long[] starts,
      long[] from) {
    int axis = axes == null ? 0 : Traced.normal(axes[0], from.length);
    long start = starts[0] < 0 ? starts[0] + from[axis] : starts[0];
    return new Geometry(
        cut.layoutOrNull(), cut.field(), new Crop(node.input(0), axis, start, from[axis], in));
  }

  /** One output of a Split. */
  Geometry split(OnnxNode node, int output) {
    Geometry in = traced.of(node.input(0));
    if (in.isLost()) {
      return Geometry.LOST;
    }
    int axis = Traced.axis(node, "axis", 0, in.layout().rank());
    long start = 0;
    for (int i = 0; i < output; i++) {
      start += traced.dims(node.outputs().get(i))[axis];
    }
    return cut(in, axis, start, traced.dims(node.outputs().get(output))[axis], 1);
  }

  /** Entries from {@code start} on of one axis. */
  private static Geometry cut(Geometry in, int axis, long start, long length, long step) {
    if (in.isLost()) {
      return in;
    }
    Layout layout = in.layout();
    AxisParts parts = layout.axis(axis);
    if (length == parts.size() && step == 1) {
      return in;
    }
    int size = Math.toIntExact(length);
    if (parts.isOnly(Role.CHANNEL)) {
      return in.in(
          layout.withAxis(axis, AxisParts.of(Role.CHANNEL, size)).renumbered(Role.CHANNEL));
    }
    boolean isRow = parts.isWhole(Role.ROW, layout.rows()) && layout.rowShift() == 0;
    boolean isColumn = parts.isWhole(Role.COLUMN, layout.columns()) && layout.columnShift() == 0;
    if (isRow || isColumn) {
      Layout cut = layout.withAxis(axis, AxisParts.of(isRow ? Role.ROW : Role.COLUMN, size));
      cut = isRow ? cut.withRows(size) : cut.withColumns(size);
      if (step < 1) {
        return Geometry.unknown(cut);
      }
      Axis window = new Axis(start, 1, step);
      return in.through(isRow ? window : Axis.IDENTITY, isColumn ? window : Axis.IDENTITY, cut);
    }
    return step == 1 ? in.in(cutTokens(layout, axis, start, length)) : Geometry.LOST;
  }

  /** Tokens without some of those that are no positions; null if positions go as well. */
  private static @Nullable Layout cutTokens(Layout layout, int axis, long start, long length) {
    AxisParts parts = layout.axis(axis);
    int tokens = parts.size() - parts.before() - parts.after();
    long end = start + length;
    if (!parts.isPadded() || start > parts.before() || end < parts.before() + (long) tokens) {
      return null;
    }
    return layout.withAxis(
        axis,
        new AxisParts(
            (int) (parts.before() - start), parts.parts(), (int) (end - parts.before() - tokens)));
  }

  Geometry gathered(OnnxNode node) {
    Geometry in = traced.of(node.input(0));
    if (in.isLost()) {
      return Geometry.LOST;
    }
    Layout layout = in.layout();
    int axis = Traced.axis(node, "axis", 0, layout.rank());
    AxisParts parts = layout.axis(axis);
    if (parts.isPadded() || parts.hasPositions()) {
      return Geometry.LOST;
    }
    long[] to = traced.dims(node.output());
    if (to.length == layout.rank() - 1) {
      return in.in(layout.withoutAxis(axis).renumbered(Role.CHANNEL));
    }
    return to.length == layout.rank() && isMixable(parts)
        ? in.in(
            layout.withAxis(axis, AxisParts.of(Role.CHANNEL, to[axis])).renumbered(Role.CHANNEL))
        : Geometry.LOST;
  }

  private static boolean isMixable(AxisParts parts) {
    return parts.isOnly(Role.CHANNEL);
  }

  Geometry padded(OnnxNode node) {
    Geometry in = traced.of(node.input(0));
    long[] to = traced.dims(node.output());
    if (in.isLost()) {
      return Geometry.LOST;
    }
    int rank = in.layout().rank();
    long[] pads = traced.list(node, "pads", 1);
    if (pads == null) {
      pads = node.integers("paddings");
    }
    if (pads == null) {
      return resizedUnknown(in, to);
    }
    long[] axes = traced.longs(node.input(3));
    long[] begins = new long[rank];
    for (int i = 0; i < pads.length / 2; i++) {
      begins[axes == null ? i : Traced.normal(axes[i], rank)] = pads[i];
    }
    Geometry here = in;
    for (int axis = 0; axis < rank && !here.isLost(); axis++) {
      here = padded(here, axis, begins[axis], Math.toIntExact(to[axis]));
    }
    return here;
  }

  private static Geometry padded(Geometry in, int axis, long begin, int length) {
    Layout layout = in.layout();
    AxisParts parts = layout.axis(axis);
    if (parts.size() == length && begin == 0) {
      return in;
    }
    Axis window = new Axis(-begin, 1, 1);
    if (layout.axisOf(Role.ROW) == axis && layout.rowShift() == 0) {
      return in.through(
          window,
          Axis.IDENTITY,
          layout.withAxis(axis, AxisParts.of(Role.ROW, length)).withRows(length));
    }
    if (layout.axisOf(Role.COLUMN) == axis && layout.columnShift() == 0) {
      return in.through(
          Axis.IDENTITY,
          window,
          layout.withAxis(axis, AxisParts.of(Role.COLUMN, length)).withColumns(length));
    }
    if (parts.isOnly(Role.CHANNEL)) {
      return in.in(
          layout.withAxis(axis, AxisParts.of(Role.CHANNEL, length)).renumbered(Role.CHANNEL));
    }
    int end = Math.toIntExact(length - parts.size() - begin);
    boolean isTokens = parts.has(Role.ROW) && parts.has(Role.COLUMN) && begin >= 0 && end >= 0;
    return isTokens
        ? in.in(
            layout.withAxis(
                axis,
                new AxisParts(
                    Math.toIntExact(parts.before() + begin), parts.parts(), parts.after() + end)))
        : Geometry.LOST;
  }

  /** Cut or padded by amounts that cannot be told: of no known place any more. */
  private static Geometry resizedUnknown(Geometry in, long[] to) {
    Layout layout = in.layout();
    int rows = layout.axisOf(Role.ROW);
    int columns = layout.axisOf(Role.COLUMN);
    if (rows < 0 || columns < 0 || layout.isShifted()) {
      return Geometry.LOST;
    }
    Layout other = layout;
    for (int axis = 0; axis < to.length; axis++) {
      if (axis == rows) {
        other = other.withAxis(axis, AxisParts.of(Role.ROW, to[axis])).withRows((int) to[axis]);
      } else if (axis == columns) {
        other =
            other.withAxis(axis, AxisParts.of(Role.COLUMN, to[axis])).withColumns((int) to[axis]);
      } else if (layout.axis(axis).isOnly(Role.CHANNEL)) {
        other = other.withAxis(axis, AxisParts.of(Role.CHANNEL, to[axis]));
      } else if (layout.axis(axis).size() != to[axis]) {
        return Geometry.LOST;
      }
    }
    return Geometry.unknown(other);
  }
}
