package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OnnxJavaType;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Operators.Trait;

/**
 * What 8-bit values of a quantised file stand for: (value − zero point) · scale. Both are operands
 * of the operation that made the values, or of one before it where values are only passed on.
 *
 * @param scale name of a tensor
 * @param zeroPoint name of a tensor, or "" for 0
 */
record Quantisation(String scale, String zeroPoint) {
  /** At which operand each operator is told its output's scale; the zero point follows. */
  private static final Map<String, Integer> SCALES =
      Map.ofEntries(
          Map.entry("QuantizeLinear", 1),
          Map.entry("QLinearConv", 6),
          Map.entry("QLinearMatMul", 6),
          Map.entry("QLinearAdd", 6),
          Map.entry("QLinearMul", 6),
          Map.entry("QLinearConcat", 0),
          Map.entry("QLinearAveragePool", 3),
          Map.entry("QLinearGlobalAveragePool", 3),
          Map.entry("QLinearLeakyRelu", 3),
          Map.entry("QLinearSigmoid", 3),
          Map.entry("QGemm", 7));

  /** Operations that pass 8-bit values on as they are. */
  private static final Set<String> PASSING =
      Set.of(
          "Concat", "DepthToSpace", "Gather", "MaxPool", "Relu", "Slice", "SpaceToDepth", "Split");

  static boolean isOf(OnnxJavaType type) {
    return type == OnnxJavaType.UINT8 || type == OnnxJavaType.INT8;
  }

  /** What a tensor's values stand for; null if that cannot be told, or follows from the image. */
  static @Nullable Quantisation of(OnnxGraph graph, String tensor) {
    OnnxNode node = graph.producer(tensor);
    while (node != null) {
      Integer place = SCALES.get(node.op());
      if (place != null) {
        String scale = node.input(place);
        String zeroPoint = node.input(place + 1);
        boolean isConstant =
            !scale.isEmpty() && !graph.dependsOnImage(scale) && !graph.dependsOnImage(zeroPoint);
        return isConstant ? new Quantisation(scale, zeroPoint) : null;
      }
      if (!PASSING.contains(node.op()) && !Operators.is(node, Trait.COPY)) {
        return null;
      }
      node = graph.producer(node.input(0));
    }
    return null;
  }

  /** An operation that turns the values into floats. */
  NodeProto dequantised(String tensor, String floats) {
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setOpType("DequantizeLinear")
            .setName(floats)
            .addInput(tensor)
            .addInput(scale)
            .addOutput(floats);
    if (!zeroPoint.isEmpty()) {
      node.addInput(zeroPoint);
    }
    return node.build();
  }
}
