package org.netdissect.networks;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.netdissect.networks.ReceptiveField.Axis;

/**
 * Follows the image's rows and columns through the graph: at which axes of each tensor they lie,
 * and which input pixels each cell covers.
 *
 * <p>Statistics of normalisations count as constants. Where branches meet, those that are only
 * spread over the other's positions (a squeeze-and-excite gate) do not count.
 */
final class FieldTracer {
  /** Each output cell depends on the input cells at its own place, which may be spread to it. */
  private static final Set<String> ELEMENTWISE =
      Set.of(
          "Abs",
          "Acos",
          "Acosh",
          "Add",
          "And",
          "Asin",
          "Asinh",
          "Atan",
          "Atanh",
          "BatchNormalization",
          "Bernoulli",
          "BiasAdd",
          "BiasGelu",
          "BitShift",
          "Cast",
          "CastLike",
          "Ceil",
          "Celu",
          "Clip",
          "Cos",
          "Cosh",
          "DequantizeLinear",
          "Div",
          "Dropout",
          "Elu",
          "Equal",
          "Erf",
          "Exp",
          "FastGelu",
          "Floor",
          "Gelu",
          "Greater",
          "GreaterOrEqual",
          "GroupNorm",
          "GroupNormalization",
          "HardSigmoid",
          "HardSwish",
          "Identity",
          "InstanceNormalization",
          "IsInf",
          "IsNaN",
          "LRN",
          "LayerNormalization",
          "LeakyRelu",
          "Less",
          "LessOrEqual",
          "Log",
          "LpNormalization",
          "Max",
          "Mean",
          "MeanVarianceNormalization",
          "Min",
          "Mish",
          "Mod",
          "Mul",
          "Neg",
          "Not",
          "Or",
          "PRelu",
          "Pow",
          "QLinearAdd",
          "QLinearLeakyRelu",
          "QLinearMul",
          "QLinearSigmoid",
          "QuantizeLinear",
          "QuickGelu",
          "RMSNormalization",
          "Reciprocal",
          "Relu",
          "Round",
          "ScaledTanh",
          "Selu",
          "Shrink",
          "Sigmoid",
          "Sign",
          "SimplifiedLayerNormalization",
          "Sin",
          "Sinh",
          "SkipLayerNormalization",
          "Softplus",
          "Softsign",
          "Sqrt",
          "Sub",
          "Sum",
          "Swish",
          "Tan",
          "Tanh",
          "ThresholdedRelu",
          "Where",
          "Xor");

  /** Rounding errors of scales, in cells. */
  private static final double TINY = 1e-6;

  private static final Set<String> CONVOLUTIONS =
      Set.of("Conv", "FusedConv", "ConvInteger", "QLinearConv", "DeformConv");

  private static final Set<String> POOLS =
      Set.of("MaxPool", "AveragePool", "LpPool", "QLinearAveragePool");

  private static final Set<String> RESIZERS = Set.of("Resize", "Upsample");

  /** Operations that by their definition read N × C × H × W. */
  private static final Set<String> SPATIAL =
      Set.of(
          "BatchNormalization",
          "ConvTranspose",
          "DepthToSpace",
          "GlobalAveragePool",
          "GlobalLpPool",
          "GlobalMaxPool",
          "GridSample",
          "GroupNormalization",
          "InstanceNormalization",
          "LRN",
          "QLinearGlobalAveragePool",
          "SpaceToDepth");

  /** Where positions lie in a tensor. An axis of −1: not found any more; a null field: unknown. */
  record Geometry(int yAxis, int xAxis, Axis y, Axis x, Fold fold) {
    static final Geometry LOST = new Geometry(-1, -1, null, null, null);

    boolean hasAxes() {
      return yAxis >= 0 && xAxis >= 0;
    }

    boolean isKnown() {
      return y != null && x != null;
    }

    Geometry at(int newY, int newX) {
      return newY < 0 || newX < 0 ? LOST : new Geometry(newY, newX, y, x, null);
    }

    Geometry mixed() {
      return new Geometry(yAxis, xAxis, null, null, null);
    }
  }

  /** What a tensor was before a reshape that hid the positions, to find them again behind it. */
  record Fold(List<Long> dims, Geometry geometry) {}

  private final OnnxGraph graph;

