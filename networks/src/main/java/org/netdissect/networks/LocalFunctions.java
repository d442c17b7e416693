package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Operators that a model defines itself as functions of others, as PyTorch's newer exporter writes
 * them: the same model with each call replaced by what it stands for, so that what is inside can be
 * followed and dissected. A tensor inside is called as the call and its name there: {@code
 * node_gelu/mul}.
 */
final class LocalFunctions {
  private static final int MOST_NODES = 1_000_000;
  private static final int DEEPEST = 50;

  /** Longer names of calls are replaced by numbers, since they add up. */
  private static final int LONGEST_PREFIX = 1_000;

  /** What a function is called by. */
  private record Key(String domain, String name, String overload) {
    static Key of(NodeProto node) {
      return new Key(plain(node.getDomain()), node.getOpType(), node.getOverload());
    }

    static Key of(FunctionProto function) {
      return new Key(plain(function.getDomain()), function.getName(), function.getOverload());
    }

    private static String plain(String domain) {
      return domain.equals("ai.onnx") ? "" : domain;
    }
  }

  /** A call under way: the names of its tensors outside, and the values of its attributes. */
  private record Call(
      String prefix, Map<String, String> names, Map<String, AttributeProto> values) {
    String outside(String inside) {
      return inside.isEmpty() ? "" : names.computeIfAbsent(inside, name -> prefix + "/" + name);
    }
  }

  private final Path file;
  private final Map<Key, FunctionProto> functions = new HashMap<>();
  private final Map<String, Long> versions = new HashMap<>();
  private final Set<Key> under = new LinkedHashSet<>();
  private int calls;
  private int nodes;

  private LocalFunctions(Path file, ModelProto model) {
    this.file = file;
    model.getFunctionsList().forEach(function -> functions.put(Key.of(function), function));
    model
        .getOpsetImportList()
        .forEach(set -> versions.put(Key.plain(set.getDomain()), set.getVersion()));
  }

