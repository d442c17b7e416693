package org.netdissect.networks;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Layout.AxisParts;
import org.netdissect.networks.Layout.Part;
import org.netdissect.networks.Layout.Role;
import org.netdissect.networks.ReceptiveField.Axis;

/**
 * Matrix products and attention. With constant weights a product makes new channels of an axis;
 * that of two tensors of the image mixes positions, and its rows are those of the left one.
 */
final class Products {
  private final Traced traced;

  Products(Traced traced) {
    this.traced = traced;
  }

  /** MatMul, Gemm and their kin. */
  Geometry multiplied(OnnxNode node) {
    boolean isLinear = node.op().equals("QLinearMatMul") || node.op().equals("QGemm");
    String left = node.input(0);
    String right = node.input(isLinear ? 3 : 1);
    boolean isLeft = traced.dependsOnImage(left);
    boolean isRight = traced.dependsOnImage(right);
    boolean isTurnedLeft = node.integer("transA", 0) != 0;
    boolean isTurnedRight = node.integer("transB", 0) != 0;
    if (isLeft && isRight) {
      Layout one = turned(traced.of(left).layoutOrNull(), isTurnedLeft);
      Layout other = turned(traced.of(right).layoutOrNull(), isTurnedRight);
      return one == null || other == null ? Geometry.LOST : attended(one, other);
    }
    Geometry in = traced.of(isLeft ? left : right);
    if (in.isLost()) {
      return Geometry.LOST;
    }
    in = in.in(turned(in.layout(), isLeft ? isTurnedLeft : isTurnedRight));
    if (in.isLost()) {
      return Geometry.LOST;
    }
    long[] out = traced.dims(node.output());
    int rank = in.layout().rank();
    if (rank < 2 || out.length != rank) {
      return Geometry.LOST;
    }
    int mixed = isLeft ? rank - 1 : rank - 2;
    return weighted(in, mixed, Math.toIntExact(out[mixed]));
  }

  private static @Nullable Layout turned(@Nullable Layout layout, boolean isTurned) {
    if (layout == null || layout.rank() < 2) {
      return null;
    }
    if (!isTurned) {
      return layout;
    }
    int rank = layout.rank();
    int[] perm = new int[rank];
    for (int i = 0; i < rank; i++) {
      perm[i] = i;
    }
    perm[rank - 2] = rank - 1;
    perm[rank - 1] = rank - 2;
    return layout.transposed(perm);
  }

  /**
   * All of one axis becomes new channels. Rows and columns inside it, as in the patches of an
   * embedding written as a product, make the grid coarser.
   */
  private static Geometry weighted(Geometry in, int axis, int channels) {
    AxisParts parts = in.layout().axis(axis);
    if (parts.isPadded() || parts.has(Role.OTHER)) {
      return Geometry.LOST;
    }
    int rows = 1;
    int columns = 1;
    List<Part> left = new ArrayList<>();
    for (Part part : parts.parts()) {
      rows *= part.is(Role.ROW) ? part.size() : 1;
      columns *= part.is(Role.COLUMN) ? part.size() : 1;
      if (part.is(Role.IMAGE)) {
        left.add(part);
      }
    }
    left.add(new Part(Role.CHANNEL, channels, 1));
    Layout made = in.layout().withAxis(axis, new AxisParts(0, left, 0));
    Layout coarse = coarser(coarser(made, Role.ROW, rows), Role.COLUMN, columns);
    if (coarse == null) {
      return Geometry.LOST;
    }
    return in.through(
        new Axis(0, rows, rows), new Axis(0, columns, columns), coarse.renumbered(Role.CHANNEL));
  }

  /** The grid after every {@code times} neighbouring rows or columns became one; or null. */
  private static @Nullable Layout coarser(@Nullable Layout layout, Role role, int times) {
    if (layout == null || times == 1) {
      return layout;
    }
    int total = role == Role.ROW ? layout.rows() : layout.columns();
    List<AxisParts> axes = new ArrayList<>();
    for (AxisParts axis : layout.axes()) {
      List<Part> parts = new ArrayList<>();
      for (Part part : axis.parts()) {
        if (part.is(role) && part.step() % times != 0 && part.size() > 1) {
          return null;
        }
        parts.add(
            part.is(role) ? new Part(role, part.size(), Math.max(1, part.step() / times)) : part);
      }
      axes.add(new AxisParts(axis.before(), parts, axis.after()));
    }
    if (total % times != 0
        || layout.isShifted()
        || !layout.has(role)
        || layout.count(role) * times != total) {
      return null;
    }
    Layout coarse = layout.withAxes(axes);
    return role == Role.ROW ? coarse.withRows(total / times) : coarse.withColumns(total / times);
  }

