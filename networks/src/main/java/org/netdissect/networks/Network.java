package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OnnxJavaType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.base.Text;

/**
 * A vision network in an ONNX file: what layers it has, and sessions that record them.
 *
 * <p>A layer is every float tensor (float32, float16 or double) that follows from the image and
 * holds one map of channels × height × width per image, with more than one position. Rows, columns
 * and channels are followed through transposes and reshapes, so they may lie as N × H × W × C, as
 * the tokens of a transformer (N × T × C, T × N × C, class and register tokens left out) or in
 * windows, shifted or not; maps are always given as C × H × W. Attention matrices and the parts of
 * single heads are no layers.
 *
 * <p>Immutable; all methods may be called from any thread.
 */
public final class Network implements AutoCloseable {
  private final OnnxGraph graph;
  private final ImageInput input;
  private final Map<String, Path> inputs;
  private final @Nullable TokenGrid givenTokens;
  private final Map<String, LayerTensor> layers;
  private final List<String> withoutGrid;
  private final List<OnnxNode> custom;
  private final LayerNames names;
  private final DefaultLayer.Choice standard;
  private final Bounds bounds;

  private Network(OnnxGraph graph, NetworkOptions options) throws ModelException {
    this.graph = graph;
    this.input = ImageInput.of(graph, options.size());
    this.inputs = options.inputs();
    this.givenTokens = options.tokens();
    Shapes shapes = Shapes.of(graph, input, FieldTracer.operands(graph));
    LayerFinder.Found found = LayerFinder.find(graph, input, shapes, options.tokens());
    this.layers = found.layers();
    this.withoutGrid = found.withoutGrid();
    this.custom = shapes.custom();
    if (layers.isEmpty()) {
      throw new ModelException(
          graph.file()
              + ": the model has no layer with height and width, so nothing can be dissected"
              + String.join("", remarks().stream().map(remark -> "; " + remark).toList())
              + ".");
    }
    this.names = new LayerNames(graph, layers.keySet());
    this.standard = DefaultLayer.of(graph, layers);
    this.bounds = new Bounds(graph);
  }

  /**
   * Reads and checks a model with an input of fixed size.
   *
   * @throws ModelException if the file is no ONNX model that can be dissected; see {@link
   *     #open(Path, InputSize)}
   */
  public static Network open(Path onnx) throws IOException {
    return openWith(onnx, NetworkOptions.NONE);
  }

  /**
   * Reads and checks a model.
   *
   * @param onnx the file; weights may lie in files beside it, but not outside its folder
   * @param sizeOrNull the size of the input where the model leaves it free; may be null where it is
   *     fixed
   * @throws ModelException with one clear line: no such file, no ONNX, truncated, not loadable by
   *     ONNX Runtime, not exactly one image as input, no layer with height and width, input size
   *     free and not given, or given and contradicting
   */
  public static Network open(Path onnx, @Nullable InputSize sizeOrNull) throws IOException {
    return openWith(onnx, NetworkOptions.NONE.withSize(sizeOrNull));
  }

  /**
   * Reads and checks a model.
   *
   * @param options what its file leaves open
   * @throws ModelException as {@link #open(Path, InputSize)}, or if an input that is given does not
   *     fit
   */
  public static Network openWith(Path onnx, NetworkOptions options) throws IOException {
    return new Network(OnnxGraph.read(onnx, options.inputs()), options);
  }

  /**
   * Opens a model that was made of files of another format: its name and SHA-256 are those of the
   * file that describes it, its weights' those of {@link #weightFiles}.
   *
   * @throws ModelException see {@link #open(Path, InputSize)}
   */
  public static Network open(ConvertedModel model, @Nullable InputSize sizeOrNull)
      throws IOException {
    OnnxGraph graph = OnnxGraph.of(model);
    return new Network(graph, NetworkOptions.NONE.withSize(sizeOrNull));
  }

  /** The file's name without its folder. */
  public String name() {
    return graph.fileName();
  }

