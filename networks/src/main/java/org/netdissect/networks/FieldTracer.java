package org.netdissect.networks;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Layout.AxisParts;
import org.netdissect.networks.Layout.Role;
import org.netdissect.networks.Operators.Trait;

/**
 * Follows the image's rows and columns through the graph: at which axes of each tensor they lie,
 * and which input pixels each cell covers. Here each operator is sent to the class that knows its
 * kind: {@link Windows}, {@link Resizing}, {@link Branches}, {@link Slices}, {@link Products}.
 *
 * <p>Statistics of normalisations count as constants.
 */
final class FieldTracer {
  /** Which operands' values decide geometry: the first and last place of each operator's. */
  private static final Map<String, int[]> OPERANDS =
      Map.of(
          "Pad", new int[] {1, 4},
          "Slice", new int[] {1, 4},
          "Upsample", new int[] {1, 4},
          "Resize", new int[] {1, 4},
          "Squeeze", new int[] {1, 1},
          "Unsqueeze", new int[] {1, 1},
          "Gather", new int[] {1, 1});

  private final OnnxGraph graph;
  private final Traced traced;
  private final Windows windows;
  private final Resizing resizing;
  private final Branches branches;
  private final Slices slices;
  private final Products products;

  private FieldTracer(OnnxGraph graph, Traced traced) {
    this.graph = graph;
    this.traced = traced;
    this.windows = new Windows(traced);
    this.resizing = new Resizing(traced);
    this.branches = new Branches(traced);
    this.slices = new Slices(traced);
    this.products = new Products(traced);
  }

  /** The geometry of every tensor that depends on the image. */
  static Map<String, Geometry> trace(OnnxGraph graph, Shapes shapes, ImageInput input) {
    Traced traced = new Traced(graph, shapes, input);
    Layout image =
        Layout.image(
            traced.batch(), input.channels(), input.height(), input.width(), input.channelsLast());
    traced.put(input.name(), new Geometry(image, ReceptiveField.IDENTITY));
    FieldTracer tracer = new FieldTracer(graph, traced);
    for (OnnxNode node : graph.nodes()) {
      tracer.visit(node);
    }
    return traced.all();
  }

  /** Operands whose values {@link #trace} looks at. */
  static Set<String> operands(OnnxGraph graph) {
    Set<String> operands = new LinkedHashSet<>();
    for (OnnxNode node : graph.nodes()) {
      if (!graph.dependsOnImage(node.input(0))) {
        continue;
      }
      int[] places = OPERANDS.get(node.op());
      if (places == null && Operators.isReduction(node)) {
        places = new int[] {1, 1};
      }
      for (int i = places == null ? 1 : places[0]; places != null && i <= places[1]; i++) {
        if (!node.input(i).isEmpty() && !graph.dependsOnImage(node.input(i))) {
          operands.add(node.input(i));
        }
      }
    }
    return operands;
  }

