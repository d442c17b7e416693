package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Builds a changed copy of a graph: other outputs, tensors given instead of computed, operations
 * added behind, and nothing that is not needed for them. Weights are shared, not copied.
 */
final class GraphEdit {
  /** What a large weight is: only smaller tensors can matter for shapes. */
  private static final int LARGE = 1 << 14;

  private final OnnxGraph graph;
  private final Set<String> outputs = new LinkedHashSet<>();
  private final Map<String, ValueInfoProto> inputs = new LinkedHashMap<>();
  private final List<NodeProto> added = new ArrayList<>();
  private final List<TensorProto> addedWeights = new ArrayList<>();
  private boolean hasWeights = true;
  private @Nullable Detour detour;

  private GraphEdit(OnnxGraph graph) {
    this.graph = graph;
  }

  static GraphEdit of(OnnxGraph graph) {
    return new GraphEdit(graph);
  }

  /** Tensors to give out. */
  GraphEdit outputs(Collection<String> tensors) {
    outputs.addAll(tensors);
    return this;
  }

  /** The image's input, fixed to dimensions of which a negative one stays free. */
  GraphEdit image(long... dims) {
    inputs.put(graph.input().getName(), withDims(graph.input(), dims));
    return this;
  }

  /** A tensor that is given instead of computed. */
  GraphEdit given(String tensor, int elementType, long... dims) {
    inputs.put(tensor, info(tensor, elementType, dims));
    return this;
  }

  /** An operation more, behind the graph's own. */
  GraphEdit node(NodeProto node) {
    added.add(node);
    return this;
  }

  /** A constant for added operations. */
  GraphEdit constant(TensorProto tensor) {
    addedWeights.add(tensor);
    return this;
  }

  /** A way round at a layer. */
  GraphEdit detour(Detour way) {
    detour = way;
    way.constants().forEach(this::constant);
    return this;
  }

  /** Turns large weights into inputs: enough to ask for shapes. */
  GraphEdit withoutWeights() {
    hasWeights = false;
    return this;
  }

  ModelProto build() {
    GraphProto whole = graph.model().getGraph();
    Set<String> needed = new HashSet<>(outputs);
    added.forEach(node -> needed.addAll(node.getInputList()));
    GraphProto.Builder cut = GraphProto.newBuilder().setName(whole.getName());
    cut.addAllNode(nodes(needed)).addAllNode(added);
    whole.getQuantizationAnnotationList().stream()
        .filter(q -> needed.contains(q.getTensorName()))
        .forEach(cut::addQuantizationAnnotation);
    inputs.values().stream().filter(i -> needed.contains(i.getName())).forEach(cut::addInput);
    addWeights(cut, whole, needed);
    addedWeights.forEach(cut::addInitializer);
    for (String output : outputs) {
      cut.addOutput(ValueInfoProto.newBuilder().setName(output));
    }
    return graph.model().toBuilder().setGraph(cut).build();
  }

  /** The nodes that are needed, in order; adds what they read. */
  private List<NodeProto> nodes(Set<String> needed) {
    List<NodeProto> kept = new ArrayList<>();
    List<OnnxNode> nodes = graph.nodes();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      OnnxNode node = nodes.get(i);
      boolean isNeeded =
          node.outputs().stream().anyMatch(o -> needed.contains(o) && !inputs.containsKey(o));
      if (isNeeded) {
        List<NodeProto> own = new ArrayList<>(List.of(node.proto()));
        if (detour != null) {
          own = new ArrayList<>(detour.instead(node.proto()));
          Collections.reverse(own);
        }
        kept.addAll(own);
        needed.addAll(node.reads());
      }
    }
    Collections.reverse(kept);
    return kept;
  }

  private void addWeights(GraphProto.Builder cut, GraphProto whole, Set<String> needed) {
    Set<String> free = new HashSet<>();
    for (TensorProto tensor : whole.getInitializerList()) {
      if (needed.contains(tensor.getName()) && !inputs.containsKey(tensor.getName())) {
        if (hasWeights || !isLarge(tensor)) {
          cut.addInitializer(tensor);
        } else if (free.add(tensor.getName())) {
          cut.addInput(asInput(tensor));
        }
      }
    }
    whole.getSparseInitializerList().stream()
        .filter(t -> needed.contains(t.getValues().getName()))
        .forEach(cut::addSparseInitializer);
    // Before IR 4 every weight had to be an input as well; a weight that is an input can be
    // overridden, which keeps the runtime from folding it. So only what must stay stays.
    if (graph.model().getIrVersion() < 4) {
      for (ValueInfoProto other : whole.getInputList()) {
        String name = other.getName();
        if (graph.isInitializer(name) && needed.contains(name) && !free.contains(name)) {
          cut.addInput(other);
        }
      }
    }
  }

  /** The model's bytes outside the heap, as ONNX Runtime wants them. */
  static ByteBuffer serialised(Path file, ModelProto cut) throws ModelException {
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
      if (dim > LARGE) {
        return true;
      }
      values *= Math.max(0, dim);
      if (values > LARGE) {
        return true;
      }
    }
    return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL && values > 64;
  }

  private static ValueInfoProto asInput(TensorProto tensor) {
    long[] dims = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
    return info(tensor.getName(), tensor.getDataType(), dims);
  }

  /** A constant of float32, of what stands in a buffer up to its position. */
  static TensorProto floats(String name, ByteBuffer values, long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .setRawData(ByteString.copyFrom(values.flip()));
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    return tensor.build();
  }

  static ValueInfoProto info(String name, int elementType, long... dims) {
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(elementType).setShape(shape(dims)).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private static ValueInfoProto withDims(ValueInfoProto input, long... dims) {
    ValueInfoProto.Builder fixed = input.toBuilder();
    fixed.getTypeBuilder().getTensorTypeBuilder().setShape(shape(dims));
    return fixed.build();
  }

  private static TensorShapeProto shape(long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int i = 0; i < dims.length; i++) {
      TensorShapeProto.Dimension.Builder dim = TensorShapeProto.Dimension.newBuilder();
      shape.addDim(dims[i] < 0 ? dim.setDimParam("netdissect_" + i) : dim.setDimValue(dims[i]));
    }
    return shape.build();
  }
}
