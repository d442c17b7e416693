package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the constants of a graph are for, as far as training changes them. Constants that stand
 * before the first weights, such as a mean that is taken off the picture, have no role, nor have
 * single numbers.
 */
final class WeightRoles {
  private static final Set<String> QUANTISED =
      Set.of(
          "QLinearConv",
          "QLinearMatMul",
          "ConvInteger",
          "MatMulInteger",
          "DynamicQuantizeMatMul",
          "QGemm",
          "QAttention",
          "MatMulNBits");

  /** Operators that hand a constant on as it is, or turned. */
  private static final Set<String> PASSED_ON = Set.of("Identity", "Expand", "Transpose");

  /** What a constant does. */
  enum Kind {
    /** It multiplies values and sums them up. */
    WEIGHT,
    /** It is added to a unit's sum. */
    BIAS,
    /** A scale of a normalisation. */
    SCALE,
    /** The slope of a PRelu. */
    SLOPE,
    /** The mean of batch norm. */
    MEAN,
    /** The variance of batch norm. */
    VARIANCE,
    /** A vector of its own for each place, such as a position, or a class token. */
    EMBEDDING
  }

  /**
   * A constant's role.
   *
   * @param fanIn how many values a sum has; 0 for all but weights
   */
  record Role(Kind kind, long fanIn) {}

  private final OnnxGraph graph;
  private final Map<String, Role> roles = new LinkedHashMap<>();

  /** Tensors that follow from weights. */
  private final Set<String> learned = new HashSet<>();

  private WeightRoles(OnnxGraph graph) {
    this.graph = graph;
  }

  /**
   * The roles by the constants' names, in the order of the graph.
   *
   * @throws ModelException naming what cannot be understood: weights that are computed or quantised
   */
  static Map<String, Role> of(OnnxGraph graph) throws ModelException {
    WeightRoles all = new WeightRoles(graph);
    for (OnnxNode node : graph.nodes()) {
      if (node.reads().stream().anyMatch(graph::dependsOnImage)) {
        all.look(node);
      }
    }
    return all.roles;
  }

  private void look(OnnxNode node) throws ModelException {
    if (QUANTISED.contains(node.op())) {
      throw new ModelException(
          "%s: holds 8-bit weights (%s); take the model from before it was quantised."
              .formatted(graph.file(), node));
    }
    boolean weighs = false;
    switch (node.op()) {
      case "Conv" -> weighs = weight(node, 1, dims -> product(dims, 1));
      case "ConvTranspose" -> weighs = weight(node, 1, dims -> spread(node, dims));
      case "Gemm" -> {
        weighs = weight(node, 1, dims -> dims[node.integer("transB", 0) == 0 ? 0 : 1]);
        weighs |= weight(node, 0, dims -> dims[node.integer("transA", 0) == 0 ? 1 : 0]);
      }
      case "MatMul" -> {
        weighs = weight(node, 1, dims -> dims[Math.max(0, dims.length - 2)]);
        weighs |= weight(node, 0, dims -> dims[dims.length - 1]);
      }
      case "BatchNormalization" -> {
        give(node, 1, Kind.SCALE);
        give(node, 2, Kind.BIAS);
        give(node, 3, Kind.MEAN);
        give(node, 4, Kind.VARIANCE);
      }
      case "InstanceNormalization", "LayerNormalization", "GroupNormalization" -> {
        give(node, 1, Kind.SCALE);
        give(node, 2, Kind.BIAS);
      }
      case "PRelu" -> give(node, 1, Kind.SLOPE);
      case "Add" -> beside(node, Kind.BIAS);
      case "Mul" -> beside(node, Kind.SCALE);
      case "Concat" -> beside(node, Kind.EMBEDDING);
      default -> {
        // Its constants have no role that is known.
      }
    }
    if (weighs
        && (node.op().equals("Conv")
            || node.op().equals("ConvTranspose")
            || node.op().equals("Gemm"))) {
      give(node, 2, Kind.BIAS);
    }
    if (weighs || node.reads().stream().anyMatch(learned::contains)) {
      learned.addAll(node.outputs());
    }
  }

  /** Whether it holds two values at most, as what hides places from attention: nothing learned. */
  private boolean isMask(Source source) throws ModelException {
    FloatTensor values = new FloatTensor(graph.knownConstant(source.name()));
    double first = values.get(0);
    double other = first;
    for (int i = 1; i < values.size(); i++) {
      double value = values.get(i);
      if (value != first && value != other) {
        if (other != first) {
          return false;
        }
        other = value;
      }
    }
    return true;
  }

