package org.netdissect.networks;

import ai.onnxruntime.OnnxJavaType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Operators.Trait;

/**
 * Shapes of what the usual operators give, worked out here: asking ONNX Runtime for graphs of
 * hundreds of thousands of nodes takes minutes. What has no rule here is asked.
 */
final class ShapeRules {
  /** Elementwise, but of another type than what is read. */
  private static final Set<String> OTHER_TYPE =
      Set.of(
          "And",
          "BitShift",
          "Cast",
          "CastLike",
          "DequantizeLinear",
          "Equal",
          "Greater",
          "GreaterOrEqual",
          "IsInf",
          "IsNaN",
          "Less",
          "LessOrEqual",
          "Not",
          "Or",
          "QuantizeLinear",
          "Where",
          "Xor");

  private final OnnxGraph graph;
  private final Function<String, long @Nullable []> dims;
  private final Function<String, @Nullable OnnxJavaType> types;

  /** What an operation's first output is. */
  record Inferred(long[] dims, OnnxJavaType type) {}

  ShapeRules(
      OnnxGraph graph,
      Function<String, long @Nullable []> dims,
      Function<String, @Nullable OnnxJavaType> types) {
    this.graph = graph;
    this.dims = dims;
    this.types = types;
  }

  /** The first output's shape and type, or null if that is better asked. */
  @Nullable Inferred of(OnnxNode node) {
    long[] in = dims.apply(node.input(0));
    String image =
        node.inputs().stream().filter(graph::dependsOnImage).findFirst().orElse(node.input(0));
    OnnxJavaType type = types.apply(image);
    if (type == null
        || !isOfFloats(type)
        || node.hasSubgraphs()
        || !node.proto().getDomain().isEmpty()) {
      return null;
    }
    long[] out = null;
    try {
      if (Operators.is(node, Trait.ELEMENTWISE) && !OTHER_TYPE.contains(node.op())) {
        out = Operators.is(node, Trait.NORMALISATION) ? in : broadcast(node);
      } else if (in != null && in.length == 4) {
        out =
            switch (node.op()) {
              case "Conv" -> slid(node, in, dims.apply(node.input(1)));
              case "MaxPool", "AveragePool" -> slid(node, in, null);
              case "GlobalAveragePool", "GlobalMaxPool" -> new long[] {in[0], in[1], 1, 1};
              default -> null;
            };
      }
    } catch (ArithmeticException | IndexOutOfBoundsException e) {
      return null;
    }
    return out != null && Arrays.stream(out).allMatch(d -> d > 0) ? new Inferred(out, type) : null;
  }

  private static boolean isOfFloats(OnnxJavaType type) {
    return type == OnnxJavaType.FLOAT
        || type == OnnxJavaType.FLOAT16
        || type == OnnxJavaType.DOUBLE;
  }

  /** Null where an operand's shape is unknown or they do not fit. */
  private long @Nullable [] broadcast(OnnxNode node) {
    List<long[]> all = new ArrayList<>();
    int rank = 0;
    int operands = Operators.is(node, Trait.ACTIVATION) ? 1 : node.inputs().size();
    operands = node.op().equals("PRelu") ? 2 : operands;
    operands = Operators.is(node, Trait.ONE_OUTPUT) ? 1 : operands;
    for (int i = 0; i < operands; i++) {
      if (node.input(i).isEmpty()) {
        continue;
      }
      long[] operand = dims.apply(node.input(i));
      if (operand == null) {
        return null;
      }
      all.add(operand);
      rank = Math.max(rank, operand.length);
    }
    long[] out = new long[rank];
    Arrays.fill(out, 1);
    for (long[] operand : all) {
      for (int i = 0; i < operand.length; i++) {
        int place = rank - operand.length + i;
        if (operand[i] != 1 && out[place] != 1 && out[place] != operand[i]) {
          return null;
        }
        out[place] = operand[i] == 1 ? out[place] : operand[i];
      }
    }
    return out;
  }

  /** A convolution, or a pool if there are no weights. */
  private static long @Nullable [] slid(OnnxNode node, long[] in, long @Nullable [] weights) {
    boolean isPool = !node.op().equals("Conv");
    long[] kernel = node.integers("kernel_shape");
    long channels = in[1];
    if (!isPool) {
      if (weights == null || weights.length != 4) {
        return null;
      }
      channels = weights[0];
      kernel = kernel == null ? new long[] {weights[2], weights[3]} : kernel;
    }
    if (kernel == null || kernel.length != 2 || node.integer("ceil_mode", 0) != 0) {
      return null;
    }
    long[] strides = orOnes(node.integers("strides"));
    long[] dilations = orOnes(node.integers("dilations"));
    long[] pads = node.integers("pads");
    String auto = node.text("auto_pad", "NOTSET");
    long[] out = {in[0], channels, 0, 0};
    for (int i = 0; i < 2; i++) {
      long reach = Math.addExact(Math.multiplyExact(kernel[i] - 1, dilations[i]), 1);
      if (auto.startsWith("SAME")) {
        out[2 + i] = (in[2 + i] + strides[i] - 1) / strides[i];
      } else {
        long padding = auto.equals("VALID") || pads == null ? 0 : pads[i] + pads[i + 2];
        out[2 + i] = Math.floorDiv(in[2 + i] + padding - reach, strides[i]) + 1;
      }
    }
    return out;
  }

  private static long[] orOnes(long @Nullable [] list) {
    return list == null ? new long[] {1, 1} : list;
  }
}
