package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.netdissect.base.Text;
import org.netdissect.base.files.WholeFile;
import org.netdissect.networks.WeightRoles.Kind;
import org.netdissect.networks.WeightRoles.Role;

/**
 * A network with the architecture of another and random weights. The numbers follow from the seed
 * and the tensors' names alone, so the same seed gives the same bytes.
 */
public final class RandomNetwork {
  /** Deviation of positions and class tokens (Dosovitskiy et al. 2021). */
  private static final double EMBEDDING = 0.02;

  private static final double SLOPE = 0.25;
  private static final String ENTRY = "netdissect.random";

  /** How weights are made. */
  public enum How {
    /**
     * As before training: weights are normally distributed with deviation √(2 / fan-in) (He et al.
     * 2015), biases 0, scales 1, slopes of PRelu 0.25, positions and class tokens of deviation
     * 0.02, means 0 and variances 1.
     */
    INIT,
    /**
     * The values of each tensor of the trained network in another order, so that their spread
     * stays. Means and variances of batch norm stay as they are.
     */
    SHUFFLE
  }

  private final OnnxGraph graph;
  private final How how;
  private final long seed;
  private final Map<String, Role> roles;
  private final List<String> kept = new ArrayList<>();
  private ModelProto model;
  private String statistics;

  private RandomNetwork(OnnxGraph graph, How how, long seed) throws ModelException {
    this.graph = graph;
    this.how = how;
    this.seed = seed;
    this.roles = WeightRoles.of(graph);
    if (roles.values().stream().noneMatch(role -> role.kind() == Kind.WEIGHT)) {
      throw new ModelException(graph.file() + ": has no weights that could be made random.");
    }
    Map<String, TensorProto> made = new LinkedHashMap<>();
    for (Map.Entry<String, Role> one : roles.entrySet()) {
      TensorProto old = graph.knownConstant(one.getKey());
      try {
        made.put(one.getKey(), made(one.getKey(), one.getValue(), new FloatTensor(old)));
      } catch (ModelException e) {
        throw new ModelException(graph.file() + ": " + e.getMessage(), e);
      }
    }
    this.model = replaced(graph.model(), made);
    this.statistics = batchNorms().isEmpty() ? "none" : how == How.INIT ? "0 and 1" : "kept";
    keep();
  }

  /**
   * Makes one.
   *
   * @param onnx the trained network
   * @throws ModelException if it cannot be read, keeps weights in files beside it, or has weights
   *     that are quantised or computed
   */
  public static RandomNetwork of(Path onnx, How how, long seed) throws IOException {
    OnnxGraph graph = OnnxGraph.read(onnx);
    if (!graph.externalFiles().isEmpty()) {
      throw new ModelException(
          "%s: keeps its weights beside it in %s; save the model with its weights inside, as one file."
              .formatted(
                  graph.file(), Text.oneLine(String.join(", ", graph.externalFiles().keySet()))));
    }
    return new RandomNetwork(graph, how, seed);
  }

  private TensorProto made(String name, Role role, FloatTensor old) {
    Draws draws = new Draws(seed, name);
    if (how == How.SHUFFLE) {
      return isStatistic(role) ? old.with(old::get) : shuffled(old, draws);
    }
    double deviation =
        role.kind() == Kind.EMBEDDING
            ? EMBEDDING
            : StrictMath.sqrt(2.0 / Math.max(1, role.fanIn()));
    return switch (role.kind()) {
      case WEIGHT, EMBEDDING -> old.with(i -> deviation * draws.gaussian());
      case BIAS, MEAN -> old.with(i -> 0);
      case SCALE, VARIANCE -> old.with(i -> 1);
      case SLOPE -> old.with(i -> SLOPE);
    };
  }

  private static TensorProto shuffled(FloatTensor old, Draws draws) {
    int[] from = new int[old.size()];
    for (int i = 0; i < from.length; i++) {
      int j = draws.below(i + 1);
      from[i] = from[j];
      from[j] = i;
    }
    return old.with(i -> old.get(from[i]));
  }

  private static boolean isStatistic(Role role) {
    return role.kind() == Kind.MEAN || role.kind() == Kind.VARIANCE;
  }

