package org.netdissect.base.files;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a NumPy file (format 1.0, little-endian, C order) piece by piece. */
public final class NpyWriter implements Closeable {
  private final OutputStream out;

  /** Begins a file of float32. */
  public NpyWriter(Path file, int... shape) throws IOException {
    this(file, "<f4", shape);
  }

  private NpyWriter(Path file, String type, int... shape) throws IOException {
    StringBuilder sizes = new StringBuilder();
    for (int n : shape) {
      sizes.append(n).append(", ");
    }
    String header =
        "{'descr': '"
            + type
            + "', 'fortran_order': False, 'shape': ("
            + sizes.toString().strip()
            + "), }";
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

  /** A whole file of float64: rows of one length. */
  public static void write(Path file, double[][] rows) throws IOException {
    try (NpyWriter writer = new NpyWriter(file, "<f8", rows.length, rows[0].length)) {
      for (double[] row : rows) {
        writer.write(row);
      }
    }
  }

  /** A whole file of float64 in one dimension. */
  public static void write(Path file, double[] values) throws IOException {
    try (NpyWriter writer = new NpyWriter(file, "<f8", values.length)) {
      writer.write(values);
    }
  }

  private void write(double[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(values);
    out.write(bytes.array());
  }

  /** The next values of a file of float32. */
  public void write(float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    out.write(bytes.array());
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
