package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnxruntime.OnnxJavaType;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.Operators.Trait;

/**
 * How the model takes its image.
 *
 * @param batch images at once, or −1 where that is free
 * @param channelsLast true for N × H × W × C, false for N × C × H × W
 */
record ImageInput(
    String name,
    OnnxJavaType type,
    boolean channelsLast,
    int batch,
    int channels,
    int height,
    int width) {

  private static final int LARGEST_BATCH = 4096;

  /** Values that fit one buffer even as doubles. */
  private static final long LARGEST_INPUT = Integer.MAX_VALUE / 8;

  /**
   * Reads the declared input.
   *
   * @param size the size asked for, or null
   * @throws ModelException if the input is no image, its size is free and none is asked for, or the
   *     size asked for contradicts it
   */
  static ImageInput of(OnnxGraph graph, @Nullable InputSize size) throws ModelException {
    String name = graph.input().getName();
    TypeProto.Tensor tensor = graph.input().getType().getTensorType();
    if (!graph.input().getType().hasTensorType()) {
      throw new ModelException("%s: its input %s is no tensor.".formatted(graph.file(), name));
    }
    OnnxJavaType type =
        switch (tensor.getElemType()) {
          case TensorProto.DataType.FLOAT_VALUE -> OnnxJavaType.FLOAT;
          case TensorProto.DataType.FLOAT16_VALUE -> OnnxJavaType.FLOAT16;
          case TensorProto.DataType.UINT8_VALUE -> OnnxJavaType.UINT8;
          default ->
              throw new ModelException(
                  "%s: its input %s is of type %s; images go in as float, float16 or uint8."
                      .formatted(graph.file(), name, typeName(tensor.getElemType())));
        };
    long[] dims = {-1, -1, -1, -1};
    if (tensor.hasShape()) {
      dims = dims(tensor.getShape());
      if (dims.length != 4) {
        throw notAnImage(graph, dims);
      }
    }
    boolean channelsLast = isChannelsLast(graph, dims);
    int channelAxis = channelsLast ? 3 : 1;
    int firstSide = channelsLast ? 1 : 2;
    long channels = dims[channelAxis] > 0 ? dims[channelAxis] : weightChannels(graph);
    if (!isColour(channels)) {
      throw notAnImage(graph, dims);
    }
    if (dims[0] == 0 || dims[0] > LARGEST_BATCH) {
      throw notAnImage(graph, dims);
    }
    long[] sides = {dims[firstSide], dims[firstSide + 1]};
    if (size != null) {
      if (isOther(sides[0], size.height()) || isOther(sides[1], size.width())) {
        throw new ModelException(
            "--input-size %s contradicts %s, whose input is fixed at %s,%s."
                .formatted(size, graph.file(), side(sides[0]), side(sides[1])));
      }
      sides = new long[] {size.height(), size.width()};
    }
    if (sides[0] < 0 || sides[1] < 0) {
      throw new ModelException(
          "%s: height and width of its input are free; give --input-size H,W, for example --input-size 224,224."
              .formatted(graph.file()));
    }
    try {
      size = new InputSize(Math.toIntExact(sides[0]), Math.toIntExact(sides[1]));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw notAnImage(graph, dims);
    }
    if (Math.max(1, dims[0]) * channels * size.height() * size.width() > LARGEST_INPUT) {
      throw new ModelException(
          "%s: an input of %s pixels is too large.".formatted(graph.file(), size));
    }
    return new ImageInput(
        name, type, channelsLast, (int) dims[0], (int) channels, size.height(), size.width());
  }

  /** The input tensor's dimensions for so many images. */
  long[] dims(long images) {
    return channelsLast
        ? new long[] {images, height, width, channels}
        : new long[] {images, channels, height, width};
  }

  /** The dimensions with a free batch left free (−1). */
  long[] dims() {
    return dims(batch);
  }

  /** The dimensions with sides left free as well. */
  long[] channelsOnly() {
    return channelsLast
        ? new long[] {batch, -1, -1, channels}
        : new long[] {batch, channels, -1, -1};
  }

  /** Whether so many rows and columns could be a picture of the image, by their proportions. */
  boolean isOfItsShape(long rows, long columns) {
    double proportion = (double) rows * width / ((double) columns * height);
    return (rows == 1 && columns == 1) || (proportion > 0.5 && proportion < 2);
  }

  int values() {
    return Math.multiplyExact(Math.multiplyExact(channels, height), width);
  }

  private static boolean isOther(long fixed, int asked) {
    return fixed > 0 && fixed != asked;
  }

  private static String side(long side) {
    return side > 0 ? Long.toString(side) : "free";
  }

  private static ModelException notAnImage(OnnxGraph graph, long[] dims) {
    return new ModelException(
        "%s: its input %s is %s; only images with 1, 3 or 4 channels (N × C × H × W or N × H × W × C) can go in."
            .formatted(
                graph.file(),
                graph.input().getName(),
                dims.length == 0
                    ? "a single number"
                    : LongStream.of(dims)
                        .mapToObj(ImageInput::side)
                        .collect(Collectors.joining(" × "))));
  }

  private static long[] dims(TensorShapeProto shape) {
    return shape.getDimList().stream()
        .mapToLong(d -> d.hasDimValue() && d.getDimValue() >= 0 ? d.getDimValue() : -1)
        .map(d -> d == 0 ? -1 : d)
        .toArray();
  }

  private static String typeName(int type) {
    TensorProto.DataType known = TensorProto.DataType.forNumber(type);
    return known == null ? "number " + type : known.name().toLowerCase(Locale.ROOT);
  }

  private static boolean isColour(long dim) {
    return dim == 1 || dim == 3 || dim == 4;
  }

  private static boolean isChannelsLast(OnnxGraph graph, long[] dims) {
    boolean first = isColour(dims[1]);
    boolean last = isColour(dims[3]);
    if (first != last) {
      return last;
    }
    // Both or neither could be the channels: see what reads the image first.
    ArrayDeque<String> open = new ArrayDeque<>(List.of(graph.input().getName()));
    Set<String> seen = new HashSet<>(open);
    while (!open.isEmpty()) {
      for (OnnxNode reader : graph.consumers(open.poll())) {
        if (reader.op().equals("Transpose")) {
          return Arrays.equals(reader.integers("perm"), new long[] {0, 3, 1, 2});
        }
        if (Operators.is(reader, Trait.SPATIAL)) {
          return false;
        }
        if (Operators.is(reader, Trait.ELEMENTWISE) && seen.add(reader.output())) {
          open.add(reader.output());
        }
      }
    }
    return false;
  }

  /** Where the file leaves the number of channels free, the first convolution tells it. */
  private static long weightChannels(OnnxGraph graph) {
    for (OnnxNode node : graph.nodes()) {
      TensorProto weights = graph.constant(node.input(1));
      if (node.op().equals("Conv")
          && graph.dependsOnImage(node.input(0))
          && weights != null
          && weights.getDimsCount() == 4) {
        return weights.getDims(1) * node.integer("group", 1);
      }
    }
    return 3;
  }
}