  /** A product of two tensors of the image over the axes in front. */
  private static Geometry attended(Layout left, Layout right) {
    int rank = Math.max(left.rank(), right.rank());
    Layout one = left.padded(rank - left.rank());
    Layout other = right.padded(rank - right.rank());
    List<AxisParts> axes = new ArrayList<>();
    for (int axis = 0; axis < rank - 2; axis++) {
      axes.add(one.axis(axis).size() > 1 ? one.axis(axis) : other.axis(axis));
    }
    axes.add(one.axis(rank - 2));
    boolean isTaken = axes.stream().anyMatch(AxisParts::hasPositions);
    AxisParts last = other.axis(rank - 1);
    // What the last axis counts lies inside what the others count: a head's own channels.
    axes.replaceAll(axis -> outward(axis, last.size()));
    axes.add(isTaken ? withoutPlaces(last) : last);
    Layout base = isTaken ? one : other;
    return Geometry.unknown(base.withAxes(axes).renumbered(Role.CHANNEL));
  }

  private static AxisParts outward(AxisParts axis, int times) {
    return new AxisParts(
        axis.before(),
        axis.parts().stream()
            .map(
                p ->
                    p.is(Role.CHANNEL)
                        ? new Part(p.role(), p.size(), Math.multiplyExact(p.step(), times))
                        : p)
            .toList(),
        axis.after());
  }

  /** Positions that are only looked at. */
  private static AxisParts withoutPlaces(AxisParts axis) {
    return axis.hasPositions() || axis.isPadded()
        ? AxisParts.of(new Part(Role.OTHER, axis.size(), 1))
        : axis;
  }

  /** A sum of products given by letters; only that of two operands. */
  Geometry einsum(OnnxNode node) {
    String equation = node.text("equation", "").replace(" ", "");
    int arrow = equation.indexOf("->");
    if (arrow < 0 || equation.contains(".") || node.inputs().size() != 2) {
      return Geometry.LOST;
    }
    String[] terms = equation.substring(0, arrow).split(",", -1);
    String result = equation.substring(arrow + 2);
    boolean isFirst = traced.dependsOnImage(node.input(0));
    Geometry one = traced.of(node.input(isFirst ? 0 : 1));
    String letters = terms[isFirst ? 0 : 1];
    String others = terms[isFirst ? 1 : 0];
    boolean isOfBoth = isFirst && traced.dependsOnImage(node.input(1));
    Geometry other = isOfBoth ? traced.of(node.input(1)) : Geometry.LOST;
    if (one.isLost() || (isOfBoth && other.isLost()) || letters.length() != one.layout().rank()) {
      return Geometry.LOST;
    }
    long[] out = traced.dims(node.output());
    List<AxisParts> axes = new ArrayList<>();
    for (int i = 0; i < result.length(); i++) {
      int here = letters.indexOf(result.charAt(i));
      int there = others.indexOf(result.charAt(i));
      if (here >= 0) {
        axes.add(one.layout().axis(here));
      } else if (isOfBoth && there >= 0) {
        axes.add(withoutPlaces(other.layout().axis(there)));
      } else {
        axes.add(AxisParts.of(Role.CHANNEL, out[i]));
      }
    }
    for (int i = 0; i < letters.length(); i++) {
      boolean isGone = result.indexOf(letters.charAt(i)) < 0;
      AxisParts axis = one.layout().axis(i);
      if (isGone && !isOfBoth && (axis.hasPositions() || axis.isPadded())) {
        return Geometry.LOST;
      }
    }
    Layout made = one.layout().withAxes(axes).renumbered(Role.CHANNEL);
    return isOfBoth ? Geometry.unknown(made) : one.in(made);
  }

  /** Attention as one operator: tokens in, as many tokens out. */
  Geometry attention(OnnxNode node, int output) {
    Geometry in = traced.of(node.input(0));
    long[] out = traced.dims(node.outputs().get(output));
    if (in.isLost() || output > 0 || out.length != in.layout().rank()) {
      return Geometry.LOST;
    }
    int last = out.length - 1;
    for (int axis = 0; axis < last; axis++) {
      if (out[axis] != in.layout().axis(axis).size()) {
        return Geometry.LOST;
      }
    }
    return Geometry.unknown(
        in.layout().withAxis(last, AxisParts.of(Role.CHANNEL, out[last])).renumbered(Role.CHANNEL));
  }
}
