package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Gives every node a name and brings nodes into an order in which each follows what it reads. */
final class NodeOrder {
  private NodeOrder() {}

  /**
   * @throws ModelException if the graph has a cycle or two nodes make one tensor
   */
  static List<OnnxNode> of(Path file, List<NodeProto> protos) throws ModelException {
    return sorted(file, named(protos));
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
  private static List<OnnxNode> sorted(Path file, List<OnnxNode> unsorted) throws ModelException {
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
}