  private final Shapes shapes;
  private final Map<String, Geometry> geometries = new HashMap<>();

  private FieldTracer(OnnxGraph graph, Shapes shapes) {
    this.graph = graph;
    this.shapes = shapes;
  }

  /** The geometry of every tensor that depends on the image. */
  static Map<String, Geometry> trace(OnnxGraph graph, Shapes shapes, ImageInput input) {
    FieldTracer tracer = new FieldTracer(graph, shapes);
    int first = input.channelsLast() ? 1 : 2;
    tracer.geometries.put(
        input.name(), new Geometry(first, first + 1, Axis.IDENTITY, Axis.IDENTITY, null));
    for (OnnxNode node : graph.nodes()) {
      tracer.visit(node);
    }
    return tracer.geometries;
  }

  /** Operands whose values {@link #trace} looks at. */
  static Set<String> operands(OnnxGraph graph) {
    Set<String> operands = new LinkedHashSet<>();
    for (OnnxNode node : graph.nodes()) {
      if (!graph.dependsOnImage(node.input(0))) {
        continue;
      }
      int from = 1;
      int to = 0;
      if (Set.of("Pad", "Slice", "Upsample", "Resize").contains(node.op())) {
        to = 4;
      } else if (Set.of("Squeeze", "Unsqueeze", "Gather").contains(node.op())
          || node.op().startsWith("Reduce")) {
        to = 1;
      }
      for (int i = from; i <= to; i++) {
        if (!node.input(i).isEmpty() && !graph.dependsOnImage(node.input(i))) {
          operands.add(node.input(i));
        }
      }
    }
    return operands;
  }

  /** Whether the operation reads N × C × H × W by its definition. */
  static boolean isSpatial(OnnxNode node) {
    return SPATIAL.contains(node.op())
        || CONVOLUTIONS.contains(node.op())
        || POOLS.contains(node.op())
        || RESIZERS.contains(node.op());
  }

  static boolean isElementwise(OnnxNode node) {
    return ELEMENTWISE.contains(node.op());
  }

  private void visit(OnnxNode node) {
    if (node.outputs().stream().noneMatch(graph::dependsOnImage)) {
      return;
    }
    Geometry result;
    try {
      result = geometry(node);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
      // Operands that make no geometry: the runtime decides what they mean, we do not guess.
      result = Geometry.LOST;
    }
    if (!result.hasAxes() && isSpatial(node) && rank(node.output()) == 4) {
      result = new Geometry(2, 3, null, null, null);
    }
    for (String output : node.outputs()) {
      if (graph.dependsOnImage(output)) {
        geometries.put(output, result);
      }
    }
  }

  private Geometry geometry(OnnxNode node) {
    String op = node.op();
    if (node.hasSubgraphs()) {
      return Geometry.LOST;
    }
    if (ELEMENTWISE.contains(op)) {
      return merged(node);
    }
    if (CONVOLUTIONS.contains(op) || POOLS.contains(op)) {
      return windowed(node);
    }
    if (RESIZERS.contains(op)) {
      return resized(node);
    }
    if (op.startsWith("Reduce") || op.startsWith("Arg")) {
      return reduced(node);
    }
    Geometry in = of(node.input(0));
    return switch (op) {
      case "ConvTranspose" -> transposedConvolution(node);
      case "Concat", "QLinearConcat" -> concatenated(node);
      case "Pad" -> padded(node);
      case "Slice" -> sliced(node);
      case "Split" -> isPosition(in, axis(node, "axis", 0, rank(node.input(0)))) ? in.mixed() : in;
      case "Gather" -> gathered(node);
      case "Transpose" -> transposed(node);
      case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> reshaped(node);
      case "Expand", "Tile" -> spread(node);
      case "SpaceToDepth" -> {
        double block = node.integer("blocksize", 1);
        Axis window = new Axis(0, block, block);
        yield through(in, window, window);
      }
      case "DepthToSpace" -> {
        Axis window = nearest((double) node.integer("blocksize", 1));
        yield through(in, window, window);
      }
      case "Softmax", "LogSoftmax", "Hardmax" -> softmax(node);
      case "MatMul", "FusedMatMul", "MatMulInteger", "QLinearMatMul" -> multiplied(node);
      case "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool", "QLinearGlobalAveragePool" ->
          in.mixed();
      default -> Geometry.LOST;
    };
  }

