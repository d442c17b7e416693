package org.netdissect.datasets.broden.build;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import us.hebi.matlab.mat.types.Source;

/**
 * Where the MATLAB reader takes its bytes from: bounded, and without the memory tricks of the
 * library's own sources, which newer Javas warn of.
 */
final class StreamSource implements Source {
  private static final int BLOCK = 1 << 14;

  private final InputStream in;
  private final MatlabLimits limits;
  private final ByteBuffer number = ByteBuffer.allocate(Double.BYTES);
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
  private long position;
  private boolean checkedAtEnd;

  StreamSource(InputStream in, MatlabLimits limits) {
    this.in = in;
    this.limits = limits;
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
    limits.goThrough(bytes);
    position += bytes;
  }

  @Override
  public void readBytes(byte[] buffer, int offset, int length) throws IOException {
    advance(length);
    if (in.readNBytes(buffer, offset, length) < length) {
      throw end();
    }
  }

  /** The library looks for this one at the end of a file. */
  private EOFException end() {
    limits.setRefused();
    return new EOFException("it ends too early");
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
    byte[] block = new byte[(int) Math.min(bytes, BLOCK)];
    for (long left = bytes; left > 0; ) {
      int n = in.readNBytes(block, 0, (int) Math.min(left, block.length));
      if (n == 0) {
        throw end();
      }
      left -= n;
    }
  }

  @Override
  public Source readInflated(int bytes, int bufferSize) throws IOException {
    advance(bytes);
    byte[] packed = in.readNBytes(bytes);
    if (packed.length < bytes) {
      throw end();
    }
    return new StreamSource(new Inflated(packed), limits).order(order);
  }

  @Override
  public boolean isMutatedByChildren() {
    return true;
  }

  @Override
  public void close() throws IOException {
    try (in) {
      if (checkedAtEnd && !limits.isRefused() && in.read() >= 0) {
        throw new IOException("what is packed in it does not fit together");
      }
    }
  }

  /** With a larger buffer than by default, which is what most of the time goes into. */
  private static final class Inflated extends InflaterInputStream {
    Inflated(byte[] packed) {
      super(new ByteArrayInputStream(packed), new Inflater(), BLOCK);
    }

    @Override
    public void close() throws IOException {
      super.close();
      inf.end();
    }
  }
}
