package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An ONNX file as a graph: nodes in an order in which each comes after those it reads from, who
 * makes and who reads each tensor, and copies of the graph cut to what is asked for.
 *
 * <p>Weights stay in the mapped file: they are on the heap only where the file holds them in typed
 * fields instead of raw bytes.
 */
final class OnnxGraph {
  /** What a large weight is: only smaller tensors can matter for shapes. */
  private static final int LARGE = 1 << 14;

  private static final Set<String> SHAPE_ONLY = Set.of("Shape", "Size");

  private final Path file;
  private final ByteBuffer bytes;
  private final ModelProto model;
  private final List<OnnxNode> nodes;
  private final ValueInfoProto input;
  private final Map<String, TensorProto> initializers = new HashMap<>();
  private final Map<String, OnnxNode> producers = new HashMap<>();
  private final Map<String, List<OnnxNode>> consumers = new HashMap<>();
  private final Set<String> dependent = new HashSet<>();
  private final Map<String, Path> external = new TreeMap<>();

  /** How the names of tensors begin that are no layers; null where there are none. */
  private final String innerPrefix;

  private final boolean hasWeights;

  private OnnxGraph(Path file, ByteBuffer bytes, ModelProto model, boolean hasWeights)
      throws ModelException {
    this.innerPrefix = ConvertedModel.innerPrefix(model);
    this.hasWeights = hasWeights;
    this.file = file;
    this.bytes = bytes;
    this.model = model;
    GraphProto graph = model.getGraph();
    graph.getInitializerList().forEach(t -> initializers.put(t.getName(), t));
    graph
        .getSparseInitializerList()
        .forEach(t -> initializers.put(t.getValues().getName(), t.getValues()));
    this.nodes = sorted(named(graph.getNodeList()));
    for (OnnxNode node : nodes) {
      node.outputs().forEach(o -> producers.put(o, node));
      node.reads().forEach(r -> consumers.computeIfAbsent(r, k -> new ArrayList<>()).add(node));
    }
    this.input = singleInput(graph);
    dependent.add(input.getName());
    for (OnnxNode node : nodes) {
      if (!SHAPE_ONLY.contains(node.op()) && !Collections.disjoint(node.reads(), dependent)) {
        dependent.addAll(node.outputs());
      }
    }
    dependent.remove("");
    checkExternalWeights();
  }

