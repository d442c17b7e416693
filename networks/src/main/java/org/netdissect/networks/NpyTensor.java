package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a NumPy file of moderate size as a constant tensor. */
final class NpyTensor {
  private static final long LARGEST = 64L << 20;
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{\\s*'descr':\\s*'([^']+)',\\s*'fortran_order':\\s*False,\\s*'shape':\\s*\\(([\\d, ]*)\\),?\\s*\\}\\s*");

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
    byte[] bytes;
    try {
      if (!Files.isRegularFile(file)) {
        throw new ModelException(file + ": no such file.");
      }
      if (Files.size(file) > LARGEST) {
        throw new ModelException(file + ": larger than 64 MB, too large for an input.");
      }
      bytes = Files.readAllBytes(file);
    } catch (ModelException e) {
      throw e;
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
    try {
      return parsed(name, bytes);
    } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
      throw new ModelException(
          file + ": no NumPy file of numbers in C order (little-endian) that is whole.", e);
    }
  }

  private static TensorProto parsed(String name, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < MAGIC.length; i++) {
      require(in.get(i) == MAGIC[i]);
    }
    boolean isFirstVersion = in.get(6) == 1;
    int length = isFirstVersion ? in.getShort(8) & 0xffff : in.getInt(8);
    int start = isFirstVersion ? 10 : 12;
    int end = Math.addExact(start, length);
    require(length > 0 && end <= bytes.length);
    Matcher header = HEADER.matcher(new String(bytes, start, length, StandardCharsets.ISO_8859_1));
    require(header.matches());
    Integer type = TYPES.get(header.group(1));
    if (type == null) {
      throw new IllegalArgumentException("another type");
    }
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type);
    long size = Character.digit(header.group(1).charAt(2), 10);
    for (String dim : header.group(2).split(",", -1)) {
      if (!dim.isBlank()) {
        long entries = Long.parseLong(dim.strip());
        tensor.addDims(entries);
        size = Math.multiplyExact(size, entries);
      }
    }
    require(size == bytes.length - end);
    return tensor.setRawData(ByteString.copyFrom(bytes, end, bytes.length - end)).build();
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new IllegalArgumentException("malformed");
    }
  }
}