  private Geometry of(String tensor) {
    return geometries.getOrDefault(tensor, Geometry.LOST);
  }

  private int rank(String tensor) {
    long[] dims = shapes.dims(tensor);
    return dims == null ? -1 : dims.length;
  }

  private long[] dims(String tensor) {
    long[] dims = shapes.dims(tensor);
    if (dims == null) {
      throw new IllegalArgumentException("no shape: " + tensor);
    }
    return dims;
  }

  private long[] longs(String tensor) {
    double[] values = shapes.operand(tensor);
    return values == null ? null : Arrays.stream(values).mapToLong(v -> (long) v).toArray();
  }

  /** A list that is an attribute in old operator versions and an operand in new ones, or null. */
  private long[] list(OnnxNode node, String attribute, int operand) {
    long[] held = node.integers(attribute);
    return held != null ? held : longs(node.input(operand));
  }

  private static int axis(OnnxNode node, String key, long otherwise, int rank) {
    return (int) normal(node.integer(key, otherwise), rank);
  }

  private static long normal(long axis, int rank) {
    return axis < 0 ? axis + rank : axis;
  }

  private static boolean isPosition(Geometry geometry, long axis) {
    return !geometry.hasAxes() || geometry.yAxis == axis || geometry.xAxis == axis;
  }

  /** Elementwise operations: branches meet. */
  private Geometry merged(OnnxNode node) {
    List<String> branches = node.inputs().stream().filter(graph::dependsOnImage).toList();
    if (branches.size() == 1) {
      Geometry only = of(branches.get(0));
      int shift = rank(node.output()) - rank(branches.get(0));
      return shift == 0 || !only.hasAxes() ? only : only.at(only.yAxis + shift, only.xAxis + shift);
    }
    long[] out = dims(node.output());
    Geometry largest = null;
    boolean unknown = false;
    for (String branch : branches) {
      Geometry geometry = of(branch);
      long[] dims = dims(branch);
      int shift = out.length - dims.length;
      if (!geometry.hasAxes()) {
        if (isSpreadOverAll(dims, out)) {
          continue;
        }
        unknown = true;
        continue;
      }
      int y = geometry.yAxis + shift;
      int x = geometry.xAxis + shift;
      if (dims[geometry.yAxis] < out[y] || dims[geometry.xAxis] < out[x]) {
        continue;
      }
      if (largest != null && (largest.yAxis != y || largest.xAxis != x)) {
        return Geometry.LOST;
      }
      unknown |= !geometry.isKnown();
      if (largest == null
          || (geometry.isKnown() && largest.isKnown() && geometry.y.size() > largest.y.size())) {
        largest = geometry.at(y, x);
      }
    }
    if (largest == null) {
      return Geometry.LOST;
    }
    return unknown ? largest.mixed() : largest;
  }

  /**
   * A tensor with at most one axis longer than 1 that is spread over others: a gate per channel.
   */
  private static boolean isSpreadOverAll(long[] dims, long[] out) {
    long values = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    long all = Arrays.stream(out).reduce(1, (a, b) -> a * b);
    return values < all && Arrays.stream(dims).filter(d -> d > 1).count() <= 1;
  }

  private Geometry concatenated(OnnxNode node) {
    int axis = axis(node, "axis", 1, rank(node.output()));
    Geometry largest = null;
    for (String branch : node.inputs()) {
      if (!graph.dependsOnImage(branch)) {
        continue;
      }
      Geometry geometry = of(branch);
      if (!geometry.hasAxes()) {
        return Geometry.LOST;
      }
      if (isPosition(geometry, axis)) {
        return geometry.mixed();
      }
      if (largest == null) {
        largest = geometry.at(geometry.yAxis, geometry.xAxis);
      } else if (largest.yAxis != geometry.yAxis || largest.xAxis != geometry.xAxis) {
        return Geometry.LOST;
      } else if (!geometry.isKnown() || !largest.isKnown()) {
        largest = largest.mixed();
      } else if (geometry.y.size() > largest.y.size()) {
        largest = geometry.at(geometry.yAxis, geometry.xAxis);
      }
    }
    return largest == null ? Geometry.LOST : largest;
  }

