package org.netdissect.networks;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Operators.Trait;

/** Operations that cut values off, so that many share the largest: ReLU6 and its like. */
final class Bounds {
  private final OnnxGraph graph;

  Bounds(OnnxGraph graph) {
    this.graph = graph;
  }

  /** What a tensor was before it was cut off; null if it was not. */
  @Nullable String before(String tensor) {
    String here = tensor;
    boolean isBound = false;
    OnnxNode node = graph.producer(here);
    while (node != null && graph.dependsOnImage(node.input(0))) {
      String from = source(node);
      if (from == null) {
        break;
      }
      isBound |= cutsOff(node);
      here = from;
      node = graph.producer(here);
    }
    return isBound ? here : null;
  }

  private static boolean cutsOff(OnnxNode node) {
    return Operators.is(node, Trait.BOUND)
        || node.op().equals("Min")
        || node.op().equals("QuantizeLinear");
  }

  /** What an operation bounds, or null if it does more than that. */
  private @Nullable String source(OnnxNode node) {
    boolean isBound =
        Operators.is(node, Trait.BOUND)
            || node.op().equals("QuantizeLinear")
            || node.op().equals("DequantizeLinear")
            || node.op().equals("Relu");
    if (isBound) {
      return node.input(0);
    }
    if (!node.op().equals("Min") && !node.op().equals("Max")) {
      return null;
    }
    List<String> images = node.inputs().stream().filter(graph::dependsOnImage).toList();
    return images.size() == 1 ? images.get(0) : null;
  }
}
