package org.netdissect.datasets.broden.build;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.InflaterInputStream;
import us.hebi.matlab.mat.types.Source;

/**
 * Where the MATLAB reader takes its bytes from: bounded, and without the memory tricks of the
 * library's own sources, which newer Javas warn of.
 */
final class StreamSource implements Source {
  private final InputStream in;
  private final long most;
  private final ByteBuffer number = ByteBuffer.allocate(Double.BYTES);
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
  private long position;
  private boolean checkedAtEnd;

  /**
   * A source.
   *
   * @param most bytes that may be read
   */
  StreamSource(InputStream in, long most) {
    this.in = in;
    this.most = most;
  }

  /** From now on the checksum of what is unpacked is looked at on closing. */
  void checkAtEnd() {
    checkedAtEnd = true;
  }

  @Override
  public Source order(ByteOrder byteOrder) {
    order = byteOrder;
    return this;
  }

  @Override
  public ByteOrder order() {
    return order;
  }

  @Override
  public long getPosition() {
    return position;
  }

  private void advance(long bytes) throws IOException {
    position += bytes;
    if (bytes < 0 || position > most) {
      throw new IOException("it unpacks to more than " + most + " bytes");
    }
  }

  @Override
  public void readBytes(byte[] buffer, int offset, int length) throws IOException {
    advance(length);
    if (in.readNBytes(buffer, offset, length) < length) {
      throw new EOFException("it ends too early");
    }
  }

  private ByteBuffer number(int bytes) throws IOException {
    readBytes(number.array(), 0, bytes);
    return number.clear().order(order);
  }

  @Override
  public byte readByte() throws IOException {
    return number(Byte.BYTES).get();
  }

  @Override
  public short readShort() throws IOException {
    return number(Short.BYTES).getShort();
  }

  @Override
  public int readInt() throws IOException {
    return number(Integer.BYTES).getInt();
  }

  @Override
  public long readLong() throws IOException {
    return number(Long.BYTES).getLong();
  }

  @Override
  public float readFloat() throws IOException {
    return number(Float.BYTES).getFloat();
  }

  @Override
  public double readDouble() throws IOException {
    return number(Double.BYTES).getDouble();
  }

  @Override
  public void readShorts(short[] buffer, int offset, int length) throws IOException {
    for (int i = 0; i < length; i++) {
      buffer[offset + i] = readShort();
    }
  }

  @Override
  public void readInts(int[] buffer, int offset, int length) throws IOException {
    for (int i = 0; i < length; i++) {
      buffer[offset + i] = readInt();
    }
  }

  @Override
  public void readLongs(long[] buffer, int offset, int length) throws IOException {
    for (int i = 0; i < length; i++) {
      buffer[offset + i] = readLong();
    }
  }

  @Override
  public void readFloats(float[] buffer, int offset, int length) throws IOException {
    for (int i = 0; i < length; i++) {
      buffer[offset + i] = readFloat();
    }
  }

  @Override
  public void readDoubles(double[] buffer, int offset, int length) throws IOException {
    for (int i = 0; i < length; i++) {
      buffer[offset + i] = readDouble();
    }
  }

  @Override
  public void readByteBuffer(ByteBuffer buffer) throws IOException {
    readBytes(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
    buffer.position(buffer.limit());
  }

  @Override
  public void skip(long bytes) throws IOException {
    advance(bytes);
    in.skipNBytes(bytes);
  }

  @Override
  public Source readInflated(int bytes, int bufferSize) throws IOException {
    advance(bytes);
    byte[] packed = in.readNBytes(bytes);
    if (packed.length < bytes) {
      throw new EOFException("it ends too early");
    }
    return new StreamSource(new InflaterInputStream(new ByteArrayInputStream(packed)), most)
        .order(order);
  }

  @Override
  public boolean isMutatedByChildren() {
    return true;
  }

  @Override
  public void close() throws IOException {
    try (in) {
      if (checkedAtEnd && in.read() >= 0) {
        throw new IOException("it unpacks to more than it says");
      }
    }
  }
}
