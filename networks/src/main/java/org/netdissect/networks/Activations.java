package org.netdissect.networks;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Operators.Trait;

/** Where a convolution's batch norm and activation end, however they are written. */
final class Activations {
  /** How many operations a decomposed activation may have. */
  private static final int LONGEST_GATE = 16;

  private final OnnxGraph graph;

  Activations(OnnxGraph graph) {
    this.graph = graph;
  }

  static boolean isConvolution(OnnxNode node) {
    return Operators.is(node, Trait.CONVOLUTION) || node.op().equals("ConvTranspose");
  }

  /** A convolution's output after batch norm and activation; the same tensor for anything else. */
  String end(String tensor) {
    OnnxNode node = graph.producer(tensor);
    if (node == null || !isConvolution(node) || !node.output().equals(tensor)) {
      return tensor;
    }
    String here = tensor;
    while (true) {
      String gated = gated(here);
      if (gated != null) {
        return gated;
      }
      OnnxNode next = onlyReader(here);
      next = next == null ? dequantiser(here) : next;
      if (next == null) {
        return here;
      }
      String op = next.op();
      if (Operators.is(op, Trait.ACTIVATION) || isConstantBound(next, here)) {
        return capped(next.output());
      }
      boolean goesOn = (isOnTheWay(op) && next.input(0).equals(here)) || isAffine(next, here);
      if (!goesOn) {
        return here;
      }
      here = next.output();
    }
  }

  /** Norms, copies, and the rounding of quantised files, in which the activation may be hidden. */
  private static boolean isOnTheWay(String op) {
    return (Operators.is(op, Trait.NORMALISATION) && Operators.is(op, Trait.SPATIAL))
        || op.equals("Identity")
        || op.equals("Cast")
        || op.equals("QuantizeLinear")
        || op.equals("DequantizeLinear");
  }

  /** ReLU6 may be written as two operations: behind an activation comes a bound. */
  private String capped(String activated) {
    OnnxNode next = onlyReader(activated);
    return next != null && (next.op().equals("Clip") || isConstantBound(next, activated))
        ? next.output()
        : activated;
  }

  private boolean isConstantBound(OnnxNode node, String tensor) {
    return Set.of("Max", "Min").contains(node.op())
        && node.inputs().stream().allMatch(i -> i.equals(tensor) || isConstant(i));
  }

  private boolean isAffine(OnnxNode node, String tensor) {
    return Operators.is(node, Trait.AFFINE)
        && node.inputs().size() == 2
        && !node.input(0).equals(node.input(1))
        && node.inputs().stream().allMatch(i -> i.equals(tensor) || isConstant(i));
  }

  private boolean isConstant(String tensor) {
    return !graph.dependsOnImage(tensor);
  }

  /** The first of several that all turn the same 8-bit values back into floats. */
  private @Nullable OnnxNode dequantiser(String tensor) {
    List<OnnxNode> readers = graph.consumers(tensor);
    boolean isSame = readers.stream().allMatch(r -> r.op().equals("DequantizeLinear"));
    return isSame && !readers.isEmpty() ? readers.get(0) : null;
  }

  private @Nullable OnnxNode onlyReader(String tensor) {
    List<OnnxNode> readers = graph.consumers(tensor);
    return readers.size() == 1 ? readers.get(0) : null;
  }

  /**
   * The end of an activation that is written as x · gate(x) or max(x, gate(x)), where the gate is a
   * chain of elementwise operations on x and constants: SiLU, hard swish, GELU, Mish, leaky ReLU.
   * Null if x goes elsewhere as well.
   */
  private @Nullable String gated(String x) {
    if (graph.consumers(x).size() < 2) {
      return null;
    }
    // Nodes that depend on x only, as far as they are elementwise.
    Set<OnnxNode> inside = new LinkedHashSet<>();
    Set<String> own = new HashSet<>(Set.of(x));
    ArrayDeque<String> open = new ArrayDeque<>(own);
    Set<OnnxNode> waiting = new LinkedHashSet<>();
    while (!open.isEmpty() && inside.size() < LONGEST_GATE) {
      waiting.addAll(graph.consumers(open.poll()));
      for (OnnxNode node : List.copyOf(waiting)) {
        if (Operators.is(node, Trait.GATE)
            && node.inputs().stream().allMatch(i -> own.contains(i) || isConstant(i))) {
          waiting.remove(node);
          if (inside.add(node)) {
            own.add(node.output());
            open.add(node.output());
          }
          if (isJoin(node, inside, x)) {
            return scaled(node.output());
          }
        }
      }
    }
    return null;
  }

  /** Whether all ways from x over the nodes inside end in this product or maximum. */
  private boolean isJoin(OnnxNode node, Set<OnnxNode> inside, String x) {
    if (!Set.of("Mul", "Max", "Div").contains(node.op())
        || node.inputs().stream().filter(graph::dependsOnImage).distinct().count() < 2) {
      return false;
    }
    if (!inside.containsAll(graph.consumers(x))) {
      return false;
    }
    for (OnnxNode inner : inside) {
      if (inner != node && !inside.containsAll(graph.consumers(inner.output()))) {
        return false;
      }
      if (inner != node && graph.consumers(inner.output()).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Hard swish may end in a division by 6, GELU in a product with one half. */
  private String scaled(String product) {
    OnnxNode next = onlyReader(product);
    return next != null
            && Set.of("Mul", "Div").contains(next.op())
            && isAffine(next, product)
            && next.inputs().stream().allMatch(i -> i.equals(product) || isScalar(i))
        ? next.output()
        : product;
  }

  private boolean isScalar(String tensor) {
    var constant = graph.constant(tensor);
    return constant != null && constant.getDimsList().stream().allMatch(d -> d == 1);
  }
}
