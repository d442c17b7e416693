package org.netdissect.networks;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What names of layers mean. */
final class LayerNames {
  private static final String LITERAL = "tensor:";

  private final OnnxGraph graph;
  private final Set<String> layers;
  private final Activations activations;

  /** Nodes by name; where several have one, a convolution, otherwise the first. */
  private final Map<String, OnnxNode> nodes = new HashMap<>();

  LayerNames(OnnxGraph graph, Set<String> layers) {
    this.graph = graph;
    this.layers = layers;
    this.activations = new Activations(graph);
    for (OnnxNode node : graph.nodes()) {
      if (Activations.isConvolution(node)) {
        nodes.put(node.name(), node);
      } else {
        nodes.putIfAbsent(node.name(), node);
      }
    }
  }

  /** A convolution's output after batch norm and activation; the same tensor for anything else. */
  String afterActivation(String tensor) {
    return activations.end(tensor);
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
      OnnxNode node = graph.maker(layer);
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
  private @Nullable String exact(String name) {
    if (graph.isLiteral() && layers.contains(name)) {
      return name;
    }
    OnnxNode named = nodes.get(name);
    if (named != null && Activations.isConvolution(named)) {
      String end = activations.end(named.output());
      if (layers.contains(end)) {
        return end;
      }
    }
    if (layers.contains(name)) {
      String end = activations.end(name);
      return layers.contains(end) ? end : name;
    }
    if (named != null) {
      return named.outputs().stream().filter(layers::contains).findFirst().orElse(null);
    }
    return null;
  }

  private ModelException unknown(String name, boolean withNodes) {
    OnnxNode branching = branchingAround(name);
    if (branching != null) {
      return new ModelException(
          "%s: %s lies inside %s (%s), which runs only at times; the nearest layer before it is %s."
              .formatted(
                  graph.file(), name, branching.name(), branching.op(), lastBefore(branching)));
    }
    OnnxNode node = graph.producer(name);
    if (node == null) {
      node = nodes.get(name);
    }
    Set<String> names = new LinkedHashSet<>(layers);
    if (withNodes) {
      layers.forEach(l -> names.add(graph.maker(l).name()));
    }
    String nearest = String.join(", ", NearestNames.of(name, names));
    return new ModelException(
        node == null
            ? "%s: no layer is called \"%s\"; the nearest names are %s."
                .formatted(graph.file(), name, nearest)
            : "%s: %s (%s) is no layer with height and width of float values; the nearest names are %s."
                .formatted(graph.file(), name, node.op(), nearest));
  }

  /** The If, Loop or Scan inside which something of that name is computed, or null. */
  private @Nullable OnnxNode branchingAround(String name) {
    for (OnnxNode node : graph.nodes()) {
      if (node.hasSubgraphs() && node.inner().contains(name)) {
        return node;
      }
    }
    return null;
  }

  /** The last layer that a node follows from, or "none". */
  private String lastBefore(OnnxNode node) {
    Set<String> before = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(node.reads());
    while (!open.isEmpty()) {
      String tensor = open.poll();
      OnnxNode maker = graph.producer(tensor);
      if (before.add(tensor) && maker != null) {
        open.addAll(maker.reads());
      }
    }
    String last = "none";
    for (String layer : layers) {
      last = before.contains(layer) ? layer : last;
    }
    return last;
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
