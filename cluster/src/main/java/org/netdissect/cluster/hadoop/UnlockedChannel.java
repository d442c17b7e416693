package org.netdissect.cluster.hadoop;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;

/** What files that are read and files that are written have in common: nobody can lock them. */
abstract class UnlockedChannel extends FileChannel {
  @Override
  public void force(boolean metaData) throws IOException {}

  @Override
  public long transferFrom(ReadableByteChannel src, long position, long count) throws IOException {
    throw new NonWritableChannelException();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException("Hadoop has no locks");
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException("Hadoop has no locks");
  }
}
