package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Operators.Trait;

/**
 * An ONNX file as a graph: nodes in an order in which each comes after those it reads from, who
 * makes and who reads each tensor, and what follows from the image.
 */
final class OnnxGraph {
  private final ModelFile source;
  private final Path file;
  private final ModelProto model;
  private final List<OnnxNode> nodes;
  private final ValueInfoProto input;
  private final Map<String, TensorProto> initializers = new HashMap<>();
  private final Map<String, OnnxNode> producers = new HashMap<>();
  private final Map<String, List<OnnxNode>> consumers = new HashMap<>();
  private final Set<String> dependent = new HashSet<>();
  private final Map<String, Path> external;

  /** How the names of tensors begin that are no layers; null where there are none. */
  private final @Nullable String innerPrefix;

  private final boolean hasWeights;

  /** Whether the file is in bfloat16, which is computed in 32 bits. */
  private final boolean isWidened;

  private OnnxGraph(ModelFile source, boolean hasWeights) throws ModelException {
    this.source = source;
    this.isWidened = Bfloat16.isIn(source.model());
    this.innerPrefix = ConvertedModel.innerPrefix(source.model());
    this.hasWeights = hasWeights;
    this.file = source.file();
    this.model = isWidened ? Bfloat16.widened(source.model(), file) : source.model();
    GraphProto graph = model.getGraph();
    graph.getInitializerList().forEach(t -> initializers.put(t.getName(), t));
    graph
        .getSparseInitializerList()
        .forEach(t -> initializers.put(t.getValues().getName(), t.getValues()));
    this.nodes = NodeOrder.of(file, graph.getNodeList());
    for (OnnxNode node : nodes) {
      node.outputs().forEach(o -> producers.put(o, node));
      node.reads().forEach(r -> consumers.computeIfAbsent(r, k -> new ArrayList<>(2)).add(node));
    }
    this.input = singleInput(graph);
    dependent.add(input.getName());
    for (OnnxNode node : nodes) {
      if (!Operators.is(node, Trait.SHAPE_ONLY)
          && node.reads().stream().anyMatch(dependent::contains)) {
        dependent.addAll(node.outputs());
      }
    }
    dependent.remove("");
    List<TensorProto> tensors = new ArrayList<>(initializers.values());
    nodes.forEach(n -> tensors.addAll(OnnxNode.tensors(n.proto())));
    if (isWidened) {
      tensors.addAll(source.model().getGraph().getInitializerList());
    }
    this.external = ExternalWeights.check(file, tensors);
  }

  /**
   * Reads an ONNX file.
   *
   * @throws ModelException if it cannot be read, is no ONNX model, is truncated, has not exactly
   *     one input, or names weight files outside its folder
   */
  static OnnxGraph read(Path file) throws ModelException {
    return read(file, Map.of());
  }

  /**
   * Reads an ONNX file.
   *
   * @param given NumPy files for inputs other than the image, by name: constants from then on
   * @throws ModelException as {@link #read(Path)}, or if there is no such input or a file does not
   *     fit it
   */
  static OnnxGraph read(Path file, Map<String, Path> given) throws ModelException {
    ModelFile read = ModelFile.read(file);
    ModelFile source =
        new ModelFile(file, read.bytes(), LocalFunctions.inlined(read.model(), file));
    if (given.isEmpty()) {
      return new OnnxGraph(source, true);
    }
    ModelProto.Builder model = source.model().toBuilder();
    for (Map.Entry<String, Path> input : given.entrySet()) {
      TensorProto tensor = NpyTensor.read(input.getKey(), input.getValue());
      ValueInfoProto declared =
          source.model().getGraph().getInputList().stream()
              .filter(i -> i.getName().equals(input.getKey()))
              .findFirst()
              .orElseThrow(
                  () -> new ModelException(file + ": has no input " + input.getKey() + "."));
      requireFit(file, declared, tensor, input.getValue());
      model.getGraphBuilder().addInitializer(tensor);
    }
    return new OnnxGraph(new ModelFile(file, source.bytes(), model.build()), true);
  }

  /** Where a size is free, as of the batch, one is as good as another. */
  private static void requireFit(
      Path file, ValueInfoProto declared, TensorProto tensor, Path values) throws ModelException {
    TypeProto.Tensor type = declared.getType().getTensorType();
    boolean isFit =
        type.getElemType() == tensor.getDataType()
            && (!type.hasShape() || type.getShape().getDimCount() == tensor.getDimsCount());
    for (int i = 0; isFit && type.hasShape() && i < tensor.getDimsCount(); i++) {
      TensorShapeProto.Dimension dim = type.getShape().getDim(i);
      isFit = !dim.hasDimValue() || dim.getDimValue() == tensor.getDims(i);
    }
    if (!isFit) {
      throw new ModelException(
          "%s: %s is of another type or shape than the input %s takes."
              .formatted(file, values, declared.getName()));
    }
  }

  /** The graph of a model that was made of other files. */
  static OnnxGraph of(ConvertedModel converted) throws ModelException {
    OnnxGraph graph = new OnnxGraph(ModelFile.of(converted), converted.weights() != null);
    graph.external.putAll(converted.weightFiles());
    return graph;
  }

  /** The same graph with other weights. */
  OnnxGraph with(ModelProto changed) throws ModelException {
    return new OnnxGraph(new ModelFile(file, source.bytes(), changed), hasWeights);
  }

