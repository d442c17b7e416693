package org.netdissect.cluster.hadoop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FsStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.files.TypedPath;

/** Hadoop's files, asked as Java's own are, against the files of this machine. */
@DisabledOnOs(OS.WINDOWS)
class HadoopProviderTest {
  @TempDir static Path folder;
  private static TestHdfs hdfs;

  /** Names that some part on the way could take for something else. */
  private static final List<String> NAMES =
      List.of("a", "b c", "50%", "%20", "ü€", "+&?", "#x", "[a]*", "{b}", "~", ".d", "x.", "a\\b");

  @BeforeAll
  static void start() throws IOException {
    hdfs = TestHdfs.start(folder.resolve("hdfs"));
  }

  @AfterAll
  static void stop() {
    hdfs.close();
  }

  private static Path raw(Path at) throws IOException {
    RawLocalFileSystem files = new RawLocalFileSystem();
    files.initialize(URI.create("file:///"), new Configuration());
    HadoopFileSystem system = new HadoopFileSystem(files, URI.create("file:///"));
    return system.getPath(at.toString());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void hdfsDoesAsTheFilesHere(long seed) throws IOException {
    Path there = Files.createDirectories(hdfs.root().resolve("random " + seed));
    compare(seed, 400, Files.createDirectories(folder.resolve("here-" + seed)), there);
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6, 7, 8})
  void localFilesOfHadoopDoAsTheFilesHere(long seed) throws IOException {
    Path there = Files.createDirectories(folder.resolve("there-" + seed));
    compare(seed, 1500, Files.createDirectories(folder.resolve("here-" + seed)), raw(there));
  }

  /** Something asked of a folder. */
  private interface Asked {
    Object of(Path folder) throws IOException;
  }

  private static void compare(long seed, int times, Path here, Path there) throws IOException {
    Random random = new Random(seed);
    for (int i = 0; i < times; i++) {
      String name = name(random);
      String other = name(random);
      int what = random.nextInt(16);
      long own = random.nextLong();
      Asked asked = folder -> does(what, folder.resolve(name), folder.resolve(other), own);
      // There "a/.." leads nowhere, even where no a is.
      Asked direct =
          folder ->
              does(what, folder.resolve(name).normalize(), folder.resolve(other).normalize(), own);
      String told = "seed " + seed + ", " + i + ": " + what + " of " + name + ", " + other;
      // Whether what lies below a file is missing or impossible, systems see differently.
      boolean isLoose = isBelowFile(here.resolve(name)) || isBelowFile(here.resolve(other));
      String expected = outcome(direct, here);
      String found = outcome(asked, there);
      if (!isLoose || !isFailure(expected) || !isFailure(found)) {
        assertEquals(expected, found, told);
      }
    }
    assertEquals(all(here), all(there), "seed " + seed);
  }

