package org.netdissect.networks;

import ai.onnxruntime.OnnxJavaType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Layout.AxisParts;
import org.netdissect.networks.Layout.Part;
import org.netdissect.networks.Layout.Role;
import org.netdissect.networks.Operators.Trait;

/** Which tensors of a graph are layers: float maps of channels × rows × columns for each image. */
final class LayerFinder {
  private static final Set<OnnxJavaType> FLOATS =
      Set.of(OnnxJavaType.FLOAT, OnnxJavaType.FLOAT16, OnnxJavaType.DOUBLE);

  /** Fewer than these are hardly the tokens of an image. */
  private static final int FEW_TOKENS = 4;

  private final OnnxGraph graph;
  private final ImageInput input;
  private final Shapes shapes;
  private final Map<String, Geometry> geometries;
  private final int batch;
  private final @Nullable TokenGrid given;
  private final List<String> withoutGrid = new ArrayList<>();

  /** Whether a layout is that of a layer; most tensors share theirs with the one before. */
  private final IdentityHashMap<Layout, Boolean> judged = new IdentityHashMap<>();

  private final Map<String, LayerTensor> layers = new LinkedHashMap<>();

  /**
   * What was found.
   *
   * @param layers by the name of their tensor, in the order of the graph
   * @param withoutGrid tensors of tokens whose place in the image cannot be told
   */
  record Found(Map<String, LayerTensor> layers, List<String> withoutGrid) {}

  private LayerFinder(OnnxGraph graph, ImageInput input, Shapes shapes, @Nullable TokenGrid given) {
    this.graph = graph;
    this.input = input;
    this.shapes = shapes;
    this.geometries = FieldTracer.trace(graph, shapes, input);
    this.batch = Math.max(1, input.batch());
    this.given = given;
  }

  /**
   * All layers of a graph.
   *
   * @param given how tokens lie where the graph does not tell, or null
   */
  static Found find(OnnxGraph graph, ImageInput input, Shapes shapes, @Nullable TokenGrid given) {
    LayerFinder finder = new LayerFinder(graph, input, shapes, given);
    Set<String> maps = finder.readAsMaps();
    for (OnnxNode node : graph.nodes()) {
      for (String tensor : node.outputs()) {
        if (!graph.isInner(tensor)) {
          finder.look(node, tensor, maps);
        }
      }
    }
    return new Found(finder.layers, finder.withoutGrid);
  }

  private void look(OnnxNode node, String tensor, Set<String> maps) {
    long[] dims = shapes.dims(tensor);
    OnnxJavaType type = shapes.type(tensor);
    if (dims == null || type == null || !isSane(dims)) {
      return;
    }
    Quantisation quantisation = Quantisation.isOf(type) ? Quantisation.of(graph, tensor) : null;
    if (!FLOATS.contains(type) && (quantisation == null || isOnlyRounded(node))) {
      return;
    }
    Geometry geometry = geometries.getOrDefault(tensor, Geometry.LOST);
    if (!isLayer(geometry.layoutOrNull(), dims) && maps.contains(tensor) && isOfImageShape(dims)) {
      geometry = Geometry.unknown(Layout.image(dims[0], dims[1], dims[2], dims[3], false));
    }
    geometry = asGiven(geometry, dims);
    Layout layout = geometry.layoutOrNull();
    if (layout == null || !isLayer(layout, dims)) {
      if (isTokensWithoutGrid(node, layout, dims)) {
        withoutGrid.add(tensor);
      }
      return;
    }
    if (!isPlain(layout) && isCopy(node)) {
      return;
    }
    Layer layer =
        new Layer(
            tensor,
            node.op(),
            layout.channels(),
            layout.rows(),
            layout.columns(),
            geometry.field());
    layers.put(
        tensor,
        new LayerTensor(
            layer, quantisation == null ? type : OnnxJavaType.FLOAT, layout, quantisation));
  }

