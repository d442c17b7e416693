package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Operators.Trait;

/**
 * Shapes and types of the tensors inside a network, for one batch of the given input: asked from
 * ONNX Runtime, which need not see the large weights for that; what stays symbolic is found by one
 * forward pass on a blank image.
 */
final class Shapes {
  /** Longest operand (pads, axes, sizes) that is looked into. */
  private static final int LONGEST_OPERAND = 64;

  private final OnnxGraph graph;
  private final Map<String, long[]> dims = new HashMap<>();
  private final Map<String, OnnxJavaType> types = new HashMap<>();
  private final Map<String, double[]> operands = new HashMap<>();
  private final List<OnnxNode> custom = new ArrayList<>();

  private Shapes(OnnxGraph graph) {
    this.graph = graph;
  }

  /**
   * Asks for all shapes.
   *
   * @param operandNames small tensors whose values are needed as well, see {@link #operand}
   */
  static Shapes of(OnnxGraph graph, ImageInput input, Collection<String> operandNames)
      throws ModelException {
    Shapes shapes = new Shapes(graph);
    long[] one = input.dims(Math.max(1, input.batch()));
    shapes.dims.put(input.name(), one);
    shapes.types.put(input.name(), input.type());
    Set<String> tensors = new LinkedHashSet<>();
    for (OnnxNode node : graph.nodes()) {
      List<String> outputs =
          Operators.is(node, Trait.ONE_OUTPUT) ? List.of(node.output()) : node.outputs();
      for (String output : outputs) {
        if (graph.dependsOnImage(output)) {
          tensors.add(output);
        }
      }
    }
    if (tensors.isEmpty()) {
      return shapes;
    }
    tensors.addAll(computedKernels(graph));
    shapes.workOut();
    shapes.infer(tensors, one);
    shapes.requireSane(one[0]);
    Set<String> symbolic = new LinkedHashSet<>();
    for (String tensor : tensors) {
      long[] known = shapes.dims.get(tensor);
      if (shapes.types.containsKey(tensor)
          && (known == null || Arrays.stream(known).anyMatch(d -> d < 0))) {
        symbolic.add(tensor);
      }
    }
    Set<String> values = new LinkedHashSet<>();
    for (String operand : operandNames) {
      TensorProto constant = graph.constant(operand);
      double[] held = constant == null ? null : Operands.values(constant, LONGEST_OPERAND);
      if (held != null) {
        shapes.operands.put(operand, held);
      } else if (graph.producer(operand) != null) {
        values.add(operand);
      }
    }
    // The runtime's pools may drop a last cell that lies wholly in the padding, which inference
    // of shapes does not know.
    Set<String> doubtful = new LinkedHashSet<>();
    for (OnnxNode node : graph.nodes()) {
      if (node.integer("ceil_mode", 0) != 0 && shapes.types.containsKey(node.output())) {
        doubtful.add(node.output());
      }
    }
    if (!doubtful.isEmpty()) {
      Map<String, long[]> inferred = new HashMap<>(shapes.dims);
      shapes.runBlank(doubtful, Set.of(), input);
      if (doubtful.stream().anyMatch(t -> !Arrays.equals(inferred.get(t), shapes.dims.get(t)))) {
        symbolic.addAll(shapes.types.keySet());
        symbolic.remove(input.name());
      }
    }
    if (!symbolic.isEmpty() || !values.isEmpty()) {
      shapes.runBlank(symbolic, values, input);
    }
    return shapes;
  }

  /** Weights that tell the size of a kernel, and are computed: unpacked, scaled, turned. */
  private static List<String> computedKernels(OnnxGraph graph) {
    List<String> kernels = new ArrayList<>();
    for (OnnxNode node : graph.nodes()) {
      boolean isSliding = Operators.is(node, Trait.SPATIAL) && Operators.is(node, Trait.WEIGHTED);
      if (isSliding && node.integers("kernel_shape") == null) {
        String weights = Windows.weights(node);
        if (graph.constant(weights) == null && graph.producer(weights) != null) {
          kernels.add(weights);
        }
      }
    }
    return kernels;
  }

  /** A tensor's dimensions, or null where they cannot be told. */
  long @Nullable [] dims(String tensor) {
    long[] known = dims.get(tensor);
    if (known == null) {
      TensorProto constant = graph.constant(tensor);
      return constant == null
          ? null
          : constant.getDimsList().stream().mapToLong(Long::longValue).toArray();
    }
    return known;
  }

  /** A tensor's type, or null where it is no tensor. */
  @Nullable OnnxJavaType type(String tensor) {
    return types.get(tensor);
  }

  /** The values of a small operand such as pads or axes; null where it is absent or too long. */
  double @Nullable [] operand(String tensor) {
    return operands.get(tensor);
  }

  /** A file of some bytes may ask for results that no memory holds. */
  private void requireSane(long images) throws ModelException {
    for (Map.Entry<String, long[]> tensor : dims.entrySet()) {
      double values = 1;
      for (long dim : tensor.getValue()) {
        values *= Math.max(1, dim);
      }
      if (values / images > Integer.MAX_VALUE) {
        throw new ModelException(
            "%s: the tensor %s of %s is too large; nothing of that size can be computed."
                .formatted(
                    graph.file(),
                    tensor.getKey(),
                    Arrays.toString(tensor.getValue()).replace(", ", " × ")));
      }
    }
  }

