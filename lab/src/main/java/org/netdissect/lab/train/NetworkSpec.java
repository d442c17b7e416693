package org.netdissect.lab.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A network as a graph without loops: what both the trainer and the ONNX writer build from. Input
 * is N × 3 × size × size, normalised RGB.
 *
 * @param size pixels a side of the input
 * @param nodes in an order in which each comes after those it takes from
 * @param outputs names of the nodes whose values the network gives, in the order of the task's
 *     losses
 */
public record NetworkSpec(int size, List<Node> nodes, List<String> outputs) {
  /** Name of the network's input. */
  public static final String INPUT = "image";

  /**
   * Checks that every node takes from what stands before it.
   *
   * @throws IllegalArgumentException otherwise, or when two nodes share a name
   */
  public NetworkSpec {
    nodes = List.copyOf(nodes);
    outputs = List.copyOf(outputs);
    Set<String> known = new HashSet<>(Set.of(INPUT));
    for (Node node : nodes) {
      if (!known.containsAll(node.from())) {
        throw new IllegalArgumentException(
            node.step().name() + " takes from " + node.from() + ", of which one is unknown");
      }
      if (!known.add(node.step().name())) {
        throw new IllegalArgumentException("two steps are called " + node.step().name());
      }
    }
    if (outputs.isEmpty() || !known.containsAll(outputs)) {
      throw new IllegalArgumentException("outputs " + outputs + " are not all there");
    }
  }

  /** A step and the names of the steps whose values it takes. */
  public record Node(Step step, List<String> from) {
    public Node {
      from = List.copyOf(from);
    }
  }

  /** One layer. Its name names the ONNX node and the node's output. */
  public sealed interface Step {
    String name();
  }

  /** A convolution with square kernel and bias. */
  public record Conv(String name, int in, int out, int kernel, int stride, int pad)
      implements Step {}

  /**
   * A mix of channels that training does not change: out × in weights and out offsets. What a task
   * shows the network of a photograph, as its brightness alone.
   */
  public record Mix(String name, List<List<Float>> weights, List<Float> offsets) implements Step {
    public Mix {
      weights = weights.stream().map(List::copyOf).toList();
      offsets = List.copyOf(offsets);
    }

    int in() {
      return weights.get(0).size();
    }

    int out() {
      return weights.size();
    }
  }

  /** Batch normalisation, epsilon 1e-5. */
  public record Norm(String name, int channels) implements Step {}

  /** max(x, 0). */
  public record Relu(String name) implements Step {}

  /** Maximum pooling, square. */
  public record MaxPool(String name, int kernel, int stride, int pad) implements Step {}

  /** Dropout in training; nothing in the ONNX file. */
  public record Dropout(String name, double rate) implements Step {}

  /** Mean over all places. */
  public record GlobalMean(String name) implements Step {}

  /** All values of an image in a row: channels, then rows, then columns. */
  public record Flatten(String name) implements Step {}

  /** Channels of several inputs, one after the other. */
  public record Concat(String name) implements Step {}

  /** Sum of two inputs of equal shape. */
  public record Add(String name) implements Step {}

  /**
   * Rows or maps of the same sample joined: N·views × n × … becomes N × views·n × …. Has no place
   * in an ONNX file, whose input is one image.
   */
  public record Join(String name, int views) implements Step {}

  /**
   * How well the maps of each view go with those of each later one, shifted: N·views × n × h × w
   * becomes N × pairs·(2·reach + 1)² × h × w, the means over channels of the products of values
   * less their channel's mean over the map (Dosovitskiy et al. 2015, FlowNet). No place in an ONNX
   * file.
   *
   * @param reach shifts up to so many places, each way
   */
  public record Correlate(String name, int views, int reach) implements Step {
    int channels() {
      return views * (views - 1) / 2 * (2 * reach + 1) * (2 * reach + 1);
    }
  }

  /** A fully connected layer. */
  public record Linear(String name, int in, int out) implements Step {}

  /** Builds a graph step by step; each step takes from the one before unless told otherwise. */
  public static final class Builder {
    private final List<Node> nodes = new ArrayList<>();
    private String last = INPUT;

    /** An empty graph. */
    public Builder() {}

