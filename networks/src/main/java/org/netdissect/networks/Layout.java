package org.netdissect.networks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the axes of a tensor are made of: where images, channels, rows and columns lie in it.
 *
 * <p>An axis may hold several of them, one inside the other (tokens are rows × columns), and rows
 * may be spread over several axes (windows). Reshapes and transposes only regroup the parts, so
 * every map of rows and columns can be found again however it was rearranged. Immutable.
 *
 * @param axes in the tensor's order
 * @param rows of the grid of positions
 * @param columns of the grid of positions
 * @param rowShift the grid is rolled: what lies at row i is the grid's row i + rowShift
 * @param columnShift the same for columns
 */
record Layout(List<AxisParts> axes, int rows, int columns, int rowShift, int columnShift) {

  /** What a part of an axis counts. */
  enum Role {
    IMAGE,
    CHANNEL,
    ROW,
    COLUMN,
    /** Anything else, for example the tokens that attention looks at. */
    OTHER
  }

  /**
   * A part of an axis. Parts of one entry stay as marks of where the role lies.
   *
   * @param step how far one more along this part leads in the role's own numbering
   */
  record Part(Role role, int size, int step) {
    boolean is(Role wanted) {
      return role == wanted;
    }
  }

  /**
   * An axis: its parts from the outermost to the innermost.
   *
   * @param before entries before them that are no positions, such as a class token
   * @param after entries behind them
   */
  record AxisParts(int before, List<Part> parts, int after) {
    AxisParts {
      parts = List.copyOf(parts);
    }

    static AxisParts of(Part... parts) {
      return new AxisParts(0, List.of(parts), 0);
    }

    static AxisParts of(Role role, long size) {
      return of(new Part(role, Math.toIntExact(size), 1));
    }

    /** Number of entries. */
    int size() {
      int product = 1;
      for (Part part : parts) {
        product = Math.multiplyExact(product, part.size);
      }
      return Math.addExact(Math.addExact(before, product), after);
    }

    boolean isPadded() {
      return before > 0 || after > 0;
    }

    boolean has(Role role) {
      return parts.stream().anyMatch(p -> p.is(role));
    }

    /** Whether there is more than one row or column along this axis. */
    boolean hasPositions() {
      return parts.stream().anyMatch(p -> p.size > 1 && (p.is(Role.ROW) || p.is(Role.COLUMN)));
    }

    /** Whether the axis counts this role and, but for marks of one entry, nothing else. */
    boolean isOnly(Role role) {
      return !isPadded()
          && has(role)
          && parts.stream().allMatch(p -> p.is(role) || (p.size == 1 && !p.is(Role.OTHER)));
    }

    /** Whether the axis is the whole of a role in its own order. */
    boolean isWhole(Role role, int total) {
      return isOnly(role) && size() == total && isInOrder(role);
    }

    private boolean isInOrder(Role role) {
      int inner = 1;
      for (int i = parts.size() - 1; i >= 0; i--) {
        Part part = parts.get(i);
        if (part.is(role) && part.size > 1) {
          if (part.step != inner) {
            return false;
          }
          inner *= part.size;
        }
      }
      return true;
    }
  }

  Layout {
    axes = List.copyOf(axes);
  }

  /** N × C × H × W, or N × H × W × C. */
  static Layout image(long batch, long channels, long rows, long columns, boolean channelsLast) {
    List<AxisParts> axes = new ArrayList<>();
    axes.add(AxisParts.of(Role.IMAGE, batch));
    axes.add(AxisParts.of(Role.ROW, rows));
    axes.add(AxisParts.of(Role.COLUMN, columns));
    axes.add(channelsLast ? 3 : 1, AxisParts.of(Role.CHANNEL, channels));
    return new Layout(axes, Math.toIntExact(rows), Math.toIntExact(columns), 0, 0);
  }

  int rank() {
    return axes.size();
  }

  AxisParts axis(int axis) {
    return axes.get(axis);
  }

  int channels() {
    return count(Role.CHANNEL);
  }

  /** How many entries of a role there are over all axes. */
  int count(Role role) {
    int product = 1;
    for (AxisParts axis : axes) {
      for (Part part : axis.parts) {
        if (part.is(role)) {
          product = Math.multiplyExact(product, part.size);
        }
      }
    }
    return product;
  }

  boolean has(Role role) {
    return axes.stream().anyMatch(a -> a.has(role));
  }

  /** Whether rows and columns are all there. */
  boolean hasPositions() {
    return has(Role.ROW)
        && has(Role.COLUMN)
        && count(Role.ROW) == rows
        && count(Role.COLUMN) == columns;
  }

