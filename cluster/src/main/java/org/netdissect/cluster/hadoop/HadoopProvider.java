package org.netdissect.cluster.hadoop;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsAction;
import org.jspecify.annotations.Nullable;

/**
 * What Java asks of Hadoop's file systems. Files are read anywhere and written from their beginning
 * to their end; there are no links, no locks, and nothing is changed in place.
 */
final class HadoopProvider extends FileSystemProvider {
  static final HadoopProvider INSTANCE = new HadoopProvider();

  private static final int BUFFER = 1 << 16;

  private HadoopProvider() {}

  /** Something asked of a file system of Hadoop. */
  @FunctionalInterface
  interface Call<T> {
    T of(org.apache.hadoop.fs.FileSystem files, org.apache.hadoop.fs.Path path) throws IOException;
  }

  static <T> T call(HadoopPath path, Call<T> call) throws IOException {
    try {
      return call.of(path.getFileSystem().hadoop(), path.hadoop());
    } catch (IOException | IllegalArgumentException e) {
      // Names that it does not allow are its illegal arguments.
      throw HadoopFailures.of(path, e);
    }
  }

  static HadoopPath own(Path path) {
    if (path instanceof HadoopPath own) {
      return own;
    }
    throw new ProviderMismatchException(path + " is no path of Hadoop");
  }

  static FileStatus status(HadoopPath path) throws IOException {
    return call(path, (files, at) -> files.getFileStatus(at));
  }