  /**
   * SHA-256 of the ONNX file in hexadecimal; weights in files beside it are not part of it, see
   * {@link #weightFiles}. Computed at each call.
   */
  public String sha256() {
    return graph.sha256();
  }

  /**
   * SHA-256 of each weight file beside the model, by the name the model uses, and of each file
   * given for an input, as {@code input NAME}. Empty for most models. Reads the files.
   */
  public Map<String, String> weightFiles() throws IOException {
    Map<String, String> digests = new TreeMap<>();
    for (Map.Entry<String, Path> file : graph.externalFiles().entrySet()) {
      digests.put(file.getKey(), Digests.sha256Hex(file.getValue()));
    }
    for (Map.Entry<String, Path> file : inputs.entrySet()) {
      digests.put("input " + file.getKey(), Digests.sha256Hex(file.getValue()));
    }
    return digests;
  }

  /** Rows of the input image. */
  public int inputHeight() {
    return input.height();
  }

  /** Columns of the input image. */
  public int inputWidth() {
    return input.width();
  }

  /** 3, or 1 for grey. */
  public int inputChannels() {
    return input.channels();
  }

  /** Whether the model takes a fixed number of images at once. */
  public boolean fixedBatch() {
    return input.batch() > 0;
  }

  /** The fixed number of images at once, or −1 where it is free. */
  public int batch() {
    return input.batch();
  }

  /** All layers in the order of the graph; never empty. */
  public List<Layer> layers() {
    return layers.values().stream().map(LayerTensor::layer).toList();
  }

  /**
   * The last layer with height and width above 1 before the classifier, which is the last operation
   * with weights (convolution or matrix product) on the way to the first output. Where copies of it
   * follow (dropout, transpose), it is the one that computes. A network whose last weights give
   * features, such as a backbone that ends in a sum of branches, has no classifier: then it is the
   * last layer with height and width above 1 on the way to the first output, or the last at all.
   */
  public Layer defaultLayer() {
    return layer(standard.layer());
  }

  private Layer layer(String tensor) {
    LayerTensor found = layers.get(tensor);
    if (found == null) {
      throw new IllegalArgumentException("no layer: " + tensor);
    }
    return found.layer();
  }

  /**
   * The layers that one element of a list of layers means: a tensor's name, a node's name, a glob
   * with {@code *} and {@code ?} over both, or {@code tensor:NAME}, which is literal. The name of a
   * convolution (its node's or its output's) means its output after batch norm and activation.
   * Unnamed nodes are called by operation and position, for example {@code Conv_12}.
   *
   * @return at least one layer, without repeats, in the order of the graph
   * @throws ModelException if nothing has that name; lists the nearest names
   */
  public List<Layer> resolve(String spec) throws ModelException {
    List<Layer> found = new ArrayList<>();
    for (String name : names.resolve(spec)) {
      found.add(layer(name));
    }
    return Collections.unmodifiableList(found);
  }

  /**
   * For the bare output of a convolution: the layer its name resolves to, which is its output after
   * batch norm and activation. Empty for other layers, and where nothing of that kind follows.
   */
  public Optional<Layer> afterActivation(Layer convolution) {
    String end = graph.isLiteral() ? convolution.name() : names.afterActivation(convolution.name());
    return end.equals(convolution.name()) || !layers.containsKey(end)
        ? Optional.empty()
        : Optional.of(layer(end));
  }

  /**
   * What is done to pixels where nobody says otherwise: Caffe's networks want their own, those that
   * take bytes scale them within.
   */
  public Preprocessing usualPreprocessing() {
    if (input.type() == OnnxJavaType.UINT8) {
      return Preprocessing.NONE;
    }
    return graph.isLiteral() ? Preprocessing.NETDISSECT : Preprocessing.TORCH;
  }

  /**
   * What the file tells of how pixels should reach the network and what its outputs are called.
   * Runs the part of the graph before the first weights, if there is one.
   *
   * @throws ModelException if ONNX Runtime refuses that part
   */
  public InputEvidence evidence() throws ModelException {
    return InputEvidence.of(graph, input);
  }