  /** What the user says of tokens comes before what the graph seems to say. */
  private Geometry asGiven(Geometry geometry, long[] dims) {
    if (given == null || dims.length != 3) {
      return geometry;
    }
    int tokens = dims[0] == batch && dims[1] == given.tokens() ? 1 : 0;
    if (dims[tokens] != given.tokens() || dims[1 - tokens] != batch) {
      return geometry;
    }
    AxisParts grid =
        new AxisParts(
            given.before(),
            List.of(new Part(Role.ROW, given.rows(), 1), new Part(Role.COLUMN, given.columns(), 1)),
            given.after());
    List<AxisParts> axes = new ArrayList<>();
    axes.add(AxisParts.of(Role.IMAGE, batch));
    axes.add(tokens, grid);
    axes.add(AxisParts.of(Role.CHANNEL, dims[2]));
    Layout layout = new Layout(axes, given.rows(), given.columns(), 0, 0);
    return layout.equals(geometry.layoutOrNull()) ? geometry : Geometry.unknown(layout);
  }

  /** Images × tokens × channels, or tokens × images × channels, of which no more is known. */
  private boolean isTokensWithoutGrid(OnnxNode node, @Nullable Layout layout, long[] dims) {
    boolean isOfTokens =
        given == null
            && dims.length == 3
            && (dims[0] == batch || dims[1] == batch)
            && Math.max(dims[0], dims[1]) >= FEW_TOKENS
            && dims[2] > 1;
    return isOfTokens
        && (layout == null || !layout.hasPositions())
        && graph.dependsOnImage(node.output())
        && (Operators.is(node, Trait.PRODUCT)
            || Operators.is(node, Trait.NORMALISATION)
            || Operators.is(node, Trait.ACTIVATION)
            || Operators.is(node, Trait.AFFINE));
  }

  private boolean isLayer(@Nullable Layout layout, long[] dims) {
    if (layout == null
        || layout.rank() != dims.length
        || !judged.computeIfAbsent(layout, this::isLayer)) {
      return false;
    }
    for (int axis = 0; axis < dims.length; axis++) {
      if (layout.axis(axis).size() != dims[axis]) {
        return false;
      }
    }
    return true;
  }

  private boolean isLayer(Layout layout) {
    return LayerTensor.isLayer(layout)
        && layout.count(Role.IMAGE) == batch
        && layout.axes().stream().anyMatch(a -> a.isWhole(Role.CHANNEL, layout.channels()));
  }

  /** Images × channels × rows × columns, in any order with the images first. */
  private static boolean isPlain(Layout layout) {
    return layout.rank() == 4 && layout.isGrid() && layout.axis(0).isOnly(Role.IMAGE);
  }

  /** Whether a tensor only holds the values of a layer in another shape. */
  private boolean isCopy(OnnxNode node) {
    OnnxNode here = node;
    while (here != null && Operators.is(here, Trait.COPY)) {
      String source = here.input(0);
      if (layers.containsKey(source)) {
        return true;
      }
      here = graph.producer(source);
    }
    return false;
  }

  /** Whether 8-bit values are at once turned back into floats, which are a layer themselves. */
  private boolean isOnlyRounded(OnnxNode node) {
    List<OnnxNode> readers = graph.consumers(node.output());
    return node.op().equals("QuantizeLinear")
        && !readers.isEmpty()
        && readers.stream().allMatch(r -> r.op().equals("DequantizeLinear"));
  }

  private static boolean isSane(long[] dims) {
    long values = 1;
    for (long dim : dims) {
      if (dim < 1 || dim > Integer.MAX_VALUE || (values *= dim) > Integer.MAX_VALUE) {
        return false;
      }
    }
    return true;
  }

  /** Tensors that are read, perhaps after elementwise steps, by what reads N × C × H × W only. */
  private Set<String> readAsMaps() {
    Set<String> maps = new HashSet<>();
    List<OnnxNode> nodes = graph.nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      OnnxNode node = nodes.get(i);
      if (Operators.is(node, Trait.SPATIAL)) {
        maps.add(node.input(0));
      } else if (maps.contains(node.output())
          && (Operators.is(node, Trait.ELEMENTWISE) || isOverChannels(node))) {
        maps.addAll(node.inputs());
      }
    }
    return maps;
  }

  private static boolean isOverChannels(OnnxNode node) {
    return node.op().equals("Concat") && node.integer("axis", 1) == 1;
  }

  private boolean isOfImageShape(long[] dims) {
    return dims.length == 4 && dims[0] == batch && input.isOfItsShape(dims[2], dims[3]);
  }
}
