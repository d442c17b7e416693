package org.netdissect.cluster.hadoop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.WritableByteChannel;
import org.apache.hadoop.fs.FSDataOutputStream;

/** A file that is written from its beginning to its end. */
final class WritingChannel extends UnlockedChannel {
  private static final int PIECE = 1 << 16;

  private final HadoopPath path;
  private final FSDataOutputStream out;

  WritingChannel(HadoopPath path, FSDataOutputStream out) {
    this.path = path;
    this.out = out;
  }

  @Override
  public synchronized int write(ByteBuffer src) throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    int length = src.remaining();
    try {
      if (src.hasArray()) {
        out.write(src.array(), src.arrayOffset() + src.position(), length);
        src.position(src.limit());
      } else {
        byte[] piece = new byte[Math.min(PIECE, length)];
        while (src.hasRemaining()) {
          int n = Math.min(piece.length, src.remaining());
          src.get(piece, 0, n);
          out.write(piece, 0, n);
        }
      }
    } catch (IOException e) {
      throw HadoopFailures.of(path, e);
    }
    return length;
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    long done = 0;
    for (int i = offset; i < offset + length; i++) {
      done += write(srcs[i]);
    }
    return done;
  }

  @Override
  public synchronized int write(ByteBuffer src, long position) throws IOException {
    requireEnd(position);
    return write(src);
  }

  private void requireEnd(long position) throws IOException {
    if (position != out.getPos()) {
      throw new UnsupportedOperationException(path + " is written from beginning to end");
    }
  }

  @Override
  public synchronized long position() throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    return out.getPos();
  }

  @Override
  public synchronized FileChannel position(long newPosition) throws IOException {
    requireEnd(newPosition);
    return this;
  }

  @Override
  public long size() throws IOException {
    return position();
  }

  @Override
  public synchronized FileChannel truncate(long size) throws IOException {
    if (size < out.getPos()) {
      throw new UnsupportedOperationException(path + " is written from beginning to end");
    }
    return this;
  }

  @Override
  public int read(ByteBuffer dst) {
    throw new NonReadableChannelException();
  }

  @Override
  public long read(ByteBuffer[] dsts, int offset, int length) {
    throw new NonReadableChannelException();
  }

  @Override
  public int read(ByteBuffer dst, long position) {
    throw new NonReadableChannelException();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new NonReadableChannelException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new NonReadableChannelException();
  }

  @Override
  protected void implCloseChannel() throws IOException {
    try {
      out.close();
    } catch (IOException e) {
      throw HadoopFailures.of(path, e);
    }
  }
}
