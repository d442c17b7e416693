package org.netdissect.networks;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Operators.Trait;

/**
 * Which layer is meant when none is named: the last with rows and columns before the classifier.
 * The classifier is the last operation with weights on the way to the first output, unless its
 * output is part of the features: where it is added or joined to other maps, normalised, or where
 * maps come out behind an activation, the network is one without a classifier.
 */
final class DefaultLayer {
  /** Widths of hidden layers are multiples of this, numbers of classes seldom are. */
  private static final int USUAL_WIDTH = 32;

  /** What both sides above 1 count where layers are compared; weights before them count 1. */
  private static final int BOTH_SIDES = 2;

  private final OnnxGraph graph;
  private final Map<String, LayerTensor> layers;

  /** What the first output follows from, the output included. */
  private final Set<String> onTheWay = new HashSet<>();

  private final Set<String> learned;

  /**
   * @param layer the tensor's name
   * @param classifier the node before which it lies, or null if the network seems to have none
   * @param isPicture whether no weights come before it
   */
  record Choice(String layer, @Nullable OnnxNode classifier, boolean isPicture) {}

  private DefaultLayer(OnnxGraph graph, Map<String, LayerTensor> layers) {
    this.graph = graph;
    this.layers = layers;
    this.learned = learned(graph);
  }

  /** The choice; there must be a layer. */
  static Choice of(OnnxGraph graph, Map<String, LayerTensor> layers) {
    return new DefaultLayer(graph, layers).choose();
  }

  private Choice choose() {
    graph.outputs().stream()
        .filter(graph::dependsOnImage)
        .findFirst()
        .ifPresent(output -> onTheWay.addAll(before(Set.of(output))));
    OnnxNode last = lastWeighted();
    if (last != null && !isOfFeatures(last)) {
      String layer = lastOf(before(new HashSet<>(last.reads())));
      if (layer != null && (learned.contains(layer) || !hasLearnedLayer())) {
        return choice(layer, last);
      }
    }
    String layer = lastOf(onTheWay);
    layer = layer == null ? lastOf(layers.keySet(), 0) : layer;
    if (layer == null) {
      throw new IllegalArgumentException("no layer");
    }
    return choice(layer, null);
  }

  private Choice choice(String layer, @Nullable OnnxNode classifier) {
    return new Choice(layer, classifier, !learned.contains(layer));
  }

  /** The tensors given and all those of the image that they follow from. */
  private Set<String> before(Set<String> tensors) {
    Set<String> before = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(tensors);
    while (!open.isEmpty()) {
      String tensor = open.poll();
      OnnxNode node = graph.producer(tensor);
      if (graph.dependsOnImage(tensor) && before.add(tensor) && node != null) {
        open.addAll(node.reads());
      }
    }
    return before;
  }

