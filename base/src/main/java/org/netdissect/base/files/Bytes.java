package org.netdissect.base.files;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A growing array of bytes with the encodings of the result files: unsigned LEB128 integers and
 * little-endian floats.
 */
public final class Bytes {
  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] array;
  private int size;

  public Bytes(int capacity) {
    array = new byte[capacity];
  }

  public int size() {
    return size;
  }

  public byte[] array() {
    return array;
  }

  public void clear() {
    size = 0;
  }

  /** Makes room for so many more bytes. */
  void ensure(int more) {
    int needed = Math.addExact(size, more);
    if (needed > array.length) {
      array = Arrays.copyOf(array, Math.max(needed, (int) Math.min(array.length * 2L, 1 << 30)));
    }
  }

  public void putVarint(long value) {
    ensure(10);
    if (value >>> 7 == 0) {
      array[size++] = (byte) value;
      return;
    }
    while ((value & ~0x7fL) != 0) {
      array[size++] = (byte) (value | 0x80);
      value >>>= 7;
    }
    array[size++] = (byte) value;
  }

  public void putFloat(float value) {
    ensure(4);
    FLOAT.set(array, size, value);
    size += 4;
  }

  public void putFloats(float[] values, int length) {
    ensure(Math.multiplyExact(4, length));
    for (int i = 0; i < length; i++) {
      FLOAT.set(array, size + 4 * i, values[i]);
    }
    size += 4 * length;
  }

  /**
   * Reads floats from a buffer that is backed by an array.
   *
   * @throws java.nio.BufferUnderflowException if the buffer holds fewer
   */
  public static void getFloats(ByteBuffer buffer, float[] values, int length) {
    if (buffer.remaining() < 4L * length) {
      throw new BufferUnderflowException();
    }
    byte[] array = buffer.array();
    int at = buffer.arrayOffset() + buffer.position();
    for (int i = 0; i < length; i++) {
      values[i] = (float) FLOAT.get(array, at + 4 * i);
    }
    buffer.position(buffer.position() + 4 * length);
  }

  public void put(byte[] source, int offset, int length) {
    ensure(length);
    System.arraycopy(source, offset, array, size, length);
    size += length;
  }

  /** Adds what remains of a buffer. */
  public void put(ByteBuffer source) {
    int length = source.remaining();
    ensure(length);
    source.get(array, size, length);
    size += length;
  }

  /** The content, little-endian; shares the array. */
  public ByteBuffer buffer() {
    return ByteBuffer.wrap(array, 0, size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Reads a number written by {@link #putVarint}.
   *
   * @throws java.nio.BufferUnderflowException if the buffer ends within it
   * @throws IllegalStateException if it is longer than a long
   */
  public static long getVarint(ByteBuffer buffer) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = buffer.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IllegalStateException("number too long");
  }

  /** As {@link #getVarint}, for a number that must be from 0 to {@code max}. */
  public static int getVarint(ByteBuffer buffer, int max) {
    long value = getVarint(buffer);
    if (value < 0 || value > max) {
      throw new IllegalStateException("number " + value + " out of range");
    }
    return (int) value;
  }
}