  /** Of a convolution turned round: of its taps, those that meet a place with its strides. */
  private static long spread(OnnxNode node, long[] dims) {
    long[] strides = node.integers("strides");
    long taps = dims.length < 2 ? 1 : product(dims, 2);
    return dims[0]
        / Math.max(1, node.integer("group", 1))
        * taps
        / (strides == null ? 1 : Math.max(1, product(strides, 0)));
  }

  private interface FanIn {
    long of(long[] dims);
  }

  /** Whether an operand is weights. */
  private boolean weight(OnnxNode node, int i, FanIn fanIn) throws ModelException {
    String operand = node.input(i);
    if (operand.isEmpty() || graph.dependsOnImage(operand)) {
      return false;
    }
    Source source = source(operand);
    if (source == null) {
      OnnxNode maker = graph.producer(operand);
      throw new ModelException(
          "%s: the weights of %s are computed%s, so they cannot be made random; export it with plain weights."
              .formatted(graph.file(), node, maker == null ? "" : " by " + maker));
    }
    if (source.dims().length < 1) {
      return false;
    }
    roles.putIfAbsent(source.name(), new Role(Kind.WEIGHT, Math.max(1, fanIn.of(source.dims()))));
    return true;
  }

  private void give(OnnxNode node, int i, Kind kind) {
    Source source = node.input(i).isEmpty() ? null : source(node.input(i));
    if (source != null) {
      roles.putIfAbsent(source.name(), new Role(kind, 0));
    }
  }

  /** The constants that a sum, a product or a list takes beside what follows from weights. */
  private void beside(OnnxNode node, Kind kind) throws ModelException {
    if (node.inputs().stream().noneMatch(learned::contains)) {
      return;
    }
    for (int i = 0; i < node.inputs().size(); i++) {
      Source source = learned.contains(node.input(i)) ? null : source(node.input(i));
      if (source != null && product(source.dims(), 0) > 1) {
        boolean isVector = Arrays.stream(source.dims()).filter(dim -> dim > 1).count() == 1;
        if (isVector || !isMask(source)) {
          give(node, i, kind == Kind.BIAS && !isVector ? Kind.EMBEDDING : kind);
        }
      }
    }
  }

  /**
   * A constant that is read, perhaps turned.
   *
   * @param dims as the reader sees them
   */
  private record Source(String name, long[] dims) {}

  /** The constant of floats behind a tensor; null if it is none. */
  private @Nullable Source source(String tensor) {
    List<long @Nullable []> turns = new ArrayList<>();
    String at = tensor;
    OnnxNode node = graph.producer(at);
    // Nodes stand in an order, so this ends.
    while (node != null && PASSED_ON.contains(node.op())) {
      if (node.op().equals("Transpose")) {
        turns.add(node.integers("perm"));
      }
      at = node.input(0);
      node = graph.producer(at);
    }
    TensorProto constant = graph.constant(at);
    if (constant == null || !isFloat(constant)) {
      return null;
    }
    long[] dims = constant.getDimsList().stream().mapToLong(Long::longValue).toArray();
    for (int t = turns.size() - 1; t >= 0; t--) {
      dims = turned(dims, turns.get(t));
    }
    return new Source(at, dims);
  }

  private static long[] turned(long[] dims, long @Nullable [] perm) {
    long[] turned = new long[dims.length];
    for (int i = 0; i < dims.length; i++) {
      int from = perm == null || perm.length != dims.length ? dims.length - 1 - i : (int) perm[i];
      turned[i] = dims[Math.floorMod(from, dims.length)];
    }
    return turned;
  }

  /** Whether values of this type can be made random. */
  static boolean isFloat(TensorProto tensor) {
    return switch (tensor.getDataType()) {
      case TensorProto.DataType.FLOAT_VALUE,
          TensorProto.DataType.FLOAT16_VALUE,
          TensorProto.DataType.DOUBLE_VALUE ->
          true;
      default -> false;
    };
  }

  static long product(long[] dims, int from) {
    long product = 1;
    for (int i = from; i < dims.length; i++) {
      product *= Math.max(0, dims[i]);
    }
    return product;
  }
}