  private void visit(OnnxNode node) {
    List<String> outputs = node.outputs();
    for (int i = 0; i < outputs.size(); i++) {
      if (!traced.dependsOnImage(outputs.get(i))) {
        continue;
      }
      Geometry result;
      try {
        result = geometry(node, i);
      } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
        // Operands that make no geometry: the runtime decides what they mean, we do not guess.
        result = Geometry.LOST;
      }
      if (result.isLost() && result.crop() == null) {
        result = byDefinition(node, outputs.get(i));
      }
      traced.put(outputs.get(i), result);
    }
  }

  /** What reads N × C × H × W by its definition has rows and columns, if no more is known. */
  private Geometry byDefinition(OnnxNode node, String output) {
    if (!Operators.is(node, Trait.SPATIAL) || traced.rank(output) != 4) {
      return Geometry.LOST;
    }
    long[] dims = traced.dims(output);
    boolean isWhole = Arrays.stream(dims).allMatch(d -> d > 0 && d <= Integer.MAX_VALUE);
    return isWhole ? Geometry.unknown(windows.planar(dims)) : Geometry.LOST;
  }

  private Geometry geometry(OnnxNode node, int output) {
    String op = node.op();
    if (node.hasSubgraphs()) {
      return Geometry.LOST;
    }
    if (Operators.is(op, Trait.ELEMENTWISE)) {
      return branches.merged(node);
    }
    if (Operators.is(op, Trait.CONVOLUTION) || Operators.is(op, Trait.POOL)) {
      return windows.slid(node);
    }
    if (Operators.is(op, Trait.GLOBAL_POOL)) {
      return windows.globalPool(node);
    }
    if (Operators.is(op, Trait.RESIZE)) {
      return resizing.resized(node);
    }
    if (Operators.is(op, Trait.ATTENTION)) {
      return products.attention(node, output);
    }
    if (Operators.isReduction(node)) {
      return reduced(node);
    }
    return switch (op) {
      case "ConvTranspose" -> windows.transposedConvolution(node);
      case "SpaceToDepth" -> windows.spaceToDepth(node);
      case "DepthToSpace" -> windows.depthToSpace(node);
      case "Concat", "QLinearConcat" -> branches.concatenated(node);
      case "Pad" -> slices.padded(node);
      case "Slice" -> slices.sliced(node);
      case "Split" -> slices.split(node, output);
      case "Gather" -> slices.gathered(node);
      case "Transpose" -> transposed(node);
      case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> reshaped(node);
      case "Expand", "Tile" -> spread(node);
      case "Softmax", "LogSoftmax", "Hardmax" -> softmax(node);
      case "Einsum" -> products.einsum(node);
      // The other outputs are a scale and a zero for the whole picture.
      case "DynamicQuantizeLinear" -> output == 0 ? traced.of(node.input(0)) : Geometry.LOST;
      default -> Operators.is(op, Trait.PRODUCT) ? products.multiplied(node) : Geometry.LOST;
    };
  }

  private Geometry transposed(OnnxNode node) {
    Geometry in = traced.of(node.input(0));
    if (in.isLost()) {
      return Geometry.LOST;
    }
    int rank = in.layout().rank();
    long[] given = node.integers("perm");
    int[] perm = new int[rank];
    for (int i = 0; i < rank; i++) {
      perm[i] = given == null ? rank - 1 - i : Traced.normal(given[i], rank);
    }
    return in.in(in.layout().transposed(perm));
  }

  private Geometry reshaped(OnnxNode node) {
    PixelShuffle shuffle = PixelShuffle.endingIn(node, graph, traced);
    if (shuffle != null) {
      return windows.shuffled(shuffle, node);
    }
    Geometry in = traced.of(node.input(0));
    return in.isLost() ? Geometry.LOST : in.in(in.layout().reshaped(traced.dims(node.output())));
  }

  private Geometry spread(OnnxNode node) {
    Geometry in = traced.of(node.input(0));
    if (in.isLost()) {
      return Geometry.LOST;
    }
    long[] to = traced.dims(node.output());
    Layout layout = in.layout().padded(to.length - in.layout().rank());
    boolean isMixed = false;
    for (int axis = 0; axis < to.length; axis++) {
      AxisParts parts = layout.axis(axis);
      if (parts.size() == to[axis]) {
        continue;
      }
      int length = Math.toIntExact(to[axis]);
      if (layout.axisOf(Role.ROW) == axis) {
        layout = layout.withAxis(axis, AxisParts.of(Role.ROW, length)).withRows(length);
        isMixed = true;
      } else if (layout.axisOf(Role.COLUMN) == axis) {
        layout = layout.withAxis(axis, AxisParts.of(Role.COLUMN, length)).withColumns(length);
        isMixed = true;
      } else if (parts.isOnly(Role.CHANNEL) || parts.parts().isEmpty()) {
        layout = layout.withAxis(axis, AxisParts.of(Role.CHANNEL, length)).renumbered(Role.CHANNEL);
      } else {
        return Geometry.LOST;
      }
    }
    return isMixed ? Geometry.unknown(layout) : in.in(layout);
  }

  private Geometry reduced(OnnxNode node) {
    Geometry in = traced.of(node.input(0));
    if (in.isLost()) {
      return Geometry.LOST;
    }
    boolean isArg = Operators.isArg(node);
    long[] axes = isArg ? new long[] {node.integer("axis", 0)} : traced.list(node, "axes", 1);
    if (axes == null || axes.length == 0) {
      return node.integer("noop_with_empty_axes", 0) != 0 ? in : Geometry.LOST;
    }
    boolean isMixed = false;
    Layout layout = in.layout();
    int[] gone =
        Arrays.stream(axes).mapToInt(a -> Traced.normal(a, in.layout().rank())).sorted().toArray();
    for (int i = gone.length - 1; i >= 0; i--) {
      AxisParts parts = layout.axis(gone[i]);
      if (parts.has(Role.ROW) || parts.has(Role.COLUMN)) {
        layout = withoutPlaces(layout, parts);
        isMixed = true;
      }
      if (layout == null) {
        return Geometry.LOST;
      }
      layout =
          node.integer("keepdims", 1) != 0
              ? layout.withAxis(gone[i], marks(parts))
              : layout.withoutAxis(gone[i]);
    }
    layout = layout.renumbered(Role.CHANNEL);
    return isMixed ? Geometry.unknown(layout) : in.in(layout);
  }

  /** After all rows or columns of an axis became one; null if only some do. */
  private static @Nullable Layout withoutPlaces(Layout layout, AxisParts parts) {
    Layout left = layout;
    for (Role role : List.of(Role.ROW, Role.COLUMN)) {
      if (parts.has(role)) {
        int total = role == Role.ROW ? layout.rows() : layout.columns();
        int here =
            parts.parts().stream()
                .filter(p -> p.is(role))
                .mapToInt(Layout.Part::size)
                .reduce(1, (a, b) -> a * b);
        if (here != total) {
          return null;
        }
        left = role == Role.ROW ? left.withRows(1) : left.withColumns(1);
      }
    }
    return left.rolled(0, 0);
  }

  /** One entry of each role there was. */
  private static AxisParts marks(AxisParts parts) {
    return new AxisParts(
        0,
        parts.parts().stream()
            .map(p -> new Layout.Part(p.role(), 1, 1))
            .filter(p -> !p.is(Role.OTHER))
            .distinct()
            .toList(),
        0);
  }

  private Geometry softmax(OnnxNode node) {
    Geometry in = traced.of(node.input(0));
    if (in.isLost()) {
      return Geometry.LOST;
    }
    int rank = in.layout().rank();
    boolean isOneAxis = traced.graph().opset() >= 13;
    int axis = Traced.axis(node, "axis", isOneAxis ? -1 : 1, rank);
    // Before version 13 everything from the axis on was one vector.
    int end = isOneAxis ? axis + 1 : rank;
    for (int i = axis; i < end; i++) {
      if (in.layout().axis(i).hasPositions()) {
        return in.mixed();
      }
    }
    return in;
  }
}
