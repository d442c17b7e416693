package org.netdissect.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.netdissect.base.files.Trees;
import org.netdissect.base.files.WholeFile;

/**
 * Makes a {@link ClassArchive}, as a process of its own: a short run lists the classes, Java stores
 * them, and a start tries what came of it before it takes its place. Only one works at a time; what
 * others before it left behind is removed.
 */
final class ArchiveMaker {
  private static final String UNFINISHED = "making-";
  private static final int KEPT = 8;
  private static final long LONGEST_MINUTES = 15;

  private final ClassArchive archive;

  private ArchiveMaker(ClassArchive archive) {
    this.archive = archive;
  }

  /** Arguments: the archive to make, and the jar that the launcher starts. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    ClassArchive archive = new ClassArchive(Path.of(arguments[0]), Path.of(arguments[1]));
    try (FileChannel channel =
            FileChannel.open(
                archive.lockFile(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      if (held != null && archive.isWanted()) {
        ArchiveMaker maker = new ArchiveMaker(archive);
        maker.removeOld();
        maker.make();
      }
    }
  }

  private void make() throws IOException, InterruptedException {
    Path work = archive.folder().resolve(UNFINISHED + ProcessHandle.current().pid());
    Files.createDirectory(work);
    try {
      Path made = work.resolve("classes.jsa");
      if (list(work) && store(work, made) && starts(work, made)) {
        force(made);
        Files.deleteIfExists(ClassArchive.note(archive.file()));
        WholeFile.place(made, archive.file());
        archive.noteMade();
      } else {
        Files.deleteIfExists(archive.file());
        archive.noteFailed();
      }
    } finally {
      Trees.delete(work);
    }
  }

  /** Lists the classes that ordinary commands use. */
  private boolean list(Path work) throws IOException, InterruptedException {
    Path listed = work.resolve("listed.txt");
    boolean ran =
        java(
            work,
            List.of("-XX:DumpLoadedClassList=" + listed, "-XX:TieredStopAtLevel=1", "-Xmx600m"),
            List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-Dnetdissect.cache=" + archive.folder().getParent(),
                "-cp",
                archive.jar().toString(),
                OrdinaryRuns.class.getName(),
                work.resolve("runs").toString()));
    if (!ran || !Files.isRegularFile(listed)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(listed)) {
      Files.write(work.resolve("classes.txt"), lines.filter(ArchiveMaker::isKept).toList());
    }
    return true;
  }

  /**
   * Classes that Java 17 generates while it makes an archive have no origin in it; where a flight
   * recorder or an agent asks for that, Java breaks down.
   */
  private static boolean isKept(String line) {
    return !line.contains("java/lang/invoke/BoundMethodHandle$Species_")
        && !line.contains("[SPECIES_RESOLVE]");
  }

  /**
   * Stores them. With G1, although the commands run with another collector: only then does Java 17
   * notice at its start that an archive has been cut short. All classes at once rather than those
   * of a run at its end, since that would leave out classes of old formats.
   */
  private boolean store(Path work, Path made) throws IOException, InterruptedException {
    return java(
        work,
        List.of("-Xshare:dump", "-XX:+UseG1GC", "-Xmx600m"),
        List.of(
            "-XX:SharedClassListFile=" + work.resolve("classes.txt"),
            "-XX:SharedArchiveFile=" + made,
            "-jar",
            archive.jar().toString()));
  }

  /** Whether a start with it goes well, and really uses it. */
  private boolean starts(Path work, Path made) throws IOException, InterruptedException {
    return java(
        work,
        List.of("-Xshare:on", "-XX:+UseSerialGC", "-XX:+VerifySharedSpaces"),
        List.of("-XX:SharedArchiveFile=" + made, "-jar", archive.jar().toString(), "--version"));
  }

  private static boolean java(Path work, List<String> options, List<String> more)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(ClassArchive.java());
    command.addAll(options);
    command.addAll(List.of("-XX:-UsePerfData", "-Xlog:disable"));
    command.addAll(more);
    Process process = ClassArchive.silent(command, work).start();
    Thread end = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(end);
    try {
      return process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES) && process.exitValue() == 0;
    } finally {
      process.destroyForcibly();
      Runtime.getRuntime().removeShutdownHook(end);
    }
  }

  /** To the disk, before its name says that it is whole. */
  private static void force(Path file) throws IOException {
    // Java leaves it read-only.
    if (!file.toFile().setWritable(true, true)) {
      return;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /**
   * Removes what a killed maker left, archives whose program or Java is gone or that another build
   * of this program had, and the oldest of very many.
   */
  private void removeOld() throws IOException {
    List<Path> notes = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(archive.folder())) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        if (name.startsWith(UNFINISHED)) {
          Trees.delete(file);
        } else if (name.endsWith(".txt")) {
          notes.add(file);
        } else if (name.endsWith(".jsa") && !Files.exists(ClassArchive.note(file))) {
          Files.deleteIfExists(file);
        }
      }
    }
    notes.sort(Comparator.comparing(note -> -note.toFile().lastModified()));
    int kept = 1;
    for (Path note : notes) {
      boolean own = note.equals(ClassArchive.note(archive.file()));
      if (!own && (++kept > KEPT || isObsolete(note))) {
        String name = note.getFileName().toString();
        Files.deleteIfExists(
            note.resolveSibling(name.substring(0, name.length() - ".txt".length()) + ".jsa"));
        Files.deleteIfExists(note);
      }
    }
  }

  private boolean isObsolete(Path note) throws IOException {
    List<String> lines = Files.readAllLines(note);
    if (lines.size() < 3 || !lines.get(1).startsWith("jar ") || !lines.get(2).startsWith("java ")) {
      return true;
    }
    Path jar = Path.of(lines.get(1).substring("jar ".length()));
    Path java = Path.of(lines.get(2).substring("java ".length()));
    return !Files.exists(jar)
        || !Files.exists(java)
        || (Objects.equals(jar.getParent(), archive.jar().getParent())
            && java.equals(Path.of(System.getProperty("java.home"))));
  }
}
