package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Models in bfloat16, which ONNX Runtime cannot compute on a processor: the same in 32 bits. Every
 * bfloat16 is a float, so weights are exact; values between operations are not rounded to 8 bits of
 * precision, as they would be.
 */
final class Bfloat16 {
  /** Weights above this are not widened: the model would outgrow what the runtime takes. */
  private static final long LARGEST = 1L << 30;

  private final Path file;
  private long left = LARGEST;

  private Bfloat16(Path file) {
    this.file = file;
  }

  /** Whether a model has weights, inputs or conversions in bfloat16. */
  static boolean isIn(ModelProto model) {
    GraphProto graph = model.getGraph();
    return graph.getInitializerList().stream().anyMatch(Bfloat16::is)
        || graph.getInputList().stream().anyMatch(Bfloat16::is)
        || graph.getNodeList().stream().anyMatch(Bfloat16::is);
  }

  /**
   * The model in 32 bits.
   *
   * @param file of the model, beside which its weights may lie
   * @throws ModelException if its weights are malformed, missing or too large
   */
  static ModelProto widened(ModelProto model, Path file) throws ModelException {
    Bfloat16 widening = new Bfloat16(file);
    GraphProto.Builder graph = model.getGraph().toBuilder();
    for (int i = 0; i < graph.getInitializerCount(); i++) {
      if (is(graph.getInitializer(i))) {
        graph.setInitializer(i, widening.widened(graph.getInitializer(i)));
      }
    }
    for (int i = 0; i < graph.getNodeCount(); i++) {
      if (is(graph.getNode(i))) {
        graph.setNode(i, widening.widened(graph.getNode(i)));
      }
    }
    graph.getInputBuilderList().stream()
        .filter(input -> is(input.build()))
        .forEach(
            input ->
                input.getTypeBuilder().getTensorTypeBuilder().setElemType(DataType.FLOAT_VALUE));
    // What else is said of types is inferred anew.
    graph.clearValueInfo();
    return model.toBuilder().setGraph(graph).build();
  }

  private static boolean is(TensorProto tensor) {
    return tensor.getDataType() == DataType.BFLOAT16_VALUE;
  }

  private static boolean is(ValueInfoProto value) {
    return value.getType().getTensorType().getElemType() == DataType.BFLOAT16_VALUE;
  }

  private static boolean is(NodeProto node) {
    return node.getAttributeList().stream().anyMatch(Bfloat16::is);
  }

  private static boolean is(AttributeProto attribute) {
    boolean isType =
        attribute.getType() == AttributeProto.AttributeType.INT
            && attribute.getI() == DataType.BFLOAT16_VALUE
            && List.of("to", "dtype", "output_dtype").contains(attribute.getName());
    return isType || (attribute.hasT() && is(attribute.getT()));
  }

  private NodeProto widened(NodeProto node) throws ModelException {
    NodeProto.Builder widened = node.toBuilder();
    for (int i = 0; i < node.getAttributeCount(); i++) {
      AttributeProto attribute = node.getAttribute(i);
      if (is(attribute)) {
        AttributeProto.Builder made = attribute.toBuilder();
        widened.setAttribute(
            i,
            attribute.hasT()
                ? made.setT(widened(attribute.getT()))
                : made.setI(DataType.FLOAT_VALUE));
      }
    }
    return widened.build();
  }

  private TensorProto widened(TensorProto tensor) throws ModelException {
    TensorProto.Builder widened =
        tensor.toBuilder()
            .setDataType(DataType.FLOAT_VALUE)
            .clearInt32Data()
            .clearExternalData()
            .clearDataLocation();
    if (tensor.getDataLocation() == DataLocation.EXTERNAL) {
      return widened.setRawData(floats(beside(tensor))).build();
    }
    if (tensor.hasRawData()) {
      return widened.setRawData(floats(tensor.getRawData().asReadOnlyByteBuffer())).build();
    }
    take(2L * tensor.getInt32DataCount());
    tensor
        .getInt32DataList()
        .forEach(bits -> widened.addFloatData(Float.intBitsToFloat(bits << 16)));
    return widened.build();
  }

  private ByteString floats(ByteBuffer halves) throws ModelException {
    take(halves.remaining());
    ByteBuffer from = halves.order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer to =
        ByteBuffer.allocate(2 * (from.remaining() / 2 * 2)).order(ByteOrder.LITTLE_ENDIAN);
    while (from.remaining() > 1) {
      to.putInt(from.getShort() << 16);
    }
    return ByteString.copyFrom(to.flip());
  }

  private void take(long bytes) throws ModelException {
    left -= 2 * bytes;
    if (left < 0) {
      throw new ModelException(
          "%s: has more than %d MB of weights in bfloat16, which ONNX Runtime cannot compute on a processor; export it in float16 or float32."
              .formatted(file, LARGEST >> 21));
    }
  }

  /** Weights that lie in a file beside the model. */
  private ByteBuffer beside(TensorProto tensor) throws ModelException {
    Map<String, Path> files = ExternalWeights.check(file, List.of(tensor));
    Path weights = files.values().iterator().next();
    try (FileChannel channel = FileChannel.open(weights)) {
      long offset = entry(tensor, "offset", 0);
      long length = entry(tensor, "length", channel.size() - offset);
      if (length > LARGEST) {
        take(length);
      }
      return channel.map(FileChannel.MapMode.READ_ONLY, offset, length);
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelException(weights + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static long entry(TensorProto tensor, String key, long otherwise) {
    return tensor.getExternalDataList().stream()
        .filter(entry -> entry.getKey().equals(key))
        .map(StringStringEntryProto::getValue)
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(otherwise);
  }
}
