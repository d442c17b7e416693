package org.netdissect.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes NumPy files as other frameworks would. */
public final class Npy {
  private Npy() {}

  public static Path write(Path path, float[] values, int... shape) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return write(path, "<f4", data.array(), shape);
  }

  public static Path write(Path path, String type, byte[] data, int... shape) throws IOException {
    StringBuilder dimensions = new StringBuilder();
    for (int side : shape) {
      dimensions.append(side).append(", ");
    }
    String header =
        "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + dimensions + "), }";
    int padded = (10 + header.length() + 1 + 63) / 64 * 64 - 10;
    ByteBuffer file = ByteBuffer.allocate(10 + padded + data.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    file.put((byte) 1).put((byte) 0).putShort((short) padded);
    file.put(
        (header + " ".repeat(padded - header.length() - 1) + "\n")
            .getBytes(StandardCharsets.US_ASCII));
    file.put(data);
    return Files.write(path, file.array());
  }
}
