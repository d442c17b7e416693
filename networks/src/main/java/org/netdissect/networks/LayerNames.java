package org.netdissect.networks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.netdissect.networks.Network.LayerTensor;

/** What names of layers mean, and which layer is meant when none is named. */
final class LayerNames {
  private static final String LITERAL = "tensor:";

  private static final Set<String> CONVOLUTIONS =
      Set.of("Conv", "ConvTranspose", "FusedConv", "DeformConv");

  private static final Set<String> NORMALISATIONS =
      Set.of("BatchNormalization", "InstanceNormalization", "GroupNormalization");

  /** Operations that apply constants per channel: a bias or a folded normalisation. */
  private static final Set<String> AFFINE = Set.of("Mul", "Add", "Sub", "Div");

  private static final Set<String> ACTIVATIONS =
      Set.of(
          "Celu",
          "Clip",
          "Elu",
          "FastGelu",
          "Gelu",
          "HardSigmoid",
          "HardSwish",
          "LeakyRelu",
          "Mish",
          "PRelu",
          "QuickGelu",
          "Relu",
          "Selu",
          "Sigmoid",
          "Softplus",
          "Softsign",
          "Swish",
          "Tanh",
          "ThresholdedRelu");

  /** What the gate of a decomposed activation, x · gate(x), may be made of. */
  private static final Set<String> GATE =
      Set.of(
          "Add",
          "Clip",
          "Div",
          "Erf",
          "Exp",
          "HardSigmoid",
          "Log",
          "Max",
          "Min",
          "Mul",
          "Neg",
          "Pow",
          "Relu",
          "Sigmoid",
          "Softplus",
          "Sub",
          "Tanh");

  private static final Set<String> COPIES =
      Set.of(
          "Identity", "Dropout", "Flatten", "Reshape", "Transpose", "Cast", "Squeeze", "Unsqueeze");

  private static final Set<String> WEIGHTED =
      Set.of(
          "Conv",
          "ConvTranspose",
          "FusedConv",
          "Gemm",
          "FusedGemm",
          "MatMul",
          "FusedMatMul",
          "ConvInteger",
          "MatMulInteger",
          "QLinearConv",
          "QLinearMatMul",
          "QGemm");

  private final OnnxGraph graph;
  private final Set<String> layers;

  LayerNames(OnnxGraph graph, Set<String> layers) {
    this.graph = graph;
    this.layers = layers;
  }

  /** Tensors of the layers that a specification means, in the order of the graph. */
  List<String> resolve(String spec) throws ModelException {
    if (spec.startsWith(LITERAL)) {
      String tensor = spec.substring(LITERAL.length());
      if (!layers.contains(tensor)) {
        throw unknown(tensor, false);
      }
      return List.of(tensor);
    }
    String exact = exact(spec);
    if (exact != null) {
      return List.of(exact);
    }
    if (spec.indexOf('*') < 0 && spec.indexOf('?') < 0) {
      throw unknown(spec, true);
    }
    Pattern glob = glob(spec);
    Set<String> found = new LinkedHashSet<>();
    for (String layer : layers) {
      OnnxNode node = graph.producer(layer);
      for (String name : List.of(layer, node.name())) {
        if (glob.matcher(name).matches()) {
          String meant = exact(name);
          found.add(meant == null ? layer : meant);
        }
      }
    }
    if (found.isEmpty()) {
      throw unknown(spec, true);
    }
    return layers.stream().filter(found::contains).toList();
  }

  /** The layer that one exact name means, or null. */
  private String exact(String name) {
    if (graph.isLiteral() && layers.contains(name)) {
      return name;
    }
    OnnxNode named = null;
    for (OnnxNode node : graph.nodes()) {
      if (node.name().equals(name) && (named == null || isConvolution(node))) {
        named = node;
      }
    }
    if (named != null && isConvolution(named)) {
      String end = afterActivation(named.output());
      if (layers.contains(end)) {
        return end;
      }
    }
    if (layers.contains(name)) {
      String end = afterActivation(name);
      return layers.contains(end) ? end : name;
    }
    if (named != null) {
      return named.outputs().stream().filter(layers::contains).findFirst().orElse(null);
    }
    return null;
  }

  private static boolean isConvolution(OnnxNode node) {
    return CONVOLUTIONS.contains(node.op());
  }

