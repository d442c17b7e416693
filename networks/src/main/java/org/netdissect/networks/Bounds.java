package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Operators.Trait;

/**
 * Operations that cut values off, so that many share the largest: ReLU6 and its like. Values that
 * are equal stay so in a pooling, a copy, a scaling or a concatenation behind them.
 */
final class Bounds {
  /** So deep are concatenations of concatenations looked into. */
  private static final int DEEPEST = 4;

  /** More tensors than these are no answer to "which instead?". */
  private static final int MOST = 8;

  /** From here on a bound bounds nothing: it stands for "none" in files. */
  private static final double ENDLESS = 1e30;

  /** Operators that only choose among values or move them, besides copies. */
  private static final Set<String> MOVING =
      Set.of("DepthToSpace", "Gather", "Pad", "Slice", "SpaceToDepth", "Split");

  private final OnnxGraph graph;

  Bounds(OnnxGraph graph) {
    this.graph = graph;
  }

  /**
   * What was followed back from a tensor.
   *
   * @param unbound the tensor before the first bound on the way to it; null if there is none
   * @param end where the way begins
   */
  private record Way(@Nullable String unbound, String end) {}

  /**
   * What a tensor was before it was cut off: mostly one tensor; several where it is joined of them,
   * of which at least one is cut off. Empty if it was not.
   */
  List<String> before(String tensor) {
    Set<String> found = new LinkedHashSet<>();
    boolean isBound = collect(tensor, 0, found, new HashSet<>());
    return isBound ? new ArrayList<>(found) : List.of();
  }

  /** Adds what a tensor was before; returns whether it was cut off. */
  private boolean collect(String tensor, int depth, Set<String> found, Set<String> seen) {
    if (!seen.add(tensor)) {
      return false;
    }
    Way way = back(tensor);
    OnnxNode end = graph.producer(way.end());
    if (end != null && isSideBySide(end) && depth < DEEPEST) {
      Set<String> parts = new LinkedHashSet<>();
      boolean isBound = false;
      for (String part : end.inputs()) {
        isBound |= graph.dependsOnImage(part) && collect(part, depth + 1, parts, seen);
      }
      if (isBound && parts.size() <= MOST) {
        found.addAll(parts);
        return true;
      }
    }
    found.add(way.unbound() == null ? tensor : way.unbound());
    return way.unbound() != null;
  }

  private static boolean isSideBySide(OnnxNode node) {
    return node.op().equals("Concat") || node.op().equals("QLinearConcat");
  }

  /** Follows a tensor back as long as equal values came of equal values. */
  private Way back(String tensor) {
    String unbound = null;
    String here = tensor;
    OnnxNode node = graph.producer(here);
    while (node != null) {
      String from = source(node);
      if (from == null) {
        break;
      }
      if (cutsOff(node) || (here.equals(unbound) && isFloor(node))) {
        unbound = from;
      }
      here = from;
      node = graph.producer(here);
    }
    return new Way(unbound, here);
  }

  private boolean cutsOff(OnnxNode node) {
    if (node.op().equals("Clip")) {
      return hasCeiling(node);
    }
    return Operators.is(node, Trait.BOUND)
        || node.op().equals("Min")
        || node.op().equals("QuantizeLinear");
  }

  /** What belongs to a bound right behind it: the lower half of ReLU6. */
  private boolean isFloor(OnnxNode node) {
    return Set.of("Relu", "Max", "Clip").contains(node.op());
  }

  /** Whether a Clip has an upper end, which was an attribute before version 11. */
  private boolean hasCeiling(OnnxNode node) {
    if (graph.opset() < 11) {
      return node.real("max", ENDLESS) < ENDLESS;
    }
    if (node.input(2).isEmpty()) {
      return false;
    }
    TensorProto constant = graph.constant(node.input(2));
    double[] held = constant == null ? null : Operands.values(constant, 1);
    return held == null || held.length == 0 || held[0] < ENDLESS;
  }

  /**
   * What an operation reads of the image, if it gives equal values for equal ones; null if it does
   * more than that.
   */
  private @Nullable String source(OnnxNode node) {
    if (!keepsEqual(node)) {
      return null;
    }
    List<String> images = node.inputs().stream().filter(graph::dependsOnImage).toList();
    return images.size() == 1 ? images.get(0) : null;
  }

  private static boolean keepsEqual(OnnxNode node) {
    String op = node.op();
    return Operators.is(op, Trait.ACTIVATION)
        || Operators.is(op, Trait.AFFINE)
        || Operators.is(op, Trait.COPY)
        || Operators.is(op, Trait.POOL)
        || Operators.is(op, Trait.RESIZE)
        || MOVING.contains(op)
        || op.equals("BatchNormalization")
        || op.equals("Max")
        || op.equals("Min")
        || op.equals("QuantizeLinear")
        || op.equals("DequantizeLinear");
  }
}
