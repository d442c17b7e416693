package org.netdissect.app;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.netdissect.base.files.WholeFile;

/**
 * The program's classes as Java holds them in memory, in one file of the user's cache folder: with
 * it a start takes half a second less of processor. The launcher names the file, and lets Java read
 * it where it is there; Java passes over in silence what is not of itself, of these jars, or whole.
 *
 * <p>It is made after the end of the first command, by a process of its own that gives way to all
 * others ({@link ArchiveMaker}); nobody waits for it unless NETDISSECT_ARCHIVE is {@code now}.
 * Beside it lies a note of what it was made from, and of failures, so that it is made again when
 * that changes, and not tried at every command.
 */
final class ClassArchive {
  /** Where the launcher wants the archive; not set where it wants none. */
  static final String PROPERTY = "netdissect.classes";

  static final String FAILED = "could not be made";
  private static final Duration UNTIL_NEXT_TRY = Duration.ofDays(1);

  private final Path file;
  private final Path jar;

  /**
   * @param jar that with which Java was started, its path as on the command line; the jars beside
   *     it belong to it
   */
  ClassArchive(Path file, Path jar) {
    this.file = file;
    this.jar = jar;
  }

  /** Has the archive made if there is none or an old one; never fails. */
  static void renew() {
    String file = System.getProperty(PROPERTY);
    if (file == null || file.isBlank()) {
      return;
    }
    boolean now = "now".equals(System.getenv("NETDISSECT_ARCHIVE"));
    // A job that is thrown away afterwards gains nothing by it.
    if (!now && System.getenv("CI") != null) {
      return;
    }
    try {
      ClassArchive archive =
          new ClassArchive(Path.of(file), Path.of(System.getProperty("java.class.path")));
      if (archive.isWanted() && archive.isFree()) {
        Process maker = archive.startMaker(now);
        if (now) {
          maker.waitFor();
        }
      }
    } catch (IOException | RuntimeException e) {
      // Then every start takes a while longer, and nothing else.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  Path file() {
    return file;
  }

  Path jar() {
    return jar;
  }

  Path folder() {
    return Objects.requireNonNull(file.toAbsolutePath().getParent());
  }

  static Path note(Path file) {
    String name = file.getFileName().toString();
    return file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ".txt");
  }

  /** Held by the one process of this user that makes an archive. */
  Path lockFile() {
    return folder().resolve("lock");
  }

  /** Whether there is none, or one of other jars or another Java, and no fresh failure. */
  boolean isWanted() throws IOException {
    Path note = note(file);
    if (!Files.isRegularFile(note)) {
      return true;
    }
    List<String> lines = Files.readAllLines(note);
    if (lines.isEmpty() || !lines.subList(1, lines.size()).equals(madeFrom())) {
      return true;
    }
    if (lines.get(0).equals(FAILED)) {
      long ago = System.currentTimeMillis() - Files.getLastModifiedTime(note).toMillis();
      return ago < 0 || ago > UNTIL_NEXT_TRY.toMillis();
    }
    return !Files.isRegularFile(file) || !lines.get(0).equals(made(file));
  }

  private static String made(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return "made " + attributes.size() + " " + attributes.lastModifiedTime().toMillis();
  }

  /** The Java and the jars, a line each; the path of the first jar comes first. */
  private List<String> madeFrom() throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("jar " + jar);
    lines.add("java " + System.getProperty("java.home"));
    lines.add(System.getProperty("java.vm.vendor") + " " + System.getProperty("java.vm.version"));
    List<String> jars = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(jar.toAbsolutePath().getParent(), "*.jar")) {
      for (Path one : files) {
        BasicFileAttributes attributes = Files.readAttributes(one, BasicFileAttributes.class);
        jars.add(
            one.getFileName()
                + " "
                + attributes.size()
                + " "
                + attributes.lastModifiedTime().toMillis());
      }
    }
    jars.sort(null);
    lines.addAll(jars);
    return lines;
  }

  /** Writes down what the archive, now in place, was made from. */
  void noteMade() throws IOException {
    note(made(file));
  }

  /** Writes down that it cannot be made. */
  void noteFailed() throws IOException {
    note(FAILED);
  }

  private void note(String first) throws IOException {
    List<String> lines = new ArrayList<>(madeFrom());
    lines.add(0, first);
    WholeFile.write(note(file), next -> Files.write(next, lines));
  }

  /** Whether nobody makes one at the moment and the folder can be written. */
  private boolean isFree() throws IOException {
    Files.createDirectories(folder());
    try (FileChannel channel =
            FileChannel.open(lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      return held != null;
    }
  }

  private Process startMaker(boolean now) throws IOException {
    List<String> command = new ArrayList<>();
    boolean windows = File.separatorChar == '\\';
    if (!windows && !now) {
      // Neither the end of the terminal nor a Ctrl-C that is meant for another command ends it.
      command.addAll(List.of("/bin/sh", "-c", "trap '' HUP INT; exec nice -n 19 \"$@\"", "sh"));
    }
    command.addAll(
        List.of(java(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m", "-Xlog:disable"));
    command.addAll(List.of("-XX:-UsePerfData", "-cp", jar.toString()));
    command.addAll(List.of(ArchiveMaker.class.getName(), file.toString(), jar.toString()));
    return silent(command, folder()).start();
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** A process that reads nothing and prints nothing, and keeps no folder of the user busy. */
  static ProcessBuilder silent(List<String> command, Path folder) {
    String nothing = File.separatorChar == '\\' ? "NUL" : "/dev/null";
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectInput(new File(nothing))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD);
  }
}
