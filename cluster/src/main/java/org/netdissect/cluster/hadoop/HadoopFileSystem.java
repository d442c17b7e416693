package org.netdissect.cluster.hadoop;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.jspecify.annotations.Nullable;

/** A file system of Hadoop as one of Java's. It stays open as long as the process lives. */
final class HadoopFileSystem extends FileSystem {
  private final org.apache.hadoop.fs.FileSystem hadoop;
  private final String scheme;
  private final @Nullable String authority;

  /** Null until it is asked for, and where the file system has none. */
  private @Nullable FileContext context;

  private boolean isAsked;

  /**
   * A file system.
   *
   * @param address {@code scheme://authority} as it was typed
   */
  HadoopFileSystem(org.apache.hadoop.fs.FileSystem hadoop, URI address) {
    this.hadoop = hadoop;
    scheme = address.getScheme().toLowerCase(Locale.ROOT);
    authority = address.getRawAuthority();
  }

  org.apache.hadoop.fs.FileSystem hadoop() {
    return hadoop;
  }

  /** What renames at once, over what is there; null where the file system has no such thing. */
  synchronized @Nullable FileContext context() throws IOException {
    if (!isAsked) {
      try {
        context = FileContext.getFileContext(hadoop.getUri(), hadoop.getConf());
      } catch (UnsupportedFileSystemException e) {
        // It is renamed in its own way.
      }
      isAsked = true;
    }
    return context;
  }

  String scheme() {
    return scheme;
  }

  /** The host, or what else tells file systems of a scheme apart; null if nothing does. */
  @Nullable String authority() {
    return authority;
  }

  /** The address before the names of a path. */
  String address() {
    return scheme + "://" + (authority == null ? "" : authority);
  }

  HadoopPath root() {
    return HadoopPath.parse(this, "/");
  }

  @Override
  public HadoopProvider provider() {
    return HadoopProvider.INSTANCE;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("others may be using it");
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(root());
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    try {
      return List.of(provider().getFileStore(root()));
    } catch (IOException e) {
      return List.of();
    }
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public Path getPath(String first, String... more) {
    StringBuilder text = new StringBuilder(first);
    for (String name : more) {
      text.append(text.length() > 0 && !name.isEmpty() ? "/" : "").append(name);
    }
    return HadoopPath.parse(this, text.toString());
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher(syntaxAndPattern);
    return path -> {
      String text = path.toString();
      return matcher.matches(
          Path.of(path.isAbsolute() ? text.substring(address().length()) : text));
    };
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException("users are not looked up here");
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException("nothing is watched here");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof HadoopFileSystem that && that.address().equals(address());
  }

  @Override
  public int hashCode() {
    return address().hashCode();
  }

  @Override
  public String toString() {
    return address();
  }
}
