package org.netdissect.cluster.hadoop;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import org.apache.hadoop.fs.FsStatus;
import org.jspecify.annotations.Nullable;

/**
 * The room of a file system; what is written takes it as many times as it is kept. Stores of
 * objects tell none: then it is 0, of 0 in all.
 */
final class HadoopStore extends FileStore {
  private final HadoopPath path;

  HadoopStore(HadoopPath path) {
    this.path = path;
  }

  /** A number of bytes that the file system knows. */
  private interface Bytes {
    long of(FsStatus status);
  }

  private long bytes(Bytes bytes) throws IOException {
    return HadoopProvider.call(
        path,
        (files, at) -> {
          FsStatus status = files.getStatus(at);
          return status.getRemaining() == Long.MAX_VALUE
              ? 0
              : bytes.of(status) / Math.max(1, files.getDefaultReplication(at));
        });
  }

  @Override
  public String name() {
    return path.getFileSystem().address();
  }

  @Override
  public String type() {
    return path.getFileSystem().scheme();
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public long getTotalSpace() throws IOException {
    return bytes(FsStatus::getCapacity);
  }

  @Override
  public long getUsableSpace() throws IOException {
    return bytes(FsStatus::getRemaining);
  }

  @Override
  public long getUnallocatedSpace() throws IOException {
    return getUsableSpace();
  }

  @Override
  public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
    return type == BasicFileAttributeView.class;
  }

  @Override
  public boolean supportsFileAttributeView(String name) {
    return name.equals("basic");
  }

  @Override
  public <V extends FileStoreAttributeView> @Nullable V getFileStoreAttributeView(Class<V> type) {
    return null;
  }

  @Override
  public Object getAttribute(String attribute) {
    throw new UnsupportedOperationException(attribute);
  }
}
