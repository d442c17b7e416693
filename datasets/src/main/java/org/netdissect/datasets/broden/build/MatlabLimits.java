package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;
import us.hebi.matlab.mat.format.BufferAllocator;
import us.hebi.matlab.mat.types.Array;

/** What one MATLAB file may take while it is read: memory, and bytes to go through. */
final class MatlabLimits implements BufferAllocator {
  /** Bytes that a file may unpack to, most of which is passed over. */
  private static final long MOST_BYTES = 1L << 32;

  private long memory;
  private long bytes = MOST_BYTES;
  private boolean refused;

  /** What was allocated last. */
  private ByteBuffer last = ByteBuffer.allocate(0);

  /** Memory of matrices, which the library only lets look at number by number. */
  private final IdentityHashMap<Array, byte[]> bytesOf = new IdentityHashMap<>();

  /**
   * Limits.
   *
   * @param memory bytes that numbers and texts may take together
   */
  MatlabLimits(long memory) {
    this.memory = memory;
  }

  /** The failure to throw when a file claims too much. */
  IOException refuse(String why) {
    setRefused();
    return new IOException(why);
  }

  /** It is the file's claims that end reading. */
  void setRefused() {
    refused = true;
  }

  /** Whether it was the file's claims that ended reading. */
  boolean isRefused() {
    return refused;
  }

  /** So many bytes more are gone through. */
  void goThrough(long more) throws IOException {
    bytes -= more;
    if (more < 0 || bytes < 0) {
      throw refuse("it unpacks to more than " + MOST_BYTES + " bytes");
    }
  }

  /** So many bytes more are taken. */
  void take(long more) throws IOException {
    memory -= more;
    if (more < 0 || memory < 0) {
      throw refuse("it claims more numbers than such a file can hold");
    }
  }

  @Override
  public ByteBuffer allocate(int length) {
    try {
      take(length);
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    last = ByteBuffer.allocate(length);
    return last;
  }

  /** Remembers that what was allocated last belongs to a matrix. */
  void keep(Array matrix) {
    bytesOf.put(matrix, last.array());
  }

  /** The numbers of a matrix as they are stored, if each takes a byte. */
  byte @Nullable [] bytesOf(Array matrix) {
    byte[] all = bytesOf.get(matrix);
    return all != null && all.length == matrix.getNumElements() ? all : null;
  }

  @Override
  public void release(ByteBuffer buffer) {
    // Collected as any garbage.
  }
}