  /**
   * Reads an ONNX file.
   *
   * @throws ModelException if it cannot be read, is no ONNX model, is truncated, has not exactly
   *     one input, or names weight files outside its folder
   */
  static OnnxGraph read(Path file) throws ModelException {
    ByteBuffer bytes;
    try {
      if (Files.isDirectory(file)) {
        throw FileKind.of(file) == FileKind.FOLDER
            ? new ModelException(file + ": is a folder, not an ONNX file.")
            : noOnnx(file, "", null);
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        long size = channel.size();
        if (size == 0) {
          throw new ModelException(file + ": the file is empty.");
        }
        if (size > Integer.MAX_VALUE) {
          throw noOnnx(
              file, "larger than 2 GB; ONNX keeps such weights in files beside the model", null);
        }
        bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
      }
    } catch (NoSuchFileException e) {
      throw new ModelException(file + ": no such file.", e);
    } catch (ModelException e) {
      throw e;
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
    ModelProto model;
    try {
      // A wrapped buffer counts as immutable, so that weights stay views of the mapped file.
      CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes.duplicate()).newCodedInput();
      in.enableAliasing(true);
      model = ModelProto.parseFrom(in);
    } catch (InvalidProtocolBufferException e) {
      throw noOnnx(file, "is no ONNX model, or is truncated", e);
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (!model.hasGraph() || model.getGraph().getNodeCount() == 0) {
      throw noOnnx(file, "is no ONNX model: it holds no graph", null);
    }
    return new OnnxGraph(file, bytes, model, true);
  }

  /** The graph of a model that was made of other files. */
  static OnnxGraph of(ConvertedModel converted) throws ModelException {
    try {
      ByteBuffer text = ByteBuffer.wrap(Files.readAllBytes(converted.file()));
      OnnxGraph graph =
          new OnnxGraph(converted.file(), text, converted.model(), converted.weights() != null);
      graph.external.putAll(converted.weightFiles());
      return graph;
    } catch (ModelException e) {
      throw e;
    } catch (IOException e) {
      throw new ModelException(converted.file() + ": cannot be read: " + e.getMessage(), e);
    }
  }

  Path file() {
    return file;
  }

  String fileName() {
    return String.valueOf(file.getFileName());
  }

  /** Of the whole file, in hexadecimal; half a second for 200 MB. */
  String sha256() {
    return sha256(bytes.duplicate());
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

  /** False where only the layers are known, so that nothing can be run. */
  boolean hasWeights() {
    return hasWeights;
  }

  /** Names of the graph's outputs. */
  List<String> outputs() {
    return model.getGraph().getOutputList().stream().map(ValueInfoProto::getName).toList();
  }

  OnnxNode producer(String tensor) {
    return producers.get(tensor);
  }

  List<OnnxNode> consumers(String tensor) {
    return consumers.getOrDefault(tensor, List.of());
  }

  /** Whether the tensor's values follow from the image. */
  boolean dependsOnImage(String tensor) {
    return dependent.contains(tensor);
  }

  /** A weight or constant held in the file, or null. */
  TensorProto constant(String tensor) {
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

  /**
   * The graph with the input fixed to the given dimensions and the given tensors as its outputs,
   * without what they do not need. Weights are shared, not copied.
   *
   * @param dims the input's dimensions, a negative one stays free
   * @param weights false to turn large weights into inputs: enough to ask for shapes
   */
  ModelProto cut(Collection<String> outputs, long[] dims, boolean weights) {
    GraphProto graph = model.getGraph();
    Set<String> needed = new HashSet<>(outputs);
    List<NodeProto> kept = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      OnnxNode node = nodes.get(i);
      if (!Collections.disjoint(node.outputs(), needed)) {
        kept.add(node.proto());
        needed.addAll(node.reads());
      }
    }
    Collections.reverse(kept);
    GraphProto.Builder cut = GraphProto.newBuilder().setName(graph.getName()).addAllNode(kept);
    graph.getQuantizationAnnotationList().stream()
        .filter(q -> needed.contains(q.getTensorName()))
        .forEach(cut::addQuantizationAnnotation);
    cut.addInput(fixed(input, dims));
    Set<String> free = new HashSet<>();
    for (TensorProto tensor : graph.getInitializerList()) {
      if (needed.contains(tensor.getName())) {
        if (weights || !isLarge(tensor)) {
          cut.addInitializer(tensor);
        } else if (free.add(tensor.getName())) {
          cut.addInput(asInput(tensor));
        }
      }
    }
    graph.getSparseInitializerList().stream()
        .filter(t -> needed.contains(t.getValues().getName()))
        .forEach(cut::addSparseInitializer);
    // Before IR 4 every weight had to be an input as well; a weight that is an input can be
    // overridden, which keeps the runtime from folding it. So only what must stay stays.
    if (model.getIrVersion() < 4) {
      for (ValueInfoProto other : graph.getInputList()) {
        String name = other.getName();
        if (initializers.containsKey(name) && needed.contains(name) && !free.contains(name)) {
          cut.addInput(other);
        }
      }
    }
    for (String output : outputs) {
      cut.addOutput(ValueInfoProto.newBuilder().setName(output));
    }
    return model.toBuilder().setGraph(cut).build();
  }

  /** The model's bytes outside the heap, as ONNX Runtime wants them. */
  ByteBuffer serialised(ModelProto cut) throws ModelException {
    int size = cut.getSerializedSize();
    if (size < 0) {
      throw new ModelException(file + ": larger than 2 GB.");
    }
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.allocateDirect(size);
    } catch (OutOfMemoryError e) {
      throw new ModelException(
          "%s: not enough memory for its %d MB of weights; give java a larger -Xmx."
              .formatted(file, size >> 20),
          e);
    }
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      cut.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be prepared: " + e.getMessage(), e);
    }
    bytes.flip();
    return bytes;
  }

  private static boolean isLarge(TensorProto tensor) {
    long values = 1;
    for (long dim : tensor.getDimsList()) {
      values = Math.max(0, dim) * values;
      if (values > LARGE) {
        return true;
      }
    }
    return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL && values > 64;
  }