  /** Applies the rules at hand, in the order of the graph. */
  private void workOut() {
    ShapeRules rules = new ShapeRules(graph, this::dims, this::type);
    for (OnnxNode node : graph.nodes()) {
      if (graph.dependsOnImage(node.output()) && isOneOutput(node)) {
        ShapeRules.Inferred inferred = rules.of(node);
        if (inferred != null) {
          dims.put(node.output(), inferred.dims());
          types.put(node.output(), inferred.type());
        }
      }
    }
  }

  private static boolean isOneOutput(OnnxNode node) {
    return node.outputs().size() == 1 || Operators.is(node, Trait.ONE_OUTPUT);
  }

  /** Asks the runtime for what is not worked out, giving it what is. */
  private void infer(Set<String> tensors, long[] one) throws ModelException {
    Set<String> asked = new LinkedHashSet<>(tensors);
    asked.removeAll(types.keySet());
    if (asked.isEmpty()) {
      return;
    }
    try {
      infer(question(asked, one).withoutWeights().build());
    } catch (OrtException e) {
      // Some operations insist on constant weights.
      try {
        infer(question(asked, one).build());
      } catch (OrtException real) {
        inferBeforeCustom(asked, one, real);
      }
    }
  }

  /** Asks again without what lies behind operators that ONNX Runtime does not have. */
  private void inferBeforeCustom(Set<String> asked, long[] one, OrtException refusal)
      throws ModelException {
    Set<String> behind = new HashSet<>();
    for (OnnxNode node : graph.nodes()) {
      boolean isBehind = node.reads().stream().anyMatch(behind::contains);
      if (node.isCustom() || isBehind) {
        behind.addAll(node.outputs());
      }
      if (node.isCustom()) {
        custom.add(node);
      }
    }
    Set<String> left = new LinkedHashSet<>(asked);
    left.removeAll(behind);
    if (custom.isEmpty()) {
      throw Sessions.refused(graph, refusal);
    }
    try {
      if (!left.isEmpty()) {
        infer(question(left, one).build());
      }
    } catch (OrtException e) {
      throw Sessions.refused(graph, e);
    }
    // What was worked out behind them cannot be computed either.
    dims.keySet().removeAll(behind);
    types.keySet().removeAll(behind);
  }

  /** Operators that ONNX Runtime does not have: nothing behind them is known. */
  List<OnnxNode> custom() {
    return custom;
  }

  private GraphEdit question(Set<String> asked, long[] one) {
    GraphEdit edit = GraphEdit.of(graph).outputs(asked).image(one);
    for (OnnxNode node : graph.nodes()) {
      String known = node.output();
      OnnxJavaType type = types.get(known);
      long[] size = dims.get(known);
      if (type != null
          && size != null
          && graph.consumers(known).stream()
              .anyMatch(reader -> reader.outputs().stream().anyMatch(asked::contains))) {
        edit.given(known, elementType(type), size);
      }
    }
    return edit;
  }

  private static int elementType(OnnxJavaType type) {
    return switch (type) {
      case FLOAT16 -> TensorProto.DataType.FLOAT16_VALUE;
      case DOUBLE -> TensorProto.DataType.DOUBLE_VALUE;
      case UINT8 -> TensorProto.DataType.UINT8_VALUE;
      case INT8 -> TensorProto.DataType.INT8_VALUE;
      default -> TensorProto.DataType.FLOAT_VALUE;
    };
  }

  private void infer(ModelProto cut) throws OrtException, ModelException {
    try (OrtSession session = Sessions.plain(graph, cut)) {
      for (NodeInfo output : session.getOutputInfo().values()) {
        if (output.getInfo() instanceof TensorInfo tensor) {
          types.put(output.getName(), tensor.type);
          dims.put(output.getName(), tensor.getShape());
        }
      }
    }
  }

  private void runBlank(Set<String> symbolic, Set<String> values, ImageInput input)
      throws ModelException {
    Set<String> asked = new LinkedHashSet<>(symbolic);
    asked.addAll(values);
    long[] one = input.dims(Math.max(1, input.batch()));
    long bytes = Math.multiplyExact(Arrays.stream(one).reduce(1, Math::multiplyExact), 4L);
    ByteBuffer blank =
        ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
    blank.limit(Math.toIntExact(bytes / 4 * input.type().size));
    try (OrtSession session =
            Sessions.plain(graph, GraphEdit.of(graph).outputs(asked).image(one).build());
        OnnxTensor image =
            OnnxTensor.createTensor(Natives.environment(), blank, one, input.type());
        OrtSession.Result result =
            session.run(
                session.getInputNames().contains(input.name())
                    ? Map.of(input.name(), image)
                    : Map.of())) {
      for (Map.Entry<String, OnnxValue> output : result) {
        if (output.getValue() instanceof OnnxTensor tensor) {
          if (symbolic.contains(output.getKey())) {
            dims.put(output.getKey(), tensor.getInfo().getShape());
          }
          if (values.contains(output.getKey())
              && tensor.getInfo().getNumElements() <= LONGEST_OPERAND) {
            operands.put(output.getKey(), Operands.values(tensor));
          }
        }
      }
    } catch (OrtException e) {
      throw new ModelException(
          "%s: ONNX Runtime cannot run it: %s".formatted(graph.file(), Natives.firstLine(e)), e);
    }
  }
}
