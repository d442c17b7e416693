package org.netdissect.base.files;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Several files that belong together: none is put in place before all are whole. What is not
 * committed is removed again.
 */
public final class WholeFiles implements Closeable {
  private final Map<Path, Path> nexts = new LinkedHashMap<>();

  /**
   * Where to write a file until {@link #commit}.
   *
   * @param file replaced if it is there; its folder must exist
   */
  public Path next(Path file) {
    return nexts.computeIfAbsent(file, f -> f.resolveSibling(f.getFileName() + ".next"));
  }

  /** Puts all files in place; they are those returned. */
  public List<Path> commit() throws IOException {
    List<Path> files = List.copyOf(nexts.keySet());
    for (Map.Entry<Path, Path> entry : nexts.entrySet()) {
      WholeFile.place(entry.getValue(), entry.getKey());
    }
    nexts.clear();
    return files;
  }

  @Override
  public void close() throws IOException {
    for (Path next : nexts.values()) {
      Files.deleteIfExists(next);
    }
  }
}