  boolean isShifted() {
    return rowShift != 0 || columnShift != 0;
  }

  /** The axis that is the whole of a role and nothing else, or −1. */
  int axisOf(Role role) {
    int total = role == Role.ROW ? rows : role == Role.COLUMN ? columns : count(role);
    for (int i = 0; i < axes.size(); i++) {
      if (axes.get(i).isWhole(role, total)) {
        return i;
      }
    }
    return -1;
  }

  /** Rows and columns each have an axis of their own. */
  boolean isGrid() {
    return axisOf(Role.ROW) >= 0 && axisOf(Role.COLUMN) >= 0 && !isShifted();
  }

  Layout withAxes(List<AxisParts> newAxes) {
    return new Layout(newAxes, rows, columns, rowShift, columnShift);
  }

  Layout withAxis(int axis, AxisParts parts) {
    List<AxisParts> changed = new ArrayList<>(axes);
    changed.set(axis, parts);
    return withAxes(changed);
  }

  Layout withoutAxis(int axis) {
    List<AxisParts> changed = new ArrayList<>(axes);
    changed.remove(axis);
    return withAxes(changed);
  }

  Layout withRows(int newRows) {
    return new Layout(axes, newRows, columns, rowShift, columnShift);
  }

  Layout withColumns(int newColumns) {
    return new Layout(axes, rows, newColumns, rowShift, columnShift);
  }

  Layout rolled(int newRowShift, int newColumnShift) {
    return new Layout(axes, rows, columns, newRowShift, newColumnShift);
  }

  /** With so many axes of one entry put before the others, as broadcasting does. */
  Layout padded(int more) {
    if (more == 0) {
      return this;
    }
    List<AxisParts> wider = new ArrayList<>();
    for (int i = 0; i < more; i++) {
      wider.add(AxisParts.of());
    }
    wider.addAll(axes);
    return withAxes(wider);
  }

  Layout transposed(int[] perm) {
    List<AxisParts> turned = new ArrayList<>();
    for (int axis : perm) {
      turned.add(axes.get(axis));
    }
    return withAxes(turned);
  }

  /** The same values in other dimensions; null where that tears a part asunder. */
  @Nullable Layout reshaped(long[] dims) {
    Deque<Object> rest = new ArrayDeque<>();
    for (AxisParts axis : axes) {
      if (axis.isPadded()) {
        rest.add(axis);
      } else {
        rest.addAll(axis.parts);
      }
    }
    List<AxisParts> made = new ArrayList<>();
    for (long dim : dims) {
      AxisParts axis = take(rest, dim);
      if (axis == null) {
        return null;
      }
      made.add(axis);
    }
    return attached(made, rest);
  }

  /** Takes the parts of one axis from the front; null if they do not come out even. */
  private static @Nullable AxisParts take(Deque<Object> rest, long dim) {
    if (dim < 1) {
      return null;
    }
    if (dim == 1) {
      return rest.peek() instanceof Part mark && mark.size == 1
          ? AxisParts.of((Part) rest.poll())
          : AxisParts.of();
    }
    List<Part> parts = new ArrayList<>();
    long wanted = dim;
    while (wanted > 1) {
      Object next = rest.poll();
      if (next instanceof AxisParts padded) {
        return wanted == dim && padded.size() == dim
            ? new AxisParts(padded.before, joined(parts, padded.parts), padded.after)
            : null;
      }
      if (!(next instanceof Part part)) {
        return null;
      }
      if (wanted % part.size == 0) {
        parts.add(part);
        wanted /= part.size;
      } else if (part.size % wanted == 0) {
        int inner = (int) (part.size / wanted);
        parts.add(new Part(part.role, (int) wanted, part.step * inner));
        rest.push(new Part(part.role, inner, part.step));
        wanted = 1;
      } else {
        return null;
      }
    }
    return new AxisParts(0, merged(parts), 0);
  }

  /** Marks that are left over stay with the last axis. */
  private @Nullable Layout attached(List<AxisParts> made, Deque<Object> rest) {
    if (rest.isEmpty()) {
      return withAxes(made).inOrder();
    }
    List<Part> marks = new ArrayList<>();
    for (Object left : rest) {
      if (!(left instanceof Part mark) || mark.size != 1) {
        return null;
      }
      marks.add(mark);
    }
    if (made.isEmpty()) {
      return null;
    }
    AxisParts last = made.get(made.size() - 1);
    made.set(made.size() - 1, new AxisParts(last.before, joined(last.parts, marks), last.after));
    return withAxes(made);
  }