  /** A convolution's output after batch norm and activation; the same tensor for anything else. */
  String afterActivation(String tensor) {
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
      if (next == null) {
        return here;
      }
      String op = next.op();
      if (ACTIVATIONS.contains(op) || isConstantBound(next, here)) {
        return capped(next.output());
      }
      boolean isOnTheWay =
          (NORMALISATIONS.contains(op) && next.input(0).equals(here))
              || op.equals("Identity")
              || op.equals("Cast")
              || isAffine(next, here);
      if (!isOnTheWay) {
        return here;
      }
      here = next.output();
    }
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
    return AFFINE.contains(node.op())
        && node.inputs().size() == 2
        && !node.input(0).equals(node.input(1))
        && node.inputs().stream().allMatch(i -> i.equals(tensor) || isConstant(i));
  }

  private boolean isConstant(String tensor) {
    return !graph.dependsOnImage(tensor);
  }

  private OnnxNode onlyReader(String tensor) {
    List<OnnxNode> readers = graph.consumers(tensor);
    return readers.size() == 1 ? readers.get(0) : null;
  }

  /**
   * The end of an activation that is written as x · gate(x) or max(x, gate(x)), where the gate is a
   * chain of elementwise operations on x and constants: SiLU, hard swish, GELU, Mish, leaky ReLU.
   * Null if x goes elsewhere as well.
   */
  private String gated(String x) {
    if (graph.consumers(x).size() < 2) {
      return null;
    }
    // Nodes that depend on x only, as far as they are elementwise.
    Set<OnnxNode> inside = new LinkedHashSet<>();
    Set<String> own = new HashSet<>(Set.of(x));
    ArrayDeque<String> open = new ArrayDeque<>(own);
    Set<OnnxNode> waiting = new LinkedHashSet<>();
    while (!open.isEmpty() && inside.size() < 16) {
      waiting.addAll(graph.consumers(open.poll()));
      for (OnnxNode node : List.copyOf(waiting)) {
        if (GATE.contains(node.op())
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

  /** The layer to dissect when none is named. */
  String defaultLayer(Map<String, LayerTensor> all) {
    List<OnnxNode> nodes = graph.nodes();
    Set<String> wanted = new HashSet<>();
    graph.outputs().stream().filter(graph::dependsOnImage).findFirst().ifPresent(wanted::add);
    OnnxNode classifier = null;
    for (int i = nodes.size() - 1; i >= 0 && classifier == null; i--) {
      OnnxNode node = nodes.get(i);
      if (node.outputs().stream().anyMatch(wanted::contains)) {
        if (isWeighted(node)) {
          classifier = node;
        } else {
          node.reads().stream().filter(graph::dependsOnImage).forEach(wanted::add);
        }
      }
    }
    if (classifier != null) {
      Set<String> before = new HashSet<>();
      classifier.reads().stream().filter(graph::dependsOnImage).forEach(before::add);
      for (int i = nodes.size() - 1; i >= 0; i--) {
        OnnxNode node = nodes.get(i);
        if (node.outputs().stream().noneMatch(before::contains)) {
          continue;
        }
        for (String output : node.outputs()) {
          if (before.contains(output) && hasBothSides(all.get(output))) {
            return original(output, all);
          }
        }
        node.reads().stream().filter(graph::dependsOnImage).forEach(before::add);
      }
    }
    List<String> names = new ArrayList<>(all.keySet());
    for (int i = names.size() - 1; i >= 0; i--) {
      if (hasBothSides(all.get(names.get(i)))) {
        return original(names.get(i), all);
      }
    }
    return names.get(names.size() - 1);
  }

  private boolean isWeighted(OnnxNode node) {
    return WEIGHTED.contains(node.op())
        && node.inputs().stream().anyMatch(graph::dependsOnImage)
        && node.inputs().stream().anyMatch(i -> !i.isEmpty() && isConstant(i));
  }

  /** Walks back over copies to the tensor that was computed. */
  private String original(String tensor, Map<String, LayerTensor> all) {
    String here = tensor;
    while (true) {
      OnnxNode node = graph.producer(here);
      if (node == null || !COPIES.contains(node.op()) || !hasBothSides(all.get(node.input(0)))) {
        return here;
      }
      here = node.input(0);
    }
  }

  private static boolean hasBothSides(LayerTensor tensor) {
    return tensor != null && tensor.layer().height() > 1 && tensor.layer().width() > 1;
  }

  private ModelException unknown(String name, boolean withNodes) {
    OnnxNode node = graph.producer(name);
    if (node == null) {
      node = graph.nodes().stream().filter(n -> n.name().equals(name)).findFirst().orElse(null);
    }
    Set<String> names = new LinkedHashSet<>(layers);
    if (withNodes) {
      layers.forEach(l -> names.add(graph.producer(l).name()));
    }
    String nearest = String.join(", ", Network.nearest(name, names));
    return new ModelException(
        node == null
            ? "%s: no layer is called \"%s\"; the nearest names are %s."
                .formatted(graph.file(), name, nearest)
            : "%s: %s (%s) is no layer with height and width of float values; the nearest names are %s."
                .formatted(graph.file(), name, node.op(), nearest));
  }

  private static Pattern glob(String spec) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < spec.length(); i++) {
      char c = spec.charAt(i);
      regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