  /** Composes with windows along axes 2 and 3 of N × C × H × W. */
  private static Geometry through(Geometry in, Axis axis2, Axis axis3) {
    if (in.yAxis == 2 && in.xAxis == 3) {
      return in.isKnown()
          ? new Geometry(2, 3, in.y.through(axis2), in.x.through(axis3), null)
          : in.mixed();
    }
    if (in.yAxis == 3 && in.xAxis == 2) {
      return in.isKnown()
          ? new Geometry(3, 2, in.y.through(axis3), in.x.through(axis2), null)
          : in.mixed();
    }
    return new Geometry(2, 3, null, null, null);
  }

  private Geometry windowed(OnnxNode node) {
    long[] in = dims(node.input(0));
    if (in.length != 4) {
      return Geometry.LOST;
    }
    long[] kernel = kernel(node);
    long[] strides = orOnes(node.integers("strides"));
    long[] dilations = orOnes(node.integers("dilations"));
    long[] pads = node.integers("pads");
    String auto = node.text("auto_pad", "NOTSET");
    Axis[] windows = new Axis[2];
    for (int i = 0; i < 2; i++) {
      long reach = (kernel[i] - 1) * dilations[i] + 1;
      long begin;
      if (auto.equals("SAME_UPPER") || auto.equals("SAME_LOWER")) {
        long cells = (in[2 + i] + strides[i] - 1) / strides[i];
        long total = Math.max(0, (cells - 1) * strides[i] + reach - in[2 + i]);
        begin = auto.equals("SAME_LOWER") ? (total + 1) / 2 : total / 2;
      } else {
        begin = auto.equals("VALID") || pads == null ? 0 : pads[i];
      }
      windows[i] = new Axis(-begin, reach, strides[i]);
    }
    return through(of(node.input(0)), windows[0], windows[1]);
  }

  private long[] kernel(OnnxNode node) {
    long[] kernel = node.integers("kernel_shape");
    if (kernel != null) {
      return kernel;
    }
    String weights = node.input(node.op().equals("QLinearConv") ? 3 : 1);
    long[] dims = dims(weights);
    return Arrays.copyOfRange(dims, 2, dims.length);
  }

  private static long[] orOnes(long[] list) {
    return list == null ? new long[] {1, 1} : list;
  }

  /**
   * Output cell o of a transposed convolution reads the input cells from (o + pad − reach)/stride
   * to (o + pad)/stride, where reach = (kernel − 1)·dilation: step and edges are fractions.
   */
  private Geometry transposedConvolution(OnnxNode node) {
    long[] in = dims(node.input(0));
    long[] out = dims(node.output());
    if (in.length != 4) {
      return Geometry.LOST;
    }
    long[] kernel = kernel(node);
    long[] strides = orOnes(node.integers("strides"));
    long[] dilations = orOnes(node.integers("dilations"));
    long[] pads = node.integers("pads");
    long[] extra = node.integers("output_padding");
    String auto = node.text("auto_pad", "NOTSET");
    Axis[] windows = new Axis[2];
    for (int i = 0; i < 2; i++) {
      double reach = (kernel[i] - 1) * dilations[i];
      long begin;
      if (auto.startsWith("SAME") || node.integers("output_shape") != null) {
        long full =
            strides[i] * (in[2 + i] - 1) + (extra == null ? 0 : extra[i]) + (long) reach + 1;
        long total = Math.max(0, full - out[2 + i]);
        begin = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
      } else {
        begin = auto.equals("VALID") || pads == null ? 0 : pads[i];
      }
      double step = 1.0 / strides[i];
      windows[i] = new Axis((begin - reach) * step, reach * step + 1, step);
    }
    return through(of(node.input(0)), windows[0], windows[1]);
  }

  /** Each cell repeated {@code times} times. */
  private static Axis nearest(double times) {
    double step = 1 / times;
    return new Axis(step - 1, 2 - step, step);
  }

  private Geometry resized(OnnxNode node) {
    Geometry in = of(node.input(0));
    long[] from = dims(node.input(0));
    long[] to = dims(node.output());
    if (!in.hasAxes() || from.length != to.length) {
      return Geometry.LOST;
    }
    if (!in.isKnown()) {
      return in.mixed();
    }
    Axis y = resizeWindow(node, in.yAxis, from, to);
    Axis x = resizeWindow(node, in.xAxis, from, to);
    return y == null || x == null
        ? in.mixed()
        : new Geometry(in.yAxis, in.xAxis, in.y.through(y), in.x.through(x), null);
  }

