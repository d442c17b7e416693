package org.netdissect.cluster.hadoop;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.jspecify.annotations.Nullable;

/** The entries of a folder, fetched as they are asked for. */
final class Listing implements DirectoryStream<Path> {
  private final HadoopPath folder;
  private final RemoteIterator<FileStatus> entries;
  private final Filter<? super Path> filter;
  private boolean isTaken;
  private boolean isClosed;

  Listing(HadoopPath folder, RemoteIterator<FileStatus> entries, Filter<? super Path> filter) {
    this.folder = folder;
    this.entries = entries;
    this.filter = filter;
  }

  @Override
  public Iterator<Path> iterator() {
    if (isTaken || isClosed) {
      throw new IllegalStateException("a listing is read once");
    }
    isTaken = true;
    return new Iterator<>() {
      private @Nullable Path next;

      @Override
      public boolean hasNext() {
        if (next == null && !isClosed) {
          next = following();
        }
        return next != null;
      }

      @Override
      public Path next() {
        if (!hasNext() || next == null) {
          throw new NoSuchElementException();
        }
        Path found = next;
        next = null;
        return found;
      }
    };
  }

  private @Nullable Path following() {
    try {
      while (entries.hasNext()) {
        Path path = folder.resolve(entries.next().getPath().getName());
        if (filter.accept(path)) {
          return path;
        }
      }
      return null;
    } catch (IOException e) {
      throw new DirectoryIteratorException(HadoopFailures.of(folder, e));
    }
  }

  @Override
  public void close() throws IOException {
    isClosed = true;
  }
}