  private @Nullable OnnxNode lastWeighted() {
    List<OnnxNode> nodes = graph.nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      if (isWeighted(graph, nodes.get(i))
          && nodes.get(i).outputs().stream().anyMatch(onTheWay::contains)) {
        return nodes.get(i);
      }
    }
    return null;
  }

  private static boolean isWeighted(OnnxGraph graph, OnnxNode node) {
    return Operators.is(node, Trait.WEIGHTED)
        && node.inputs().stream().anyMatch(graph::dependsOnImage)
        && node.inputs().stream().anyMatch(i -> !i.isEmpty() && !graph.dependsOnImage(i));
  }

  /** Tensors behind at least one operation with weights: all else is the image, prepared. */
  private static Set<String> learned(OnnxGraph graph) {
    Set<String> learned = new HashSet<>();
    for (OnnxNode node : graph.nodes()) {
      if (isWeighted(graph, node) || node.reads().stream().anyMatch(learned::contains)) {
        learned.addAll(node.outputs());
      }
    }
    return learned;
  }

  /** Whether what an operation with weights gives are features, not scores. */
  private boolean isOfFeatures(OnnxNode last) {
    Set<String> own = new HashSet<>(last.outputs());
    boolean isJoined = false;
    boolean isNormalised = false;
    boolean isActivated = false;
    boolean isSmooth = false;
    boolean endsInSoftmax = false;
    List<OnnxNode> nodes = graph.nodes();
    List<OnnxNode> behind = new ArrayList<>();
    for (OnnxNode node : nodes) {
      if (node.reads().stream().anyMatch(own::contains)
          && node.outputs().stream().anyMatch(onTheWay::contains)) {
        own.addAll(node.outputs());
        behind.add(node);
      }
    }
    boolean joinsOthers = false;
    for (OnnxNode node : behind) {
      boolean isOnMaps = hasBothSides(node.output());
      boolean hasOthers =
          node.inputs().stream().anyMatch(i -> graph.dependsOnImage(i) && !own.contains(i));
      joinsOthers |= isOnMaps && hasOthers;
      isJoined |= isOnMaps && hasOthers && !isSideBySide(node);
      isNormalised |= isOnMaps && Operators.is(node, Trait.NORMALISATION);
      isActivated |= isOnMaps && Operators.is(node, Trait.ACTIVATION) && !isSquashed(node);
      isSmooth |=
          isOnMaps
              && Operators.is(node, Trait.ACTIVATION)
              && !isSquashed(node)
              && !node.op().equals("Relu");
      endsInSoftmax |= node.op().equals("Softmax") || node.op().equals("LogSoftmax");
    }
    if (isJoined || isNormalised || (joinsOthers && isActivated)) {
      return true;
    }
    if (!isActivated || endsInSoftmax) {
      return false;
    }
    boolean givesMaps = graph.outputs().stream().anyMatch(o -> own.contains(o) && hasBothSides(o));
    LayerTensor scores = layers.get(last.output());
    boolean isOfUsualWidth = scores != null && scores.layer().channels() % USUAL_WIDTH == 0;
    return givesMaps || isSmooth || isWindow(last) || isOfUsualWidth;
  }

  private static boolean isSideBySide(OnnxNode node) {
    return node.op().equals("Concat") || node.op().equals("QLinearConcat");
  }

  /** Sigmoid and its like make probabilities of scores as well. */
  private static boolean isSquashed(OnnxNode node) {
    return Operators.is(node, Trait.BOUND) && !node.op().equals("Clip");
  }

  private boolean isWindow(OnnxNode node) {
    long[] kernel = node.integers("kernel_shape");
    return kernel != null && Arrays.stream(kernel).anyMatch(k -> k > 1);
  }

  /** The last layer with both sides above 1 among the tensors given; behind weights if any is. */
  private @Nullable String lastOf(Set<String> among) {
    return lastOf(among, BOTH_SIDES);
  }

  private @Nullable String lastOf(Set<String> among, int least) {
    String best = null;
    int merit = least;
    for (String name : layers.keySet()) {
      if (!among.contains(name)) {
        continue;
      }
      int here = (hasBothSides(name) ? BOTH_SIDES : 0) + (learned.contains(name) ? 1 : 0);
      if (here >= merit) {
        best = name;
        merit = here;
      }
    }
    return best == null ? null : original(best);
  }

  private boolean hasLearnedLayer() {
    return layers.keySet().stream().anyMatch(l -> learned.contains(l) && hasBothSides(l));
  }

  /** Walks back over copies to the tensor that was computed. */
  private String original(String tensor) {
    String here = tensor;
    while (true) {
      OnnxNode node = graph.producer(here);
      if (node == null
          || !Operators.is(node, Trait.COPY)
          || !hasBothSides(node.input(0))
          || !learned.contains(node.input(0))) {
        return here;
      }
      here = node.input(0);
    }
  }

  private boolean hasBothSides(String tensor) {
    LayerTensor found = layers.get(tensor);
    return found != null && found.layer().height() > 1 && found.layer().width() > 1;
  }
}
