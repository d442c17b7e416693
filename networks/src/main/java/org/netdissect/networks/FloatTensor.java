package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntToDoubleFunction;

/** The values of a constant of floats, half floats or doubles, read and written. */
final class FloatTensor {
  private final TensorProto tensor;
  private final ByteBuffer raw;
  private final int size;

  /**
   * Looks at a constant.
   *
   * @throws ModelException if it does not hold as many values as its dimensions say
   */
  FloatTensor(TensorProto tensor) throws ModelException {
    this.tensor = tensor;
    raw = tensor.getRawData().asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    long count = 1;
    for (long dim : tensor.getDimsList()) {
      count = dim < 0 || dim > Integer.MAX_VALUE ? -1 : count * dim;
      if (count < 0 || count > Integer.MAX_VALUE) {
        throw wrong();
      }
    }
    size = (int) count;
    int typed =
        switch (tensor.getDataType()) {
          case TensorProto.DataType.FLOAT_VALUE -> tensor.getFloatDataCount();
          case TensorProto.DataType.FLOAT16_VALUE -> tensor.getInt32DataCount();
          default -> tensor.getDoubleDataCount();
        };
    if (raw.hasRemaining() ? raw.remaining() != (long) size * width() : typed != size) {
      throw wrong();
    }
  }

  private ModelException wrong() {
    return new ModelException(
        "the weights " + tensor.getName() + " are not as many as their shape says.");
  }

  int size() {
    return size;
  }

  private int width() {
    return switch (tensor.getDataType()) {
      case TensorProto.DataType.FLOAT_VALUE -> 4;
      case TensorProto.DataType.FLOAT16_VALUE -> 2;
      default -> 8;
    };
  }

  /** A value, as a double, which holds each exactly. */
  double get(int i) {
    boolean isRaw = raw.hasRemaining();
    return switch (tensor.getDataType()) {
      case TensorProto.DataType.FLOAT_VALUE -> isRaw ? raw.getFloat(4 * i) : tensor.getFloatData(i);
      case TensorProto.DataType.FLOAT16_VALUE ->
          Fp16Conversions.mlasFp16ToFloat(
              isRaw ? raw.getShort(2 * i) : (short) tensor.getInt32Data(i));
      default -> isRaw ? raw.getDouble(8 * i) : tensor.getDoubleData(i);
    };
  }

  /** The same constant with other values, each rounded to its type, as raw bytes. */
  TensorProto with(IntToDoubleFunction value) {
    ByteBuffer bytes = ByteBuffer.allocate(size * width()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < size; i++) {
      double number = value.applyAsDouble(i);
      switch (tensor.getDataType()) {
        case TensorProto.DataType.FLOAT_VALUE -> bytes.putFloat((float) number);
        case TensorProto.DataType.FLOAT16_VALUE ->
            bytes.putShort(Fp16Conversions.mlasFloatToFp16((float) number));
        default -> bytes.putDouble(number);
      }
    }
    return tensor.toBuilder()
        .clearFloatData()
        .clearInt32Data()
        .clearDoubleData()
        .setRawData(ByteString.copyFrom(bytes.flip()))
        .build();
  }
}