  /** The model with some constants replaced, whether they are weights or nodes. */
  private static ModelProto replaced(ModelProto model, Map<String, TensorProto> by) {
    GraphProto.Builder changed = model.getGraph().toBuilder();
    for (int i = 0; i < changed.getInitializerCount(); i++) {
      TensorProto tensor = by.get(changed.getInitializer(i).getName());
      if (tensor != null) {
        changed.setInitializer(i, tensor);
      }
    }
    for (int i = 0; i < changed.getNodeCount(); i++) {
      NodeProto node = changed.getNode(i);
      boolean isConstant = node.getOpType().equals("Constant") && node.getOutputCount() == 1;
      TensorProto tensor = isConstant ? by.get(node.getOutput(0)) : null;
      if (tensor != null) {
        changed.setNode(
            i,
            node.toBuilder()
                .clearAttribute()
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("value")
                        .setType(AttributeProto.AttributeType.TENSOR)
                        .setT(tensor)));
      }
    }
    return model.toBuilder().setGraph(changed).build();
  }

  /** Notes the constants of several floats that no role is known for. */
  private void keep() {
    GraphProto all = model.getGraph();
    Map<String, TensorProto> constants = new LinkedHashMap<>();
    all.getInitializerList().forEach(tensor -> constants.put(tensor.getName(), tensor));
    for (OnnxNode node : graph.nodes()) {
      TensorProto constant = node.op().equals("Constant") ? graph.constant(node.output()) : null;
      if (constant != null) {
        constants.put(node.output(), constant);
      }
      int inner = 0;
      if (node.hasSubgraphs()) {
        for (TensorProto tensor : OnnxNode.tensors(node.proto())) {
          constants.put(node.name() + " (inside, " + inner++ + ")", tensor);
        }
      }
    }
    constants.forEach(
        (name, tensor) -> {
          long[] dims = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
          if (!roles.containsKey(name)
              && WeightRoles.isFloat(tensor)
              && WeightRoles.product(dims, 0) > 1) {
            kept.add(name);
          }
        });
    all.getSparseInitializerList().forEach(tensor -> kept.add(tensor.getValues().getName()));
  }

  /**
   * Constants of more than one float that stay as they were, since it is not known what they do:
   * mostly a mean that is taken off the picture, or parts of operators that are rare.
   */
  public List<String> kept() {
    return List.copyOf(kept);
  }

  /** How many tensors were made random. */
  public int changed() {
    return (int)
        roles.values().stream().filter(role -> how == How.INIT || !isStatistic(role)).count();
  }

  /** Whether batch norm has statistics that should be estimated anew. */
  public boolean hasBatchNorm() {
    return !batchNorms().isEmpty();
  }

  private List<OnnxNode> batchNorms() {
    return graph.nodes().stream()
        .filter(node -> node.op().equals("BatchNormalization"))
        .filter(node -> roles.containsKey(node.input(3)) && roles.containsKey(node.input(4)))
        .toList();
  }

  /** Is told as photographs are sent through. */
  public interface Watch {
    /** Of how many in all. */
    void begins(long photographs);

    void advances();
  }

  /**
   * Sets the mean and variance of each batch norm to those of its input on photographs, over images
   * and places; of one behind the other, the first first. So in the finished network every batch
   * norm puts out mean 0 and variance 1 on these photographs, but for scale and bias. Sends every
   * photograph through once for each batch norm that stands behind another.
   *
   * @param photographs as height × width × 3 bytes at the network's input size
   * @param data how the photographs are called, for the record
   * @throws ModelException if the network cannot be run
   */
  public void estimate(
      Network network,
      Preprocessing preprocessing,
      List<byte[]> photographs,
      String data,
      Watch watch)
      throws IOException {
    List<List<OnnxNode>> steps = steps();
    watch.begins((long) steps.size() * photographs.size());
    for (List<OnnxNode> step : steps) {
      List<String> inputs = step.stream().map(node -> node.input(0)).distinct().toList();
      Map<String, ChannelMoments> moments = new TreeMap<>();
      try (NetworkOutputs outputs = network.changed(model, preprocessing, inputs)) {
        for (int i = 0; i < photographs.size(); i++) {
          for (NetworkOutputs.Output output : outputs.run(photographs.get(i))) {
            moments
                .computeIfAbsent(output.name(), name -> new ChannelMoments())
                .add(output, Math.max(1, network.batch()));
          }
          watch.advances();
        }
      }
      Map<String, TensorProto> made = new LinkedHashMap<>();
      for (OnnxNode node : step) {
        ChannelMoments of = moments.get(node.input(0));
        if (of == null || !of.isFinite()) {
          throw new ModelException(
              graph.file() + ": what " + node + " takes in is not finite on the photographs.");
        }
        made.put(
            node.input(3), of.means(new FloatTensor(graph.knownConstant(node.input(3))), node));
        made.put(
            node.input(4), of.variances(new FloatTensor(graph.knownConstant(node.input(4))), node));
      }
      model = replaced(model, made);
    }
    statistics =
        "estimated on %d images of %s, preprocessing %s"
            .formatted(photographs.size(), Text.oneLine(data), preprocessing.name());
  }

  /** Batch norms that can be estimated together: by how many others stand before each. */
  private List<List<OnnxNode>> steps() {
    Map<String, Integer> depth = new LinkedHashMap<>();
    TreeMap<Integer, List<OnnxNode>> steps = new TreeMap<>();
    List<OnnxNode> norms = batchNorms();
    for (OnnxNode node : graph.nodes()) {
      int before = 0;
      for (String read : node.reads()) {
        before = Math.max(before, depth.getOrDefault(read, 0));
      }
      if (norms.contains(node)) {
        steps.computeIfAbsent(before, key -> new ArrayList<>()).add(node);
        before++;
      }
      for (String output : node.outputs()) {
        depth.put(output, before);
      }
    }
    return List.copyOf(steps.values());
  }

  /**
   * Writes the network, with a record of how it was made in its metadata. The file is there whole
   * or not at all.
   */
  public void write(Path onnx) throws IOException {
    ModelProto.Builder told = model.toBuilder().clearMetadataProps();
    graph.model().getMetadataPropsList().stream()
        .filter(entry -> !entry.getKey().startsWith(ENTRY))
        .forEach(told::addMetadataProps);
    told.addMetadataProps(entry("", how.name().toLowerCase(Locale.ROOT)));
    told.addMetadataProps(entry(".seed", Long.toString(seed)));
    told.addMetadataProps(entry(".source", graph.fileName()));
    told.addMetadataProps(entry(".source.sha256", graph.sha256()));
    told.addMetadataProps(entry(".batch-norm", statistics));
    told.addMetadataProps(entry(".kept", Integer.toString(kept.size())));
    ModelProto whole = told.build();
    if (whole.getSerializedSize() < 0) {
      throw new ModelException(
          onnx + ": would be larger than 2 GB, which is more than ONNX holds.");
    }
    WholeFile.write(
        onnx,
        next -> {
          try (OutputStream out = Files.newOutputStream(next)) {
            whole.writeTo(out);
          }
        });
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(ENTRY + key).setValue(value).build();
  }
}