  /** The window of one axis, or null where there is none. */
  private Axis resizeWindow(OnnxNode node, int axis, long[] from, long[] to) {
    double scale = scale(node, axis, from, to);
    String mode = node.text("mode", "nearest");
    boolean isOld = node.op().equals("Upsample") || graph.opset() < 11;
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
      boolean second = node.op().equals("Upsample") || graph.opset() < 11;
      scales = shapes.operand(node.input(second ? 1 : 2));
    }
    int place = axis;
    long[] axes = node.integers("axes");
    if (axes != null) {
      place = -1;
      for (int i = 0; i < axes.length; i++) {
        if (normal(axes[i], from.length) == axis) {
          place = i;
        }
      }
    }
    return scales != null && place >= 0 && place < scales.length && scales[place] > 0
        ? scales[place]
        : (double) to[axis] / from[axis];
  }

  private Geometry padded(OnnxNode node) {
    Geometry in = of(node.input(0));
    int rank = rank(node.input(0));
    long[] pads = list(node, "pads", 1);
    if (pads == null) {
      pads = node.integers("paddings");
    }
    if (pads == null || !in.hasAxes()) {
      return in.hasAxes() ? in.mixed() : Geometry.LOST;
    }
    long[] axes = longs(node.input(3));
    long[] begins = new long[rank];
    for (int i = 0; i < pads.length / 2; i++) {
      begins[axes == null ? i : (int) normal(axes[i], rank)] = pads[i];
    }
    return moved(in, -begins[in.yAxis], 1, -begins[in.xAxis], 1);
  }

  private Geometry sliced(OnnxNode node) {
    Geometry in = of(node.input(0));
    long[] from = dims(node.input(0));
    long[] starts = list(node, "starts", 1);
    long[] axes = list(node, "axes", 3);
    long[] steps = longs(node.input(4));
    if (starts == null || !in.hasAxes()) {
      return in.hasAxes() ? in.mixed() : Geometry.LOST;
    }
    long[] start = new long[from.length];
    long[] step = new long[from.length];
    Arrays.fill(step, 1);
    for (int i = 0; i < starts.length; i++) {
      int axis = axes == null ? i : (int) normal(axes[i], from.length);
      step[axis] = steps == null ? 1 : steps[i];
      long begin = starts[i] < 0 ? starts[i] + from[axis] : starts[i];
      start[axis] = Math.max(0, Math.min(begin, from[axis]));
    }
    if (step[in.yAxis] < 1 || step[in.xAxis] < 1) {
      return in.mixed();
    }
    return moved(in, start[in.yAxis], step[in.yAxis], start[in.xAxis], step[in.xAxis]);
  }

  private static Geometry moved(Geometry in, long y, long stepY, long x, long stepX) {
    return in.isKnown()
        ? new Geometry(
            in.yAxis,
            in.xAxis,
            in.y.through(new Axis(y, 1, stepY)),
            in.x.through(new Axis(x, 1, stepX)),
            null)
        : in.mixed();
  }

  private Geometry gathered(OnnxNode node) {
    Geometry in = of(node.input(0));
    int rank = rank(node.input(0));
    int axis = axis(node, "axis", 0, rank);
    if (isPosition(in, axis)) {
      return Geometry.LOST;
    }
    int shift = rank(node.output()) - rank;
    return in.at(
        in.yAxis > axis ? in.yAxis + shift : in.yAxis,
        in.xAxis > axis ? in.xAxis + shift : in.xAxis);
  }

  private Geometry transposed(OnnxNode node) {
    Geometry in = of(node.input(0));
    int rank = rank(node.input(0));
    if (!in.hasAxes()) {
      return Geometry.LOST;
    }
    long[] perm = node.integers("perm");
    int y = -1;
    int x = -1;
    for (int i = 0; i < rank; i++) {
      long source = perm == null ? rank - 1 - i : normal(perm[i], rank);
      if (source == in.yAxis) {
        y = i;
      } else if (source == in.xAxis) {
        x = i;
      }
    }
    return in.at(y, x);
  }

  /**
   * A position axis survives a reshape where as many values lie before it as before, and it is as
   * long as before. Otherwise it is hidden until a reshape restores the old dimensions.
   */
  private Geometry reshaped(OnnxNode node) {
    Geometry in = of(node.input(0));
    long[] from = dims(node.input(0));
    long[] to = dims(node.output());
    if (!in.hasAxes()) {
      Fold fold = in.fold;
      return fold != null && fold.dims.equals(listed(to)) ? fold.geometry : in;
    }
    int y = survivor(from, in.yAxis, to);
    int x = survivor(from, in.xAxis, to);
    if (y >= 0 && x >= 0 && y != x) {
      return in.at(y, x);
    }
    return new Geometry(-1, -1, null, null, new Fold(listed(from), in));
  }

  private static List<Long> listed(long[] dims) {
    return Arrays.stream(dims).boxed().toList();
  }

  private static int survivor(long[] from, int axis, long[] to) {
    long before = 1;
    for (int i = 0; i < axis; i++) {
      before *= from[i];
    }
    long product = 1;
    int found = -1;
    for (int j = 0; j < to.length; j++) {
      if (product == before && to[j] == from[axis]) {
        found = j;
      }
      product *= to[j];
    }
    return found;
  }

  private Geometry spread(OnnxNode node) {
    Geometry in = of(node.input(0));
    if (!in.hasAxes()) {
      return Geometry.LOST;
    }
    long[] from = dims(node.input(0));
    long[] to = dims(node.output());
    int shift = to.length - from.length;
    boolean isKept =
        to[in.yAxis + shift] == from[in.yAxis] && to[in.xAxis + shift] == from[in.xAxis];
    Geometry moved = in.at(in.yAxis + shift, in.xAxis + shift);
    return isKept ? moved : moved.mixed();
  }

  private Geometry reduced(OnnxNode node) {
    Geometry in = of(node.input(0));
    int rank = rank(node.input(0));
    if (!in.hasAxes()) {
      return Geometry.LOST;
    }
    boolean isArg = node.op().startsWith("Arg");
    long[] axes = isArg ? new long[] {node.integer("axis", 0)} : list(node, "axes", 1);
    if (axes == null || axes.length == 0) {
      return node.integer("noop_with_empty_axes", 0) != 0 ? in : Geometry.LOST;
    }
    boolean keeps = node.integer("keepdims", 1) != 0;
    int y = in.yAxis;
    int x = in.xAxis;
    for (long axis : axes) {
      long gone = normal(axis, rank);
      if (isPosition(in, gone)) {
        return keeps ? in.mixed() : Geometry.LOST;
      }
      if (!keeps) {
        y -= gone < in.yAxis ? 1 : 0;
        x -= gone < in.xAxis ? 1 : 0;
      }
    }
    return in.at(y, x);
  }

  private Geometry softmax(OnnxNode node) {
    Geometry in = of(node.input(0));
    int rank = rank(node.input(0));
    if (!in.hasAxes()) {
      return Geometry.LOST;
    }
    if (graph.opset() >= 13) {
      return isPosition(in, axis(node, "axis", -1, rank)) ? in.mixed() : in;
    }
    // Before version 13 everything from the axis on was one vector.
    int axis = axis(node, "axis", 1, rank);
    return in.yAxis >= axis || in.xAxis >= axis ? in.mixed() : in;
  }

  /** A product with constant weights mixes the last axis (or, from the left, the last but one). */
  private Geometry multiplied(OnnxNode node) {
    boolean isLinear = node.op().equals("QLinearMatMul");
    String left = node.input(0);
    String right = node.input(isLinear ? 3 : 1);
    String image = graph.dependsOnImage(left) ? left : right;
    if ((graph.dependsOnImage(left) && graph.dependsOnImage(right))
        || node.integer("transA", 0) != 0
        || node.integer("transB", 0) != 0) {
      return Geometry.LOST;
    }
    Geometry in = of(image);
    int rank = rank(image);
    int mixed = image.equals(left) ? rank - 1 : rank - 2;
    if (!in.hasAxes() || rank(node.output()) != rank || isPosition(in, mixed)) {
      return Geometry.LOST;
    }
    return in.at(in.yAxis, in.xAxis);
  }
}