  /** Channels that lie in one axis are numbered as they lie there, shuffled or not. */
  private Layout inOrder() {
    for (int i = 0; i < axes.size(); i++) {
      AxisParts axis = axes.get(i);
      if (axis.isOnly(Role.CHANNEL)
          && axis.size() == channels()
          && !axis.isWhole(Role.CHANNEL, channels())) {
        List<Part> parts = new ArrayList<>(axis.parts);
        parts.removeIf(p -> p.is(Role.CHANNEL));
        parts.add(new Part(Role.CHANNEL, channels(), 1));
        return withAxis(i, new AxisParts(0, parts, 0));
      }
    }
    return this;
  }

  private static List<Part> joined(List<Part> first, List<Part> second) {
    List<Part> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  /** Neighbours that belong together become one part again. */
  private static List<Part> merged(List<Part> parts) {
    List<Part> merged = new ArrayList<>();
    for (Part part : parts) {
      Part last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
      if (last != null
          && last.role == part.role
          && last.size > 1
          && last.step == part.size * part.step) {
        merged.set(merged.size() - 1, new Part(part.role, last.size * part.size, part.step));
      } else {
        merged.add(part);
      }
    }
    return merged;
  }

  /** Numbers the channels densely again after some were dropped or replaced. */
  Layout renumbered(Role role) {
    record Spot(int axis, int part, int step) {}
    List<Spot> spots = new ArrayList<>();
    for (int a = 0; a < axes.size(); a++) {
      for (int p = 0; p < axes.get(a).parts.size(); p++) {
        Part part = axes.get(a).parts.get(p);
        if (part.is(role)) {
          spots.add(new Spot(a, p, part.step));
        }
      }
    }
    spots.sort(Comparator.comparingInt(Spot::step));
    List<AxisParts> changed = new ArrayList<>(axes);
    int step = 1;
    for (Spot spot : spots) {
      AxisParts axis = changed.get(spot.axis);
      List<Part> parts = new ArrayList<>(axis.parts);
      Part part = parts.get(spot.part);
      parts.set(spot.part, new Part(role, part.size, step));
      changed.set(spot.axis, new AxisParts(axis.before, parts, axis.after));
      step *= part.size;
    }
    return withAxes(changed);
  }

  /**
   * Where each value of the maps lies in the tensor, for one image: entry (c · rows + row) ·
   * columns + column is the value's offset from the image's first. Where there are several images
   * in the tensor these are the first one's.
   */
  int[] offsets() {
    List<Loop> loops = new ArrayList<>();
    int base = 0;
    int stride = 1;
    for (int a = axes.size() - 1; a >= 0; a--) {
      AxisParts axis = axes.get(a);
      base += axis.before * stride;
      int inner = stride;
      for (int p = axis.parts.size() - 1; p >= 0; p--) {
        Part part = axis.parts.get(p);
        if (!part.is(Role.IMAGE) && part.size > 1) {
          loops.add(new Loop(part, inner));
        }
        inner *= part.size;
      }
      stride *= axis.size();
    }
    int[] offsets = new int[Math.multiplyExact(Math.multiplyExact(channels(), rows), columns)];
    walk(loops, new Place(0, 0, 0, base), offsets);
    return offsets;
  }

  /**
   * @param stride values from one entry of the part to the next
   */
  private record Loop(Part part, int stride) {}

  private record Place(int channel, int row, int column, int offset) {
    Place further(Loop loop, int times) {
      int on = times * loop.part.step;
      int there = offset + times * loop.stride;
      return switch (loop.part.role) {
        case CHANNEL -> new Place(channel + on, row, column, there);
        case ROW -> new Place(channel, row + on, column, there);
        case COLUMN -> new Place(channel, row, column + on, there);
        default -> new Place(channel, row, column, there);
      };
    }
  }

  private void walk(List<Loop> loops, Place place, int[] offsets) {
    if (loops.isEmpty()) {
      int row = Math.floorMod(place.row + rowShift, rows);
      int column = Math.floorMod(place.column + columnShift, columns);
      offsets[(place.channel * rows + row) * columns + column] = place.offset;
      return;
    }
    Loop outer = loops.get(loops.size() - 1);
    List<Loop> inner = loops.subList(0, loops.size() - 1);
    for (int i = 0; i < outer.part.size; i++) {
      walk(inner, place.further(outer, i), offsets);
    }
  }

  /** Whether the images are the outermost of the first axis: maps of one image lie together. */
  boolean isImagesFirst() {
    AxisParts first = axes.isEmpty() ? null : axes.get(0);
    return first != null
        && !first.isPadded()
        && !first.parts.isEmpty()
        && first.parts.get(0).is(Role.IMAGE);
  }
}
