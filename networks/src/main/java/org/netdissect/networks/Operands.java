package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Small constants (pads, axes, scales) as numbers. */
final class Operands {
  private Operands() {}

  /**
   * The numbers of a tensor in the file; null if it is long, lies outside, or is of no such type.
   */
  static double @Nullable [] values(TensorProto tensor, int longest) {
    long count = 1;
    for (long dim : tensor.getDimsList()) {
      count = dim < 0 || dim > longest ? longest + 1L : count * dim;
      if (count > longest) {
        return null;
      }
    }
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      return null;
    }
    int n = (int) count;
    ByteBuffer raw =
        tensor.getRawData().asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    boolean isRaw = raw.hasRemaining();
    try {
      return switch (tensor.getDataType()) {
        case TensorProto.DataType.INT64_VALUE ->
            of(n, i -> isRaw ? raw.getLong(8 * i) : tensor.getInt64Data(i));
        case TensorProto.DataType.INT32_VALUE ->
            of(n, i -> isRaw ? raw.getInt(4 * i) : tensor.getInt32Data(i));
        case TensorProto.DataType.FLOAT_VALUE ->
            of(n, i -> isRaw ? raw.getFloat(4 * i) : tensor.getFloatData(i));
        case TensorProto.DataType.DOUBLE_VALUE ->
            of(n, i -> isRaw ? raw.getDouble(8 * i) : tensor.getDoubleData(i));
        default -> null;
      };
    } catch (IndexOutOfBoundsException e) {
      return null;
    }
  }

  /** The numbers of a tensor that the runtime computed; null if it is of no such type. */
  static double @Nullable [] values(OnnxTensor tensor) {
    int n = Math.toIntExact(tensor.getInfo().getNumElements());
    return switch (tensor.getInfo().type) {
      case INT64 -> {
        LongBuffer longs = tensor.getLongBuffer();
        yield of(n, longs::get);
      }
      case INT32 -> {
        IntBuffer ints = tensor.getIntBuffer();
        yield of(n, ints::get);
      }
      case FLOAT -> {
        FloatBuffer floats = tensor.getFloatBuffer();
        yield of(n, floats::get);
      }
      default -> null;
    };
  }

  private static double[] of(int n, IntToDoubleFunction value) {
    return IntStream.range(0, n).mapToDouble(value).toArray();
  }
}