  private static boolean isBelowFile(Path path) {
    for (Path at = path.getParent(); at != null; at = at.getParent()) {
      if (Files.isRegularFile(at) || Files.isRegularFile(at.normalize())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isFailure(String outcome) {
    return outcome.equals("fails") || outcome.equals("false") || outcome.endsWith("Exception");
  }

  private static String name(Random random) {
    StringBuilder name = new StringBuilder(NAMES.get(random.nextInt(NAMES.size())));
    while (random.nextInt(3) > 0) {
      name.append('/').append(NAMES.get(random.nextInt(4)));
      if (random.nextInt(12) == 0) {
        name.append("/../").append(NAMES.get(random.nextInt(4)));
      }
    }
    return name.toString();
  }

  private static Object does(int what, Path path, Path other, long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = new byte[random.nextInt(3000)];
    random.nextBytes(bytes);
    return switch (what) {
      case 0, 1 -> Files.createDirectories(path).getNameCount() > 0;
      case 2 -> Files.createDirectory(path).getFileName().toString();
      case 3, 4 -> Files.write(path, bytes).getFileName().toString();
      case 5 ->
          Files.write(path, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
              .getFileName()
              .toString();
      case 6 -> Arrays.hashCode(Files.readAllBytes(path));
      case 7 -> Files.size(path) * (Files.isDirectory(path) ? 0 : 1);
      case 8 -> listed(path);
      case 9 -> Files.deleteIfExists(path);
      case 10 -> {
        Files.delete(path);
        yield true;
      }
      case 11 -> moved(path, other);
      case 12 -> moved(path, other, StandardCopyOption.REPLACE_EXISTING);
      case 13 -> {
        Files.copy(path, other);
        yield true;
      }
      case 14 ->
          Files.exists(path) + " " + Files.isRegularFile(path) + " " + Files.isDirectory(path);
      default -> read(path, random);
    };
  }

  private static Object moved(Path from, Path to, StandardCopyOption... options)
      throws IOException {
    // Into itself is refused by each in its own words.
    if (to.normalize().startsWith(from.normalize())
        || from.normalize().startsWith(to.normalize())) {
      return false;
    }
    Files.move(from, to, options);
    return true;
  }

  private static List<String> listed(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  /** Reads pieces anywhere. */
  private static List<Object> read(Path path, Random random) throws IOException {
    List<Object> found = new ArrayList<>();
    if (Files.isDirectory(path)) {
      throw new FileSystemException(path.toString());
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      found.add(channel.size());
      for (int i = 0; i < 10; i++) {
        ByteBuffer piece =
            random.nextBoolean() ? ByteBuffer.allocate(100) : ByteBuffer.allocateDirect(100);
        piece.position(random.nextInt(50)).limit(50 + random.nextInt(50));
        long at = random.nextInt(3100);
        if (random.nextBoolean()) {
          found.add(channel.read(piece, at));
        } else if (random.nextBoolean()) {
          channel.position(at);
          found.add(channel.read(piece));
        } else {
          found.add(channel.read(piece));
        }
        found.add(channel.position());
        found.add(piece.flip().hashCode());
      }
      long at = random.nextLong(channel.size() + 1);
      MappedByteBuffer mapped =
          channel.map(FileChannel.MapMode.READ_ONLY, at, (channel.size() - at) / 2);
      found.add(mapped.hashCode());
    }
    return found;
  }

  private static String outcome(Asked asked, Path folder) {
    try {
      return String.valueOf(asked.of(folder));
    } catch (NoSuchFileException | FileAlreadyExistsException | DirectoryNotEmptyException e) {
      return e.getClass().getSimpleName();
    } catch (IOException e) {
      return "fails";
    }
  }

  private static List<String> all(Path folder) throws IOException {
    List<String> all = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            all.add(folder.relativize(dir) + "/");
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            all.add(
                folder.relativize(file)
                    + " "
                    + attributes.size()
                    + " "
                    + Arrays.hashCode(Files.readAllBytes(file)));
            return FileVisitResult.CONTINUE;
          }
        });
    all.sort(null);
    return all;
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12})
  void pathsFollowTheRulesOfThoseHere(long seed) throws IOException {
    HadoopFileSystem files = ((HadoopPath) hdfs.root()).getFileSystem();
    Random random = new Random(seed);
    for (int i = 0; i < 3000; i++) {
      String one = text(random);
      String two = text(random);
      Path a = Path.of(one);
      Path b = Path.of(two);
      Path c = files.getPath(one);
      Path d = files.getPath(two);
      String told = "seed " + seed + ": '" + one + "' and '" + two + "'";
      assertEquals(shown(a), shown(c), told);
      assertEquals(shown(a.resolve(b)), shown(c.resolve(d)), told);
      assertEquals(shown(a.resolve(b)), shown(b.isAbsolute() ? c.resolve(d) : c.resolve(b)), told);
      assertEquals(shown(a.resolveSibling(b)), shown(c.resolveSibling(d)), told);
      assertEquals(a.startsWith(b), c.startsWith(d), told);
      assertEquals(a.endsWith(b), c.endsWith(d), told);
      assertEquals(a.equals(b), c.equals(d), told);
      assertEquals(shown(a.normalize()), shown(c.normalize()), told);
      assertEquals(shown(a.getParent()), shown(c.getParent()), told);
      assertEquals(shown(a.getFileName()), shown(c.getFileName()), told);
      assertEquals(a.getNameCount(), c.getNameCount(), told);
      boolean isPlain = a.isAbsolute() == b.isAbsolute() && !(one + two).contains(".");
      if (isPlain) {
        assertEquals(shown(a.relativize(b)), shown(c.relativize(d)), told);
        assertEquals(d.normalize(), c.resolve(c.relativize(d)).normalize(), told);
      }
      // What reads as a path leads there again.
      if (c.isAbsolute()) {
        assertEquals(c, TypedPath.of(c.toString()), told);
        assertEquals(c.hashCode(), TypedPath.of(c.toString()).hashCode(), told);
      }
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder(random.nextBoolean() ? "/" : "");
    for (int n = random.nextInt(4); n > 0; n--) {
      List<String> more = List.of("..", ".", "a:b", "a", "b", " ");
      List<String> from = random.nextBoolean() ? NAMES : more;
      text.append(from.get(random.nextInt(from.size()))).append(n > 1 ? "/" : "");
    }
    return text.toString();
  }

  /** A path without its address. */
  private static String shown(Path path) {
    if (path == null) {
      return "none";
    }
    String text = path.toString();
    return path instanceof HadoopPath own && own.isAbsolute()
        ? text.substring(own.getFileSystem().address().length())
        : text;
  }

  @Test
  void aPartThatIsMappedStaysWhenTheChannelIsClosedAndLeavesNoFile() throws IOException {
    Path file = Files.write(hdfs.root().resolve("mapped"), new byte[] {1, 2, 3, 4});
    Path scratch = Files.createDirectories(folder.resolve("scratch"));
    System.setProperty("netdissect.scratch", scratch.toString());
    try {
      MappedByteBuffer mapped;
      try (FileChannel channel = FileChannel.open(file)) {
        mapped = channel.map(FileChannel.MapMode.READ_ONLY, 1, 2);
        assertEquals(List.of(), listed(scratch));
        assertThrows(IOException.class, () -> channel.map(FileChannel.MapMode.READ_ONLY, 1, 4));
      }
      assertEquals(2, mapped.get(0));
      assertEquals(3, mapped.get(1));
    } finally {
      System.clearProperty("netdissect.scratch");
    }
  }

  @Test
  void filesAreWrittenFromTheirBeginningToTheirEnd() throws IOException {
    Path file = hdfs.root().resolve("written");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2}));
      channel.write(ByteBuffer.wrap(new byte[] {3}), 2);
      assertEquals(3, channel.position());
      assertThrows(
          UnsupportedOperationException.class,
          () -> channel.write(ByteBuffer.wrap(new byte[1]), 0));
    }
    assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(file));
    Files.write(file, new byte[] {4}, StandardOpenOption.APPEND);
    assertEquals(4, Files.size(file));
    assertThrows(
        UnsupportedOperationException.class,
        () -> FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
    assertThrows(
        UnsupportedOperationException.class,
        () -> FileChannel.open(file, StandardOpenOption.WRITE));
  }

  @Test
  void namesThatHdfsDoesNotAllowAreOfNoFile() {
    Path none = rootOrFail().resolve("a:b");
    assertFalse(Files.exists(none));
    FileSystemException failure =
        assertThrows(FileSystemException.class, () -> Files.write(none, new byte[1]));
    assertTrue(failure.getMessage().contains("a:b"), failure.getMessage());
    assertThrows(InvalidPathException.class, () -> rootOrFail().resolve("a\0b"));
  }

  private static Path rootOrFail() {
    try {
      return hdfs.root();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void filesMoveBetweenHereAndThere() throws IOException {
    byte[] bytes = new byte[3_000_000];
    new Random(5).nextBytes(bytes);
    Path here = Files.write(folder.resolve("to send"), bytes);
    Path there = hdfs.root().resolve("sent");
    Files.copy(here, there);
    Path back = folder.resolve("back");
    Files.copy(there, back);
    assertEquals(-1, Files.mismatch(here, back));
    assertEquals(-1, Files.mismatch(here, there));
    Files.move(there, back, StandardCopyOption.REPLACE_EXISTING);
    assertFalse(Files.exists(there));
    assertFalse(Files.isSameFile(here, hdfs.root()));
    assertFalse(Files.isSameFile(hdfs.root(), here));
  }

  @Test
  void timesAndRoomAreTold() throws IOException {
    Path file = Files.write(hdfs.root().resolve("timed"), new byte[1]);
    Files.setLastModifiedTime(file, FileTime.fromMillis(12345000));
    assertEquals(12345000, Files.getLastModifiedTime(file).toMillis());
    assertTrue(Files.getFileStore(file).getUsableSpace() > 0);
    assertTrue(Files.isReadable(file) && Files.isWritable(file));
  }

  @Test
  void whoTellsNoRoomHasAllThatIsNeeded() throws IOException {
    RawLocalFileSystem endless =
        new RawLocalFileSystem() {
          @Override
          public FsStatus getStatus(org.apache.hadoop.fs.Path path) {
            return new FsStatus(Long.MAX_VALUE, 0, Long.MAX_VALUE);
          }
        };
    endless.initialize(URI.create("file:///"), new Configuration());
    Path path = new HadoopFileSystem(endless, URI.create("file:///")).getPath(folder.toString());
    assertEquals(-1, DiskSpace.usable(path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3a://key:word@bucket/a", "hdfs://me:word@host/a"})
  void passwordsInAddressesAreRefusedAndNotRepeated(String address) {
    InvalidPathException failure =
        assertThrows(InvalidPathException.class, () -> TypedPath.of(address));
    assertTrue(failure.getMessage().contains("spark.hadoop"), failure.getMessage());
    assertFalse(failure.getMessage().contains("word@"), failure.getMessage());
  }

  @Test
  void whatIsMissingIsSaid() {
    InvalidPathException unknown =
        assertThrows(InvalidPathException.class, () -> TypedPath.of("nofs://host/a"));
    assertTrue(unknown.getMessage().contains("nofs: are not beside Spark"), unknown.getMessage());
    InvalidPathException s3 =
        assertThrows(InvalidPathException.class, () -> TypedPath.of("s3a://bucket/a"));
    assertTrue(s3.getMessage().contains("hadoop-aws"), s3.getMessage());
  }

  @Test
  void whoDoesNotAnswerIsNamed() {
    Path nowhere = TypedPath.of("hdfs://127.0.0.1:1/a");
    FileSystemException failure =
        assertThrows(FileSystemException.class, () -> Files.newByteChannel(nowhere));
    assertEquals(
        "hdfs://127.0.0.1:1/a: hdfs://127.0.0.1:1 does not answer (Connection refused)",
        failure.getMessage());
    // That it is not there, nobody has said.
    assertThrows(UncheckedIOException.class, () -> Files.exists(nowhere));
  }
}
