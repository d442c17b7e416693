package org.netdissect.networks.caffe;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.caffe.GraphWriter.Attribute;
import org.netdissect.networks.caffe.Parameters.Wanted;

/** One layer while it is translated: what it reads, its parameters, and the nodes it becomes. */
final class Step {
  private final Translation translation;
  private final CaffeLayer layer;
  private final List<Operand> bottoms;

  /** What each top became; null as long as it was not made. */
  private final Operand[] made;

  Step(Translation translation, CaffeLayer layer, List<Operand> bottoms) {
    this.translation = translation;
    this.layer = layer;
    this.bottoms = bottoms;
    this.made = new Operand[layer.tops().size()];
  }

  Message param(String field) {
    return layer.param(field);
  }

  Operand bottom(int index) {
    return bottoms.get(index);
  }

  List<Operand> bottoms() {
    return bottoms;
  }

  int tops() {
    return made.length;
  }

  Operand made(int top) {
    return made[top];
  }

  /**
   * @throws ModelException if the layer reads or makes another number of blobs
   */
  void expect(int bottomsWanted, int topsWanted) throws ModelException {
    expect(bottomsWanted, bottomsWanted, topsWanted);
  }

  void expect(int least, int most, int topsWanted) throws ModelException {
    if (bottoms.size() < least || bottoms.size() > most) {
      throw error(
          "it reads %d blobs, where its type reads %s"
              .formatted(bottoms.size(), least == most ? least : least + " to " + most));
    }
    if (made.length != topsWanted) {
      throw error("it makes %d blobs, where its type makes %d".formatted(made.length, topsWanted));
    }
  }

  /** The axis that a number means, which may count from the end. */
  int axis(Operand operand, long number) throws ModelException {
    int axis = operand.shape().axis(number);
    if (axis < 0) {
      throw error("axis %d of a blob of %s".formatted(number, operand.shape()));
    }
    return axis;
  }

  /** The layer's parameter blobs. */
  List<Blob> blobs(Wanted... wanted) throws ModelException {
    return translation.parameters().of(layer, List.of(wanted));
  }

  boolean areWeightsAbsent() {
    return translation.parameters().areAbsent();
  }

  /** A parameter blob as a tensor of the given dimensions; gives its name. */
  String weight(String name, Blob blob, long... dims) {
    return blob.values().isEmpty()
        ? inner(name, "ConstantOfShape", List.of(longs(dims)))
        : floats(name, blob.values(), dims);
  }

  String floats(String name, ByteString values, long... dims) {
    return translation.writer().weight(translation.innerName(layer, name), dims, values);
  }

  String scalar(double value) {
    return translation.writer().scalar(value);
  }

  String longs(long... values) {
    return translation.writer().longs(values);
  }

  /** A node whose result only this layer uses; gives its name. */
  String inner(String name, String op, List<String> inputs, Attribute... attributes) {
    String tensor = translation.innerName(layer, name);
    translation.writer().node(op, tensor, inputs, tensor, attributes);
    return tensor;
  }

  /** The node that makes one of the layer's tops. */
  void top(int index, Shape shape, String op, List<String> inputs, Attribute... attributes)
      throws ModelException {
    translation.checkSize(layer, shape);
    String tensor = translation.topName(layer, index);
    translation.writer().node(op, translation.nodeName(layer, index), inputs, tensor, attributes);
    made[index] = new Operand(tensor, shape);
  }

  /** The only top, of the only bottom's shape, by an operation on the bottom and constants. */
  void map(String op, Object... more) throws ModelException {
    List<String> inputs = new ArrayList<>(List.of(bottom(0).tensor()));
    List<Attribute> attributes = new ArrayList<>();
    for (Object one : more) {
      if (one instanceof Attribute attribute) {
        attributes.add(attribute);
      } else {
        inputs.add((String) one);
      }
    }
    top(0, bottom(0).shape(), op, inputs, attributes.toArray(Attribute[]::new));
  }

  /** One top as a bottom of another shape with as many values. */
  void reshape(int index, String tensor, Shape from, Shape to) throws ModelException {
    long[] dims = to.dims().clone();
    if (to.free()) {
      dims[0] = from.free() && from.rank() > 0 && from.dim(0) == to.dim(0) ? 0 : -1;
    }
    top(index, to, "Reshape", List.of(tensor, longs(dims)));
  }

  /** Says that a top cannot be had; layers that read it are left out. */
  void leaveOut(int index, String why) {
    translation.leaveOut(layer, layer.tops().get(index), why);
  }

  void note(String what) {
    translation.note(layer + ": " + what);
  }

  /** Whether all operands follow the number of images, or none; anything else fixes it. */
  boolean free(List<Operand> operands) {
    long free = operands.stream().filter(o -> o.shape().free()).count();
    if (free != 0 && free != operands.size()) {
      throw mixesImages();
    }
    return free > 0;
  }

  /** To be thrown where the number of images must stay what the text says. */
  MixedImagesException mixesImages() {
    return new MixedImagesException(layer);
  }

  ModelException error(String what) {
    return new ModelException("%s: %s: %s.".formatted(translation.file(), layer, what));
  }

  static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  /** Dimensions with so many ones behind. */
  static long[] withOnes(long[] dims, int rank) {
    long[] padded = Arrays.copyOf(dims, rank);
    Arrays.fill(padded, dims.length, rank, 1);
    return padded;
  }
}