    /** Goes on from a graph. */
    public Builder(NetworkSpec begun) {
      nodes.addAll(begun.nodes());
      last = begun.outputs().get(0);
    }

    /** Adds a step behind the last one. */
    public Builder add(Step step) {
      return add(step, last);
    }

    /** Adds a step that takes from these. */
    public Builder add(Step step, String... from) {
      nodes.add(new Node(step, List.of(from)));
      last = step.name();
      return this;
    }

    /** Goes on from that step, or from the input. */
    public Builder from(String name) {
      last = name;
      return this;
    }

    /** Name of the step that the next one takes from. */
    public String last() {
      return last;
    }

    /** The graph; its output is the last step. */
    public NetworkSpec build(int size) {
      return new NetworkSpec(size, nodes, List.of(last));
    }

    /** The graph with several outputs. */
    public NetworkSpec build(int size, List<String> outputs) {
      return new NetworkSpec(size, nodes, outputs);
    }
  }

  /** Steps one after the other. */
  public static NetworkSpec sequence(int size, List<Step> steps) {
    Builder to = new Builder();
    steps.forEach(to::add);
    return to.build(size);
  }

  /** The steps in order. */
  public List<Step> steps() {
    return nodes.stream().map(Node::step).toList();
  }

  /** Width of the network's only output, where that is a classifier's. */
  public int classes() {
    for (Node node : nodes) {
      if (node.step().name().equals(outputs.get(0)) && node.step() instanceof Linear linear) {
        return linear.out();
      }
    }
    throw new IllegalStateException("the network has no classifier");
  }

  /** Channels of a step's values and their places a side; 1 behind a mean over all places. */
  record Maps(int channels, int side) {}

  /**
   * The shape of every step's values for one image, by name, the input's included.
   *
   * @throws IllegalArgumentException when a step would leave no place
   */
  Map<String, Maps> maps() {
    Map<String, Maps> maps = new HashMap<>(Map.of(INPUT, new Maps(3, size)));
    for (Node node : nodes) {
      Maps from = Objects.requireNonNull(maps.get(node.from().get(0)));
      Step step = node.step();
      Maps to = from;
      if (step instanceof Conv conv) {
        to = new Maps(conv.out(), places(from.side(), conv.kernel(), conv.stride(), conv.pad()));
      } else if (step instanceof MaxPool pool) {
        to =
            new Maps(
                from.channels(), places(from.side(), pool.kernel(), pool.stride(), pool.pad()));
      } else if (step instanceof Mix mix) {
        to = new Maps(mix.out(), from.side());
      } else if (step instanceof GlobalMean) {
        to = new Maps(from.channels(), 1);
      } else if (step instanceof Flatten) {
        to = new Maps(from.channels() * from.side() * from.side(), 1);
      } else if (step instanceof Join join) {
        to = new Maps(from.channels() * join.views(), from.side());
      } else if (step instanceof Correlate correlate) {
        to = new Maps(correlate.channels(), from.side());
      } else if (step instanceof Linear linear) {
        to = new Maps(linear.out(), 1);
      } else if (step instanceof Concat) {
        int channels =
            node.from().stream()
                .mapToInt(name -> Objects.requireNonNull(maps.get(name)).channels())
                .sum();
        to = new Maps(channels, from.side());
      }
      if (to.side() < 1) {
        throw new IllegalArgumentException(
            "pictures of %d pixels are too small for so deep a network: nothing is left behind %s"
                .formatted(size, step.name()));
      }
      maps.put(step.name(), to);
    }
    return maps;
  }

  private static int places(int side, int kernel, int stride, int pad) {
    return Math.floorDiv(side + 2 * pad - kernel, stride) + 1;
  }

  /** The shape of the first output. */
  Maps output() {
    return Objects.requireNonNull(maps().get(outputs.get(0)));
  }

  /** Only what that step needs, with it as output. */
  public NetworkSpec upTo(String output) {
    Set<String> needed = new LinkedHashSet<>(Set.of(output));
    List<Node> kept = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      if (needed.contains(node.step().name())) {
        needed.addAll(node.from());
        kept.add(0, node);
      }
    }
    return new NetworkSpec(size, kept, List.of(output));
  }
}