  /**
   * The status of a file of which somebody may only ask whether it is there, and takes every
   * failure for a no: to find out nothing is no answer.
   *
   * @throws UncheckedIOException if the file system does not tell
   */
  private static FileStatus certainStatus(HadoopPath path) throws IOException {
    try {
      return status(path);
    } catch (FileSystemException e) {
      if (HadoopFailures.isAnswer(e)) {
        throw e;
      }
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable FileStatus statusOrNull(HadoopPath path) throws IOException {
    try {
      return status(path);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public String getScheme() {
    return "hadoop";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
    throw new UnsupportedOperationException("file systems are found by their address");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException("file systems are found by their address");
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException("paths are found by their address");
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attrs) throws IOException {
    return newFileChannel(path, options, attrs);
  }

  @Override
  public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
    return new BufferedInputStream(call(own(path), (files, at) -> files.open(at)), BUFFER);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attrs) throws IOException {
    HadoopPath own = own(path);
    boolean appends = options.contains(StandardOpenOption.APPEND);
    boolean writes = appends || options.contains(StandardOpenOption.WRITE);
    if (!writes) {
      FileStatus status = status(own);
      if (status.isDirectory()) {
        throw new FileSystemException(own.toString(), null, "is a folder");
      }
      return call(own, (files, at) -> new ReadingChannel(own, files, status));
    }
    if (options.contains(StandardOpenOption.READ)
        || options.contains(StandardOpenOption.DELETE_ON_CLOSE)) {
      throw new UnsupportedOperationException(
          "files of " + own.getFileSystem() + " are read or written, not both");
    }
    return new WritingChannel(own, appends ? append(own) : create(own, options));
  }

  private static FSDataOutputStream append(HadoopPath path) throws IOException {
    return call(path, (files, at) -> files.append(at));
  }

  private static FSDataOutputStream create(HadoopPath path, Set<? extends OpenOption> options)
      throws IOException {
    boolean isNew = options.contains(StandardOpenOption.CREATE_NEW);
    if (!isNew) {
      FileStatus there = statusOrNull(path);
      if (there == null && !options.contains(StandardOpenOption.CREATE)) {
        throw new NoSuchFileException(path.toString());
      }
      if (there != null && there.isDirectory()) {
        throw new FileSystemException(path.toString(), null, "is a folder");
      }
      if (there != null
          && there.getLen() > 0
          && !options.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
        throw new UnsupportedOperationException("nothing is changed in " + path);
      }
    }
    return call(
        path,
        (files, at) -> {
          // Without a folder nothing is written: somebody has removed it for a reason.
          FSDataOutputStreamBuilder<?, ?> builder = files.createFile(at).overwrite(!isNew);
          return (FSDataOutputStream) builder.build();
        });
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path dir, DirectoryStream.Filter<? super Path> filter) throws IOException {
    HadoopPath own = own(dir);
    if (!status(own).isDirectory()) {
      throw new NotDirectoryException(own.toString());
    }
    RemoteIterator<FileStatus> entries = call(own, (files, at) -> files.listStatusIterator(at));
    return new Listing(own, entries, filter);
  }

  @Override
  public void createDirectory(Path dir, FileAttribute<?>... attrs) throws IOException {
    HadoopPath own = own(dir);
    if (statusOrNull(own) != null) {
      throw new FileAlreadyExistsException(own.toString());
    }
    HadoopPath parent = own.toAbsolutePath().getParent();
    if (parent != null && !status(parent).isDirectory()) {
      throw new NotDirectoryException(parent.toString());
    }
    if (!call(own, (files, at) -> files.mkdirs(at))) {
      throw new FileSystemException(own.toString(), null, "the folder cannot be made");
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    HadoopPath own = own(path);
    if (status(own).isDirectory() && call(own, HadoopProvider::holdsAnything)) {
      throw new DirectoryNotEmptyException(own.toString());
    }
    if (!call(own, (files, at) -> files.delete(at, false))) {
      throw new NoSuchFileException(own.toString());
    }
  }

  private static boolean holdsAnything(
      org.apache.hadoop.fs.FileSystem files, org.apache.hadoop.fs.Path folder) throws IOException {
    return files.listStatusIterator(folder).hasNext();
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    HadoopPath from = own(source);
    HadoopPath to = own(target);
    boolean isFolder = status(from).isDirectory();
    if (from.equals(to)) {
      return;
    }
    makeRoom(to, options);
    if (isFolder) {
      createDirectory(to);
      return;
    }
    try (InputStream in = newInputStream(from)) {
      Files.copy(in, to);
    }
  }

  /** Removes what stands where something is to come, if that is wanted. */
  private static void makeRoom(HadoopPath to, CopyOption... options) throws IOException {
    if (List.of(options).contains(StandardCopyOption.REPLACE_EXISTING)) {
      Files.deleteIfExists(to);
    } else if (statusOrNull(to) != null) {
      throw new FileAlreadyExistsException(to.toString());
    }
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    HadoopPath from = own(source);
    HadoopPath to = own(target);
    FileStatus status = status(from);
    if (from.equals(to)) {
      return;
    }
    if (!from.getFileSystem().equals(to.getFileSystem())) {
      copy(from, to, options);
      delete(from);
      return;
    }
    List<CopyOption> wanted = List.of(options);
    boolean replaces =
        wanted.contains(StandardCopyOption.REPLACE_EXISTING)
            || wanted.contains(StandardCopyOption.ATOMIC_MOVE);
    FileStatus there = statusOrNull(to);
    if (there != null && !replaces) {
      throw new FileAlreadyExistsException(to.toString());
    }
    if (there != null && (there.isDirectory() || status.isDirectory())) {
      delete(to);
    }
    call(from, (files, at) -> rename(from, to, replaces));
  }

  /** Renames at once where the file system can. */
  private static boolean rename(HadoopPath from, HadoopPath to, boolean replaces)
      throws IOException {
    FileContext context = from.getFileSystem().context();
    if (context != null) {
      Options.Rename way = replaces ? Options.Rename.OVERWRITE : Options.Rename.NONE;
      context.rename(from.hadoop(), to.hadoop(), way);
      return true;
    }
    org.apache.hadoop.fs.FileSystem files = from.getFileSystem().hadoop();
    if (replaces) {
      files.delete(to.hadoop(), false);
    }
    if (!files.rename(from.hadoop(), to.hadoop())) {
      throw new FileSystemException(from.toString(), to.toString(), "it cannot be moved");
    }
    return true;
  }

  @Override
  public boolean isSameFile(Path path, Path path2) throws IOException {
    if (path.equals(path2)) {
      return true;
    }
    return path instanceof HadoopPath one
        && path2 instanceof HadoopPath two
        && one.toRealPath().equals(two.toRealPath());
  }

  @Override
  public boolean isHidden(Path path) {
    Path name = path.getFileName();
    return name != null && name.toString().startsWith(".");
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    status(own(path));
    return new HadoopStore(own(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    HadoopPath own = own(path);
    FileStatus status = certainStatus(own);
    for (AccessMode mode : modes) {
      FsAction action =
          switch (mode) {
            case READ -> FsAction.READ;
            case WRITE -> FsAction.WRITE;
            case EXECUTE -> FsAction.EXECUTE;
          };
      if (mode != AccessMode.EXECUTE || status.isDirectory()) {
        call(
            own,
            (files, at) -> {
              files.access(at, action);
              return true;
            });
      }
    }
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return type == BasicFileAttributeView.class ? type.cast(new BasicView(own(path))) : null;
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (type != BasicFileAttributes.class) {
      throw new UnsupportedOperationException(type + " of " + path);
    }
    return type.cast(new HadoopAttributes(certainStatus(own(path))));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    return new HadoopAttributes(certainStatus(own(path))).named(attributes);
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
    throw new UnsupportedOperationException(attribute + " of " + path);
  }
}