  /**
   * The model without calls of functions.
   *
   * @throws ModelException if a function calls itself, wants other versions of operators than the
   *     model, or all of them together are too large
   */
  static ModelProto inlined(ModelProto model, Path file) throws ModelException {
    if (model.getFunctionsCount() == 0) {
      return model;
    }
    LocalFunctions inlining = new LocalFunctions(file, model);
    GraphProto graph = inlining.graph(model.getGraph(), null);
    ModelProto.Builder inlined = model.toBuilder().setGraph(graph).clearFunctions();
    inlined.clearOpsetImport();
    inlining.versions.forEach(
        (domain, version) ->
            inlined.addOpsetImport(
                OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version)));
    return inlined.build();
  }

  /**
   * A graph, or a body within an operator.
   *
   * @param call that it belongs to; null in the model itself
   */
  private GraphProto graph(GraphProto graph, @Nullable Call call) throws ModelException {
    GraphProto.Builder made = graph.toBuilder().clearNode();
    for (NodeProto node : graph.getNodeList()) {
      for (NodeProto one : nodes(node, call)) {
        made.addNode(one);
      }
    }
    if (call != null) {
      made.getInputBuilderList().forEach(value -> rename(value, call));
      made.getOutputBuilderList().forEach(value -> rename(value, call));
      made.clearValueInfo();
      for (TensorProto.Builder tensor : made.getInitializerBuilderList()) {
        tensor.setName(call.outside(tensor.getName()));
      }
    }
    return made.build();
  }

  private static void rename(ValueInfoProto.Builder value, Call call) {
    value.setName(call.outside(value.getName()));
  }

  /** What stands for a node. */
  private List<NodeProto> nodes(NodeProto node, @Nullable Call call) throws ModelException {
    if (++nodes > MOST_NODES) {
      throw new ModelException(
          file + ": its functions together have more than " + MOST_NODES + " operations.");
    }
    NodeProto.Builder made = node.toBuilder();
    if (call != null) {
      made.setName(node.getName().isEmpty() ? "" : call.prefix + "/" + node.getName());
      for (int i = 0; i < node.getInputCount(); i++) {
        made.setInput(i, call.outside(node.getInput(i)));
      }
      for (int i = 0; i < node.getOutputCount(); i++) {
        made.setOutput(i, call.outside(node.getOutput(i)));
      }
    }
    made.clearAttribute();
    for (AttributeProto attribute : node.getAttributeList()) {
      AttributeProto value = value(attribute, call);
      if (value != null) {
        made.addAttribute(value);
      }
    }
    FunctionProto function = functions.get(Key.of(node));
    return function == null ? List.of(made.build()) : body(made.build(), function);
  }

  /** The value of an attribute, which within a function may be one of the call; null for none. */
  private @Nullable AttributeProto value(AttributeProto attribute, @Nullable Call call)
      throws ModelException {
    AttributeProto value = attribute;
    if (!attribute.getRefAttrName().isEmpty()) {
      AttributeProto given = call == null ? null : call.values.get(attribute.getRefAttrName());
      return given == null ? null : given.toBuilder().setName(attribute.getName()).build();
    }
    if (value.hasG()) {
      value = value.toBuilder().setG(graph(value.getG(), call)).build();
    }
    for (int i = 0; i < value.getGraphsCount(); i++) {
      value = value.toBuilder().setGraphs(i, graph(value.getGraphs(i), call)).build();
    }
    return value;
  }

  private List<NodeProto> body(NodeProto caller, FunctionProto function) throws ModelException {
    Key key = Key.of(function);
    if (under.size() >= DEEPEST || !under.add(key)) {
      throw new ModelException(
          "%s: its function %s calls itself, or lies too deep.".formatted(file, key.name));
    }
    checkVersions(function);
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < function.getInputCount(); i++) {
      names.put(function.getInput(i), i < caller.getInputCount() ? caller.getInput(i) : "");
    }
    List<NodeProto> body = new ArrayList<>();
    for (int i = 0; i < Math.min(function.getOutputCount(), caller.getOutputCount()); i++) {
      String inside = function.getOutput(i);
      String outside = caller.getOutput(i);
      if (names.containsKey(inside) && !outside.isEmpty()) { // handed through, or given twice
        body.add(
            NodeProto.newBuilder()
                .setOpType("Identity")
                .addInput(names.getOrDefault(inside, ""))
                .addOutput(outside)
                .build());
      } else if (!outside.isEmpty()) {
        names.put(inside, outside);
      }
    }
    Map<String, AttributeProto> values = new HashMap<>();
    function.getAttributeProtoList().forEach(value -> values.put(value.getName(), value));
    caller.getAttributeList().forEach(value -> values.put(value.getName(), value));
    Call call = new Call(prefix(caller), names, values);
    for (NodeProto node : function.getNodeList()) {
      body.addAll(nodes(node, call));
    }
    under.remove(key);
    return body;
  }

  private String prefix(NodeProto caller) {
    calls++;
    String name = caller.getName();
    for (int i = 0; name.isEmpty() && i < caller.getOutputCount(); i++) {
      name = caller.getOutput(i);
    }
    return name.isEmpty() || name.length() > LONGEST_PREFIX ? "call_" + calls : name;
  }

  /** A function may be written for other versions of operators than the model around it. */
  private void checkVersions(FunctionProto function) throws ModelException {
    for (OperatorSetIdProto set : function.getOpsetImportList()) {
      Long before = versions.putIfAbsent(Key.plain(set.getDomain()), set.getVersion());
      boolean isUsed =
          function.getNodeList().stream()
              .anyMatch(
                  node ->
                      Key.plain(node.getDomain()).equals(Key.plain(set.getDomain()))
                          && !functions.containsKey(Key.of(node)));
      if (before != null && before != set.getVersion() && isUsed) {
        throw new ModelException(
            ("%s: its function %s is written for opset %d%s, the model for %d; export it without"
                    + " functions, or inline them with onnx.inliner.")
                .formatted(
                    file,
                    function.getName(),
                    set.getVersion(),
                    set.getDomain().isEmpty() ? "" : " of " + set.getDomain(),
                    before));
      }
    }
  }
}
