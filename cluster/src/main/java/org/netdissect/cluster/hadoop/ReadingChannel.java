package org.netdissect.cluster.hadoop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.ScratchFolder;

/**
 * A file that is read, from any place and by several threads. When a part of it is mapped, it is
 * copied as a whole, once, to a disk of this machine, where it has no name and takes room as long
 * as it is used.
 */
final class ReadingChannel extends UnlockedChannel {
  private static final int PIECE = 1 << 20;

  private final HadoopPath path;
  private final FSDataInputStream in;
  private final long size;
  private long position;
  private @Nullable FileChannel copy;

  ReadingChannel(HadoopPath path, FileSystem files, FileStatus status) throws IOException {
    this.path = path;
    in = files.open(status.getPath());
    size = status.getLen();
  }

  private void requireOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  /** Reads from one place on. */
  @FunctionalInterface
  private interface Read {
    int into(byte[] bytes, int offset, int length) throws IOException;
  }

  private int fill(ByteBuffer target, Read read) throws IOException {
    int done = 0;
    byte[] piece = target.hasArray() ? target.array() : new byte[piece(target)];
    while (target.hasRemaining()) {
      int at = target.hasArray() ? target.arrayOffset() + target.position() : 0;
      int length = target.hasArray() ? target.remaining() : piece(target);
      int got;
      try {
        got = read.into(piece, at, length);
      } catch (IOException e) {
        throw HadoopFailures.of(path, e);
      }
      if (got <= 0) {
        return done == 0 ? -1 : done;
      }
      if (target.hasArray()) {
        target.position(target.position() + got);
      } else {
        target.put(piece, 0, got);
      }
      done += got;
    }
    return done;
  }

  private static int piece(ByteBuffer target) {
    return Math.min(PIECE, target.remaining());
  }

  @Override
  public synchronized int read(ByteBuffer dst) throws IOException {
    requireOpen();
    if (dst.hasRemaining() && position >= size) {
      return -1;
    }
    if (in.getPos() != position) {
      in.seek(position);
    }
    int got = fill(dst, in::read);
    position += Math.max(0, got);
    return got;
  }

  @Override
  public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
    long done = 0;
    for (int i = offset; i < offset + length; i++) {
      int got = read(dsts[i]);
      if (got < 0) {
        return done == 0 ? -1 : done;
      }
      done += got;
    }
    return done;
  }

  @Override
  public int read(ByteBuffer dst, long position) throws IOException {
    if (position < 0) {
      throw new IllegalArgumentException("position " + position);
    }
    requireOpen();
    if (dst.hasRemaining() && position >= size) {
      return -1;
    }
    long[] at = {position};
    return fill(
        dst,
        (bytes, offset, length) -> {
          int got = at[0] >= size ? -1 : in.read(at[0], bytes, offset, length);
          at[0] += Math.max(0, got);
          return got;
        });
  }

  @Override
  public synchronized long position() throws IOException {
    requireOpen();
    return position;
  }

  @Override
  public synchronized FileChannel position(long newPosition) throws IOException {
    requireOpen();
    if (newPosition < 0) {
      throw new IllegalArgumentException("position " + newPosition);
    }
    position = newPosition;
    return this;
  }

  @Override
  public long size() throws IOException {
    requireOpen();
    return size;
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, Math.max(0, count)));
    long done = 0;
    while (done < count) {
      piece.clear().limit((int) Math.min(piece.capacity(), count - done));
      if (read(piece, position + done) < 0) {
        break;
      }
      piece.flip();
      while (piece.hasRemaining()) {
        done += target.write(piece);
      }
    }
    return done;
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    requireOpen();
    if (mode != MapMode.READ_ONLY) {
      throw new NonWritableChannelException();
    }
    if (position < 0 || size < 0 || position + size > this.size) {
      throw new IOException(path + " ends before byte " + (position + size));
    }
    return copied().map(mode, position, size);
  }

  /** The file on a disk of this machine. */
  private synchronized FileChannel copied() throws IOException {
    if (copy == null) {
      Path folder = ScratchFolder.get();
      Path file = Files.createTempFile(folder, "netdissect-", ".copy");
      FileChannel written =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      try {
        // In one stream: each read at a place would ask for the place.
        in.seek(0);
        byte[] piece = new byte[PIECE];
        for (long at = 0; at < size; ) {
          int got = in.read(piece, 0, (int) Math.min(PIECE, size - at));
          if (got < 0) {
            throw new IOException(path + " has become shorter");
          }
          ByteBuffer bytes = ByteBuffer.wrap(piece, 0, got);
          while (bytes.hasRemaining()) {
            at += written.write(bytes);
          }
        }
      } catch (IOException e) {
        written.close();
        throw new IOException(
            path + " cannot be copied into " + folder + ": " + HadoopFailures.firstLine(e), e);
      }
      copy = written;
    }
    return copy;
  }

  @Override
  public int write(ByteBuffer src) {
    throw new NonWritableChannelException();
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) {
    throw new NonWritableChannelException();
  }

  @Override
  public int write(ByteBuffer src, long position) {
    throw new NonWritableChannelException();
  }

  @Override
  public FileChannel truncate(long size) {
    throw new NonWritableChannelException();
  }

  @Override
  protected synchronized void implCloseChannel() throws IOException {
    try (in;
        FileChannel copied = copy) {
      copy = null;
    }
  }
}
