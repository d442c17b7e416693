package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.files.NpyHeader;
import org.netdissect.base.files.SectionFile;

/** Reads a NumPy file of moderate size as a constant tensor. */
final class NpyTensor {
  private static final long LARGEST = 64L << 20;

  /** NumPy's little-endian types and ONNX's. */
  private static final Map<String, Integer> TYPES =
      Map.of(
          "<f4", TensorProto.DataType.FLOAT_VALUE,
          "<f8", TensorProto.DataType.DOUBLE_VALUE,
          "<f2", TensorProto.DataType.FLOAT16_VALUE,
          "<i8", TensorProto.DataType.INT64_VALUE,
          "<i4", TensorProto.DataType.INT32_VALUE,
          "|u1", TensorProto.DataType.UINT8_VALUE,
          "|i1", TensorProto.DataType.INT8_VALUE,
          "|b1", TensorProto.DataType.BOOL_VALUE);

  private NpyTensor() {}

  /**
   * Reads a file.
   *
   * @param name of the tensor
   * @throws ModelException with one line if it is no such file
   */
  static TensorProto read(String name, Path file) throws ModelException {
    if (!Files.isRegularFile(file)) {
      throw new ModelException(file + ": no such file.");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() > LARGEST) {
        throw new ModelException(file + ": larger than 64 MB, too large for an input.");
      }
      return tensor(name, file, channel);
    } catch (NetdissectException e) {
      throw e instanceof ModelException named ? named : new ModelException(e.getMessage(), e);
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static TensorProto tensor(String name, Path file, FileChannel channel)
      throws IOException {
    NpyHeader header = NpyHeader.read(file, channel, 0, channel.size());
    Integer type = TYPES.get(header.type());
    if (type == null
        || header.fortran()
        || !header.fits(Character.digit(header.type().charAt(2), 10))) {
      throw new ModelException(
          file + ": no NumPy file of numbers in C order (little-endian) that is whole.");
    }
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type);
    for (long side : header.shape()) {
      tensor.addDims(side);
    }
    ByteBuffer values = SectionFile.read(channel, file, header.start(), (int) header.bytes());
    return tensor.setRawData(ByteString.copyFrom(values)).build();
  }
}
