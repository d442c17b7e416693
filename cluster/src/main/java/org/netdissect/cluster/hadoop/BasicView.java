package org.netdissect.cluster.hadoop;

import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/** Times of a file that may be set. */
record BasicView(HadoopPath path) implements BasicFileAttributeView {
  @Override
  public String name() {
    return "basic";
  }

  @Override
  public BasicFileAttributes readAttributes() throws IOException {
    return new HadoopAttributes(HadoopProvider.status(path));
  }

  @Override
  public void setTimes(
      @Nullable FileTime lastModifiedTime,
      @Nullable FileTime lastAccessTime,
      @Nullable FileTime createTime)
      throws IOException {
    long modified = lastModifiedTime == null ? -1 : lastModifiedTime.toMillis();
    long accessed = lastAccessTime == null ? -1 : lastAccessTime.toMillis();
    HadoopProvider.call(
        path,
        (files, at) -> {
          files.setTimes(at, modified, accessed);
          return true;
        });
  }
}
