package org.netdissect.cluster.hadoop;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A path in a file system of Hadoop. An absolute one reads as its address, {@code
 * hdfs://host:9000/a/b}, and is given to Hadoop as it reads: nothing in it is decoded. There are no
 * links, so that "a/.." leads nowhere.
 */
final class HadoopPath implements Path {
  private final HadoopFileSystem files;
  private final boolean isAbsolute;

  /** None for the root; a single empty one for the empty path. */
  private final List<String> names;

  private HadoopPath(HadoopFileSystem files, boolean isAbsolute, List<String> names) {
    this.files = files;
    this.isAbsolute = isAbsolute;
    this.names = !isAbsolute && names.isEmpty() ? List.of("") : List.copyOf(names);
  }

  /**
   * A path from its text, without the address of its file system.
   *
   * @throws InvalidPathException if no file can have such a name
   */
  static HadoopPath parse(HadoopFileSystem files, String text) {
    int nul = text.indexOf('\0');
    if (nul >= 0) {
      throw new InvalidPathException(text, "Nul character not allowed", nul);
    }
    List<String> names = new ArrayList<>();
    for (String name : text.split("/", -1)) {
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    return new HadoopPath(files, text.startsWith("/"), names);
  }

  /** The path as Hadoop has it. */
  org.apache.hadoop.fs.Path hadoop() {
    HadoopPath real = toAbsolutePath().normalize();
    return new org.apache.hadoop.fs.Path(
        files.scheme(), files.authority(), "/" + String.join("/", real.names));
  }

  @Override
  public HadoopFileSystem getFileSystem() {
    return files;
  }

  @Override
  public boolean isAbsolute() {
    return isAbsolute;
  }

  private boolean isEmpty() {
    return !isAbsolute && names.equals(List.of(""));
  }

  @Override
  public @Nullable HadoopPath getRoot() {
    return isAbsolute ? files.root() : null;
  }

  @Override
  public @Nullable HadoopPath getFileName() {
    return names.isEmpty() ? null : getName(names.size() - 1);
  }

  @Override
  public @Nullable HadoopPath getParent() {
    if (names.isEmpty() || (!isAbsolute && names.size() == 1)) {
      return null;
    }
    return new HadoopPath(files, isAbsolute, names.subList(0, names.size() - 1));
  }

  @Override
  public int getNameCount() {
    return names.size();
  }

  @Override
  public HadoopPath getName(int index) {
    return subpath(index, index + 1);
  }

  @Override
  public HadoopPath subpath(int beginIndex, int endIndex) {
    if (beginIndex < 0 || endIndex > names.size() || beginIndex >= endIndex) {
      throw new IllegalArgumentException("names " + beginIndex + " to " + endIndex + " of " + this);
    }
    return new HadoopPath(files, false, names.subList(beginIndex, endIndex));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof HadoopPath that
        && that.files.equals(files)
        && that.isAbsolute == isAbsolute
        && (that.isEmpty()
            ? isEmpty()
            : that.names.size() <= names.size()
                && names.subList(0, that.names.size()).equals(that.names));
  }

  @Override
  public boolean endsWith(Path other) {
    if (!(other instanceof HadoopPath that) || !that.files.equals(files)) {
      return false;
    }
    if (that.isAbsolute || that.isEmpty()) {
      return equals(that);
    }
    int from = names.size() - that.names.size();
    return from >= 0 && names.subList(from, names.size()).equals(that.names);
  }

  @Override
  public HadoopPath normalize() {
    List<String> kept = new ArrayList<>();
    for (String name : names) {
      boolean isBack = name.equals("..");
      if (isBack && !kept.isEmpty() && !kept.get(kept.size() - 1).equals("..")) {
        kept.remove(kept.size() - 1);
      } else if (!name.equals(".") && !(isBack && isAbsolute)) {
        kept.add(name);
      }
    }
    return new HadoopPath(files, isAbsolute, kept);
  }

  @Override
  public Path resolve(Path other) {
    if (other instanceof HadoopPath that) {
      if (that.isAbsolute || isEmpty()) {
        return that;
      }
      return that.isEmpty() ? this : joined(that.names);
    }
    if (other.isAbsolute()) {
      throw new ProviderMismatchException(this + " and " + other);
    }
    // A relative one is only names.
    List<String> more = new ArrayList<>();
    other.forEach(name -> more.add(name.toString()));
    return resolve(new HadoopPath(files, false, more));
  }

  private HadoopPath joined(List<String> more) {
    List<String> all = new ArrayList<>(names);
    all.addAll(more);
    return new HadoopPath(files, isAbsolute, all);
  }

  @Override
  public HadoopPath relativize(Path other) {
    if (!(other instanceof HadoopPath that) || !that.files.equals(files)) {
      throw new ProviderMismatchException(this + " and " + other);
    }
    if (that.isAbsolute != isAbsolute) {
      throw new IllegalArgumentException(this + " and " + other + ": only one is absolute");
    }
    if (isEmpty()) {
      return that;
    }
    List<String> from = normalize().names;
    List<String> to = that.isEmpty() ? List.of() : that.normalize().names;
    int common = 0;
    while (common < Math.min(from.size(), to.size()) && from.get(common).equals(to.get(common))) {
      common++;
    }
    List<String> way = new ArrayList<>();
    for (String name : from.subList(common, from.size())) {
      if (name.equals("..")) {
        throw new IllegalArgumentException("no way back from " + this);
      }
      if (!name.isEmpty()) {
        way.add("..");
      }
    }
    way.addAll(to.subList(common, to.size()));
    return new HadoopPath(files, false, way);
  }

  @Override
  public URI toUri() {
    try {
      return new URI(
          files.scheme(),
          files.authority(),
          "/" + String.join("/", toAbsolutePath().names),
          null,
          null);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public HadoopPath toAbsolutePath() {
    return isAbsolute ? this : new HadoopPath(files, true, isEmpty() ? List.of() : names);
  }

  @Override
  public HadoopPath toRealPath(LinkOption... options) throws java.io.IOException {
    HadoopPath real = toAbsolutePath().normalize();
    HadoopProvider.status(real);
    return real;
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("nothing is watched here");
  }

  @Override
  public int compareTo(Path other) {
    return toString().compareTo(((HadoopPath) other).toString());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HadoopPath that
        && that.files.equals(files)
        && that.isAbsolute == isAbsolute
        && that.names.equals(names);
  }

  @Override
  public int hashCode() {
    return Objects.hash(files, isAbsolute, names);
  }

  @Override
  public String toString() {
    String text = String.join("/", names);
    return isAbsolute ? files.address() + "/" + text : text;
  }
}
