package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One node of the graph with a name of its own, and short ways to its attributes. */
final class OnnxNode {
  /** Domains whose operators ONNX Runtime has. */
  private static final Set<String> BUILT_IN =
      Set.of(
          "",
          "ai.onnx",
          "ai.onnx.ml",
          "com.microsoft",
          "com.microsoft.nchwc",
          "com.ms.internal.nhwc");

  private final NodeProto proto;
  private final String name;
  private final Set<String> reads;

  OnnxNode(NodeProto proto, String name) {
    this.proto = proto;
    this.name = name;
    Set<String> all = new LinkedHashSet<>(proto.getInputList());
    all.addAll(captured(proto));
    all.remove("");
    this.reads = Collections.unmodifiableSet(all);
  }

  NodeProto proto() {
    return proto;
  }

  String name() {
    return name;
  }

  String op() {
    return proto.getOpType();
  }

  List<String> inputs() {
    return proto.getInputList();
  }

  /** The name of an input, or "" where it is left out. */
  String input(int i) {
    return i < proto.getInputCount() ? proto.getInput(i) : "";
  }

  List<String> outputs() {
    return proto.getOutputList();
  }

  String output() {
    return proto.getOutputCount() == 0 ? "" : proto.getOutput(0);
  }

  /** Whether the operator belongs to none of the domains that ONNX Runtime brings with it. */
  boolean isCustom() {
    return !BUILT_IN.contains(proto.getDomain());
  }

  /** What is computed inside the node's subgraphs, by name. */
  Set<String> inner() {
    Set<String> inner = new LinkedHashSet<>();
    for (AttributeProto attribute : proto.getAttributeList()) {
      for (GraphProto graph : graphs(attribute)) {
        for (NodeProto node : graph.getNodeList()) {
          inner.add(node.getName());
          inner.addAll(node.getOutputList());
          inner.addAll(new OnnxNode(node, node.getName()).inner());
        }
      }
    }
    inner.remove("");
    return inner;
  }

  /** All tensors this node reads: its inputs, and what its subgraphs take from outside. */
  Set<String> reads() {
    return reads;
  }

  boolean hasSubgraphs() {
    return proto.getAttributeList().stream().anyMatch(a -> a.hasG() || a.getGraphsCount() > 0);
  }

  @Nullable AttributeProto attribute(String key) {
    for (AttributeProto attribute : proto.getAttributeList()) {
      if (attribute.getName().equals(key)) {
        return attribute;
      }
    }
    return null;
  }

  long integer(String key, long otherwise) {
    AttributeProto attribute = attribute(key);
    return attribute == null ? otherwise : attribute.getI();
  }

  double real(String key, double otherwise) {
    AttributeProto attribute = attribute(key);
    return attribute == null ? otherwise : attribute.getF();
  }

  String text(String key, String otherwise) {
    AttributeProto attribute = attribute(key);
    return attribute == null ? otherwise : attribute.getS().toStringUtf8();
  }

  /** A list attribute, or null. */
  long @Nullable [] integers(String key) {
    AttributeProto attribute = attribute(key);
    return attribute == null
        ? null
        : attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
  }

  /** A list attribute, or null. */
  double @Nullable [] floats(String key) {
    AttributeProto attribute = attribute(key);
    return attribute == null
        ? null
        : attribute.getFloatsList().stream().mapToDouble(Float::doubleValue).toArray();
  }

  /** All tensors held in attributes, those of subgraphs included. */
  static List<TensorProto> tensors(NodeProto node) {
    List<TensorProto> tensors = new ArrayList<>();
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.hasT()) {
        tensors.add(attribute.getT());
      }
      tensors.addAll(attribute.getTensorsList());
      for (GraphProto graph : graphs(attribute)) {
        tensors.addAll(graph.getInitializerList());
        graph.getNodeList().forEach(inner -> tensors.addAll(tensors(inner)));
      }
    }
    return tensors;
  }

  private static List<GraphProto> graphs(AttributeProto attribute) {
    List<GraphProto> graphs = new ArrayList<>(attribute.getGraphsList());
    if (attribute.hasG()) {
      graphs.add(attribute.getG());
    }
    return graphs;
  }

  private static Set<String> captured(NodeProto node) {
    Set<String> free = new LinkedHashSet<>();
    for (AttributeProto attribute : node.getAttributeList()) {
      for (GraphProto graph : graphs(attribute)) {
        Set<String> own = new HashSet<>();
        graph.getInputList().forEach(i -> own.add(i.getName()));
        graph.getInitializerList().forEach(i -> own.add(i.getName()));
        graph.getNodeList().forEach(n -> own.addAll(n.getOutputList()));
        Set<String> reads = new LinkedHashSet<>();
        for (NodeProto inner : graph.getNodeList()) {
          reads.addAll(inner.getInputList());
          reads.addAll(captured(inner));
        }
        graph.getOutputList().forEach(o -> reads.add(o.getName()));
        reads.removeAll(own);
        reads.remove("");
        free.addAll(reads);
      }
    }
    return free;
  }

  @Override
  public String toString() {
    return op() + " " + name;
  }
}