  /** Why {@link #defaultLayer} is what it is, for people. */
  public String defaultReason() {
    if (standard.isPicture()) {
      return "the picture as it goes in: nothing with height and width follows from weights";
    }
    return standard.classifier() == null
        ? "the last of the network, which seems to have no classifier"
        : "the last before the classifier, " + standard.classifier().name();
  }

  /**
   * Where a layer ends in a bound such as ReLU6's, that all its largest values may share, perhaps
   * with poolings, copies or scalings behind it: the layer with the values as they were before.
   * Several for a layer that is joined of bounded ones. Empty for layers without a bound, and where
   * what comes before is no layer.
   */
  public List<Layer> beforeBound(Layer layer) {
    List<String> before = bounds.before(layer.name());
    return layers.keySet().containsAll(before)
        ? before.stream().map(this::layer).toList()
        : List.of();
  }

  /**
   * Whether a layer holds 8-bit numbers, given as what they stand for: many values can be equal.
   */
  public boolean isQuantised(Layer layer) {
    LayerTensor tensor = layers.get(layer.name());
    return tensor != null
        && (tensor.quantisation() != null || layer.kind().equals("DequantizeLinear"));
  }

  /** How the tokens of a layer cover the image; empty where it has rows and columns as such. */
  public Optional<TokenGrid> tokens(Layer layer) {
    LayerTensor tensor = layers.get(layer.name());
    return tensor == null ? Optional.empty() : Optional.ofNullable(tensor.tokens());
  }

  /** How tokens cover the image as it was given when the model was opened; mostly empty. */
  public Optional<TokenGrid> givenTokens() {
    return Optional.ofNullable(givenTokens);
  }

  /** What cannot be dissected although it may be wanted, one line each; mostly none. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    if (graph.isWidened()) {
      remarks.add(
          name()
              + " is in bfloat16, which is computed in 32 bits here: values between operations are not rounded to bfloat16");
    }
    if (!withoutGrid.isEmpty()) {
      remarks.add(
          "%d tensors of tokens, such as %s, are no layers: how their tokens cover the image cannot be told; give it with --tokens grid=HxW,skip=S"
              .formatted(
                  withoutGrid.size(), Text.oneLine(withoutGrid.get(withoutGrid.size() - 1))));
    }
    TokenGrid given = givenTokens;
    if (given != null
        && layers.values().stream().noneMatch(layer -> Objects.equals(layer.tokens(), given))) {
      remarks.add(
          "--tokens %s changes nothing: no tensor of %s has %d tokens"
              .formatted(given, name(), given.tokens()));
    }
    if (!custom.isEmpty()) {
      OnnxNode first = custom.get(0);
      remarks.add(
          "%s (operator %s of the domain %s) is no operator of ONNX, so nothing behind it can be computed; to have more, export the model without it"
              .formatted(
                  Text.oneLine(first.name()),
                  Text.oneLine(first.op()),
                  Text.oneLine(first.proto().getDomain())));
    }
    return remarks;
  }

  /** The name of the node that makes a layer. */
  public String nodeName(Layer layer) {
    return graph.maker(layer.name()).name();
  }

  /**
   * Opens a session that computes only what the given layers need.
   *
   * @param tapped layers of this network, at least one; repeats are an error
   * @param preprocessing what is done to pixels
   * @throws ModelException if a layer is not of this network, the preprocessing does not fit the
   *     input's type, or ONNX Runtime refuses the model
   */
  public TappedNetwork tap(List<Layer> tapped, Preprocessing preprocessing) throws IOException {
    return tap(tapped, preprocessing, Device.CPU);
  }

