package org.netdissect.networks;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known of a graph's tensors while it is traced. */
final class Traced {
  private final OnnxGraph graph;
  private final Shapes shapes;
  private final int batch;
  private final Map<String, Geometry> geometries = new HashMap<>();

  Traced(OnnxGraph graph, Shapes shapes, ImageInput input) {
    this.graph = graph;
    this.shapes = shapes;
    this.batch = Math.max(1, input.batch());
  }

  OnnxGraph graph() {
    return graph;
  }

  /** Images in the shapes: the model's fixed batch, or 1. */
  int batch() {
    return batch;
  }

  Geometry of(String tensor) {
    return geometries.getOrDefault(tensor, Geometry.LOST);
  }

  void put(String tensor, Geometry geometry) {
    geometries.put(tensor, geometry);
  }

  Map<String, Geometry> all() {
    return geometries;
  }

  boolean dependsOnImage(String tensor) {
    return graph.dependsOnImage(tensor);
  }

  /** Number of axes, or −1 if that cannot be told. */
  int rank(String tensor) {
    long[] dims = shapes.dims(tensor);
    return dims == null ? -1 : dims.length;
  }

  /**
   * @throws IllegalArgumentException if they cannot be told
   */
  long[] dims(String tensor) {
    long[] dims = shapes.dims(tensor);
    if (dims == null) {
      throw new IllegalArgumentException("no shape: " + tensor);
    }
    return dims;
  }

  /** The values of a small operand, or null. */
  double @Nullable [] operand(String tensor) {
    return shapes.operand(tensor);
  }

  /** The values of a small operand, or null. */
  long @Nullable [] longs(String tensor) {
    double[] values = shapes.operand(tensor);
    return values == null ? null : Arrays.stream(values).mapToLong(v -> (long) v).toArray();
  }

  /** A list that is an attribute in old operator versions and an operand in new ones, or null. */
  long @Nullable [] list(OnnxNode node, String attribute, int operand) {
    long[] held = node.integers(attribute);
    return held != null ? held : longs(node.input(operand));
  }

  /** An axis given as attribute, counted from the front. */
  static int axis(OnnxNode node, String key, long otherwise, int rank) {
    return normal(node.integer(key, otherwise), rank);
  }

  /** An axis counted from the front. */
  static int normal(long axis, int rank) {
    long front = axis < 0 ? axis + rank : axis;
    if (front < 0 || front >= rank) {
      throw new IllegalArgumentException("axis " + axis + " of " + rank);
    }
    return (int) front;
  }
}