  private static ValueInfoProto asInput(TensorProto tensor) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    tensor
        .getDimsList()
        .forEach(d -> shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(d)));
    return ValueInfoProto.newBuilder()
        .setName(tensor.getName())
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(tensor.getDataType())
                        .setShape(shape)))
        .build();
  }

  private static ValueInfoProto fixed(ValueInfoProto input, long[] dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int i = 0; i < dims.length; i++) {
      TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(dims[i] < 0 ? dim.setDimParam("netdissect_" + i) : dim.setDimValue(dims[i]));
    }
    ValueInfoProto.Builder fixed = input.toBuilder();
    fixed.getTypeBuilder().getTensorTypeBuilder().setShape(shape);
    return fixed.build();
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
        "%s: the model has %d inputs (%s); only models with one image as their input can be dissected."
            .formatted(
                file,
                inputs.size(),
                inputs.stream()
                    .limit(5)
                    .map(ValueInfoProto::getName)
                    .collect(Collectors.joining(", ", "", inputs.size() > 5 ? ", …" : ""))));
  }

  /** Unnamed nodes are called by operation and position in the file, for example Conv_12. */
  private static List<OnnxNode> named(List<NodeProto> protos) {
    Set<String> taken = new HashSet<>();
    for (NodeProto proto : protos) {
      taken.add(proto.getName());
      taken.addAll(proto.getOutputList());
    }
    List<OnnxNode> named = new ArrayList<>();
    for (int i = 0; i < protos.size(); i++) {
      NodeProto proto = protos.get(i);
      String name = proto.getName();
      if (name.isEmpty()) {
        name = proto.getOpType() + "_" + i;
        while (!taken.add(name)) {
          name += "_";
        }
      }
      named.add(new OnnxNode(proto, name));
    }
    return named;
  }

  /** Stable: files that are already in order keep it. */
  private List<OnnxNode> sorted(List<OnnxNode> unsorted) throws ModelException {
    Map<String, Integer> makers = new HashMap<>();
    for (int i = 0; i < unsorted.size(); i++) {
      for (String output : unsorted.get(i).outputs()) {
        if (!output.isEmpty() && makers.put(output, i) != null) {
          throw new ModelException(file + ": two nodes make the tensor " + output + ".");
        }
      }
    }
    int[] waiting = new int[unsorted.size()];
    Map<Integer, List<Integer>> readers = new HashMap<>();
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int i = 0; i < unsorted.size(); i++) {
      for (String read : unsorted.get(i).reads()) {
        Integer maker = makers.get(read);
        if (maker != null) {
          readers.computeIfAbsent(maker, k -> new ArrayList<>()).add(i);
          waiting[i]++;
        }
      }
      if (waiting[i] == 0) {
        ready.add(i);
      }
    }
    List<OnnxNode> sorted = new ArrayList<>();
    while (!ready.isEmpty()) {
      int next = ready.poll();
      sorted.add(unsorted.get(next));
      for (int reader : readers.getOrDefault(next, List.of())) {
        if (--waiting[reader] == 0) {
          ready.add(reader);
        }
      }
    }
    if (sorted.size() < unsorted.size()) {
      throw new ModelException(file + ": the graph has a cycle.");
    }
    return sorted;
  }

  /** Weight files must lie in the model's folder: a model must not make us read other files. */
  private void checkExternalWeights() throws ModelException {
    ArrayDeque<TensorProto> tensors = new ArrayDeque<>(initializers.values());
    nodes.forEach(n -> tensors.addAll(OnnxNode.tensors(n.proto())));
    Map<String, Long> ends = new LinkedHashMap<>();
    for (TensorProto tensor : tensors) {
      if (tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL) {
        continue;
      }
      Map<String, String> entries = new HashMap<>();
      for (StringStringEntryProto entry : tensor.getExternalDataList()) {
        entries.put(entry.getKey(), entry.getValue());
      }
      String location = entries.getOrDefault("location", "");
      try {
        long offset = Long.parseLong(entries.getOrDefault("offset", "0"));
        long length = Long.parseLong(entries.getOrDefault("length", "0"));
        if (offset < 0 || length < 0) {
          throw new NumberFormatException("negative");
        }
        ends.merge(location, Math.addExact(offset, length), Math::max);
      } catch (NumberFormatException | ArithmeticException e) {
        throw new ModelException(
            "%s: the weights of %s have no valid place in %s."
                .formatted(file, tensor.getName(), location),
            e);
      }
    }
    for (Map.Entry<String, Long> end : ends.entrySet()) {
      Path weights = inside(end.getKey());
      try {
        if (Files.size(weights) < end.getValue()) {
          throw new ModelException(
              "%s: its weight file %s is truncated: %d bytes of at least %d."
                  .formatted(file, end.getKey(), Files.size(weights), end.getValue()));
        }
      } catch (ModelException e) {
        throw e;
      } catch (IOException e) {
        throw new ModelException(weights + ": cannot be read: " + e.getMessage(), e);
      }
      external.put(end.getKey(), weights);
    }
  }

  private Path inside(String location) throws ModelException {
    String outside =
        "%s: its weight file \"%s\" is not inside the model's folder.".formatted(file, location);
    try {
      Path folder = file.toAbsolutePath().normalize().getParent();
      if (location.isEmpty() || Path.of(location).isAbsolute()) {
        throw new ModelException(outside);
      }
      Path weights = folder.resolve(location).normalize();
      if (!weights.startsWith(folder)) {
        throw new ModelException(outside);
      }
      if (!Files.isRegularFile(weights)) {
        throw new ModelException(
            "%s: its weight file %s is missing; keep it beside the model."
                .formatted(file, location));
      }
      if (!weights.toRealPath().startsWith(folder.toRealPath())) {
        throw new ModelException(outside);
      }
      return weights;
    } catch (ModelException e) {
      throw e;
    } catch (InvalidPathException | IOException e) {
      throw new ModelException(outside, e);
    }
  }

  /** What the file is instead, where that can be told. */
  private static ModelException noOnnx(Path file, String otherwise, IOException cause) {
    FileKind kind;
    try {
      kind = FileKind.of(file);
    } catch (IOException e) {
      kind = FileKind.OTHER;
    }
    boolean isTold = kind != FileKind.OTHER && kind != FileKind.TEXT && kind != FileKind.EMPTY;
    return new ModelException(
        file + ": " + (isTold ? "is no ONNX model: it " + kind.hint() : otherwise) + ".", cause);
  }

  /** SHA-256 of a file of any size, in hexadecimal. */
  static String sha256(Path file) throws IOException {
    MessageDigest digest = digest();
    byte[] block = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        digest.update(block, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String sha256(ByteBuffer bytes) {
    MessageDigest digest = digest();
    digest.update(bytes);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256.", e);
    }
  }
}