  Path file() {
    return file;
  }

  String fileName() {
    return String.valueOf(file.getFileName());
  }

  /** Of the whole file, in hexadecimal; half a second for 200 MB. */
  String sha256() {
    return source.sha256();
  }

  /** The file as it is. */
  ModelProto model() {
    return model;
  }

  /** Whether a tensor is a weight held in the file or beside it. */
  boolean isInitializer(String tensor) {
    return initializers.containsKey(tensor);
  }

  /** Nodes, each after those it reads from. */
  List<OnnxNode> nodes() {
    return nodes;
  }

  /** The one input that is no weight. */
  ValueInfoProto input() {
    return input;
  }

  /** Whether the tensor is a step inside a layer of the format that the model was made of. */
  boolean isInner(String tensor) {
    return innerPrefix != null && tensor.startsWith(innerPrefix);
  }

  /** Whether a name means exactly its tensor, as in the format that the model was made of. */
  boolean isLiteral() {
    return innerPrefix != null;
  }

  /** Whether the file is in bfloat16, which is computed in 32 bits. */
  boolean isWidened() {
    return isWidened;
  }

  /** False where only the layers are known, so that nothing can be run. */
  boolean hasWeights() {
    return hasWeights;
  }

  /** Names of the graph's outputs. */
  List<String> outputs() {
    return model.getGraph().getOutputList().stream().map(ValueInfoProto::getName).toList();
  }

  @Nullable OnnxNode producer(String tensor) {
    return producers.get(tensor);
  }

  /**
   * The node that makes a tensor which is neither input nor weight.
   *
   * @throws IllegalArgumentException if none does
   */
  OnnxNode maker(String tensor) {
    OnnxNode node = producer(tensor);
    if (node == null) {
      throw new IllegalArgumentException("made by no node: " + tensor);
    }
    return node;
  }

  List<OnnxNode> consumers(String tensor) {
    return consumers.getOrDefault(tensor, List.of());
  }

  /** Whether the tensor's values follow from the image. */
  boolean dependsOnImage(String tensor) {
    return dependent.contains(tensor);
  }

  /** A weight or constant held in the file, or null. */
  @Nullable TensorProto constant(String tensor) {
    TensorProto initializer = initializers.get(tensor);
    if (initializer != null) {
      return initializer;
    }
    OnnxNode node = producers.get(tensor);
    if (node == null || !node.op().equals("Constant")) {
      return null;
    }
    if (node.attribute("value") != null) {
      return node.attribute("value").getT();
    }
    TensorProto.Builder made = TensorProto.newBuilder();
    if (node.attribute("value_int") != null) {
      made.setDataType(TensorProto.DataType.INT64_VALUE);
      made.addInt64Data(node.integer("value_int", 0));
    } else if (node.attribute("value_ints") != null) {
      made.setDataType(TensorProto.DataType.INT64_VALUE);
      made.addDims(node.attribute("value_ints").getIntsCount());
      made.addAllInt64Data(node.attribute("value_ints").getIntsList());
    } else if (node.attribute("value_float") != null) {
      made.setDataType(TensorProto.DataType.FLOAT_VALUE);
      made.addFloatData(node.attribute("value_float").getF());
    } else if (node.attribute("value_floats") != null) {
      made.setDataType(TensorProto.DataType.FLOAT_VALUE);
      made.addDims(node.attribute("value_floats").getFloatsCount());
      made.addAllFloatData(node.attribute("value_floats").getFloatsList());
    } else {
      return null;
    }
    return made.build();
  }

  /**
   * A weight or constant that is known to be one.
   *
   * @throws IllegalArgumentException if it is none
   */
  TensorProto knownConstant(String tensor) {
    TensorProto constant = constant(tensor);
    if (constant == null) {
      throw new IllegalArgumentException("no constant: " + tensor);
    }
    return constant;
  }

  /** The weight files beside the model by the name the model uses, in the order of names. */
  Map<String, Path> externalFiles() {
    return Collections.unmodifiableMap(external);
  }

  /** The operators' version of the standard domain. */
  long opset() {
    return model.getOpsetImportList().stream()
        .filter(o -> o.getDomain().isEmpty() || o.getDomain().equals("ai.onnx"))
        .mapToLong(o -> o.getVersion())
        .findFirst()
        .orElse(1);
  }

  private ValueInfoProto singleInput(GraphProto graph) throws ModelException {
    List<ValueInfoProto> inputs =
        graph.getInputList().stream().filter(i -> !initializers.containsKey(i.getName())).toList();
    if (inputs.size() > 1) {
      // What nothing reads need not be fed.
      inputs = inputs.stream().filter(i -> !consumers(i.getName()).isEmpty()).toList();
    }
    if (inputs.size() == 1) {
      return inputs.get(0);
    }
    if (inputs.isEmpty()) {
      throw new ModelException(file + ": the model has no input.");
    }
    throw new ModelException(
        "%s: the model has %d inputs (%s); give all but the image with --input NAME=FILE.npy, one image only can go in."
            .formatted(
                file,
                inputs.size(),
                inputs.stream()
                    .limit(5)
                    .map(ValueInfoProto::getName)
                    .collect(Collectors.joining(", ", "", inputs.size() > 5 ? ", …" : ""))));
  }
}