  /**
   * As {@link #tap(List, Preprocessing)}, computed elsewhere. Operators that the device cannot
   * compute are left to the processor.
   *
   * @throws ModelException also if the device cannot be used
   */
  public TappedNetwork tap(List<Layer> tapped, Preprocessing preprocessing, Device device)
      throws IOException {
    if (tapped.isEmpty()) {
      throw new ModelException(graph.file() + ": no layer is given.");
    }
    if (!graph.hasWeights()) {
      throw new ModelException(graph.file() + ": cannot run without its weights.");
    }
    Set<String> seen = new HashSet<>();
    List<LayerTensor> tensors = new ArrayList<>();
    for (Layer layer : tapped) {
      LayerTensor tensor = layers.get(layer.name());
      // Mostly the very same object, which this looks at first.
      if (tensor == null || !Objects.equals(tensor.layer(), layer)) {
        throw new ModelException(graph.file() + ": has no such layer: " + layer.name() + ".");
      }
      if (!seen.add(layer.name())) {
        throw new ModelException("The layer " + layer.name() + " is given twice.");
      }
      tensors.add(tensor);
    }
    return TappedNetwork.open(graph, input, tensors, preprocessing, device);
  }

  /**
   * Opens a session that gives what the network puts out, one photograph at a time.
   *
   * @param preprocessing what is done to pixels
   * @param names of outputs, or of any other tensors that follow from the image; empty for the
   *     model's first output
   * @throws ModelException if there is no such tensor, the preprocessing does not fit the input's
   *     type, or ONNX Runtime refuses the model
   */
  public NetworkOutputs outputs(Preprocessing preprocessing, List<String> names)
      throws IOException {
    return outputs(preprocessing, names, Device.CPU);
  }

  /** The same on a device. */
  public NetworkOutputs outputs(Preprocessing preprocessing, List<String> names, Device device)
      throws IOException {
    return NetworkOutputs.open(graph, input, preprocessing, names, null, device);
  }

  /**
   * How far the values of a channel lie from those of the next in a layer's tensor, as {@link
   * #outputs} gives it; empty where channels share their axis, or the tensor is quantised.
   */
  public OptionalInt channelStep(Layer layer) {
    LayerTensor tensor = layers.get(layer.name());
    int axis =
        tensor == null || tensor.quantisation() != null
            ? -1
            : tensor.layout().axisOf(Layout.Role.CHANNEL);
    if (tensor == null || axis < 0) {
      return OptionalInt.empty();
    }
    int step = 1;
    for (Layout.AxisParts behind :
        tensor.layout().axes().subList(axis + 1, tensor.layout().rank())) {
      step = Math.multiplyExact(step, behind.size());
    }
    return OptionalInt.of(step);
  }

  /**
   * The same of the network with a way round at a layer: its channels times a matrix and that times
   * the matrix's transpose, put in as convolutions of 1×1, or products where channels lie last. Of
   * an orthogonal matrix nothing is seen in the outputs but rounding.
   *
   * @param rows directions × channels, by rows
   * @param bias added to the directions, and taken away before the way back; null for nothing
   * @param device that computes it
   * @throws ModelException also if the layer's channels have no axis of their own
   */
  public NetworkOutputs outputsRoundAbout(
      Preprocessing preprocessing,
      List<String> names,
      Layer layer,
      float[] rows,
      float @Nullable [] bias,
      Device device)
      throws IOException {
    LayerTensor tensor = layers.get(layer.name());
    if (tensor == null) {
      throw new ModelException(graph.file() + ": has no such layer: " + layer.name() + ".");
    }
    Detour detour = Detour.of(graph, tensor, rows, bias);
    return NetworkOutputs.open(graph, input, preprocessing, names, detour, device);
  }

  /** The model's outputs that follow from the image. */
  public List<String> outputNames() {
    return graph.outputs().stream().filter(graph::dependsOnImage).toList();
  }

  /** Outputs of the same graph with other weights, for one photograph at a time. */
  NetworkOutputs changed(ModelProto model, Preprocessing preprocessing, List<String> names)
      throws ModelException {
    return NetworkOutputs.open(graph.with(model), input, preprocessing, names);
  }

  /** Nothing is held that needs closing yet; tapped networks live on. */
  @Override
  public void close() {}

  @Override
  public String toString() {
    return name();
  }
}
