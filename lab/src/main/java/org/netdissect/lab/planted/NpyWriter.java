package org.netdissect.lab.planted;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a NumPy file (format 1.0) of float32 piece by piece. */
final class NpyWriter implements Closeable {
  private final OutputStream out;

  NpyWriter(Path file, int... shape) throws IOException {
    StringBuilder sizes = new StringBuilder();
    for (int n : shape) {
      sizes.append(n).append(", ");
    }
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + sizes.toString().strip() + "), }";
    // The data begin at a multiple of 64 bytes.
    int padded = (10 + header.length() + 1 + 63) / 64 * 64 - 10;
    byte[] text =
        (header + " ".repeat(padded - header.length() - 1) + "\n")
            .getBytes(StandardCharsets.US_ASCII);
    out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    out.write(text.length & 255);
    out.write(text.length >> 8);
    out.write(text);
  }

  void write(float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    out.write(bytes.array());
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
