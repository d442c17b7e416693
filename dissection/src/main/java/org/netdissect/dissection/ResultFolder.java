package org.netdissect.dissection;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The folder a dissection is written to (or several, of networks dissected together, each into a
 * folder of its own below), held by one process at a time. What a resumed run needs lies in its
 * {@code .work}; without a {@code dissection.json} there is no result.
 *
 * <p>The rule for a second run into the same folder: complete → refused, unless it is to be
 * overwritten; incomplete with the same inputs → resumed; other inputs → refused with what differs.
 */
final class ResultFolder implements Closeable {
  static final String WORK = ".work";
  private static final String INPUTS = "inputs.json";

  private final Path folder;
  private final FileChannel lockFile;
  private final FileLock lock;

  /** Whether the result stands and only steps after it are left. */
  final boolean complete;

  /** Whether an earlier run is gone on with. */
  final boolean resumed;

  private ResultFolder(
      Path folder, FileChannel lockFile, FileLock lock, boolean complete, boolean resumed) {
    this.folder = folder;
    this.lockFile = lockFile;
    this.lock = lock;
    this.complete = complete;
    this.resumed = resumed;
  }

  /**
   * Refuses a folder that {@link #open} would refuse whatever the inputs; touches nothing.
   *
   * @param results where results go: the folder itself, or folders in it
   */
  static void check(Path folder, List<Path> results, boolean overwrite) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw new DissectionException(folder + " is a file; --out needs a folder");
    }
    boolean work = Files.exists(folder.resolve(WORK));
    boolean known = work || Files.exists(folder.resolve(Dissection.FILE));
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> all = entries.toList();
      known =
          known
              || all.isEmpty()
              || (!results.contains(folder)
                  && all.stream().anyMatch(entry -> Files.exists(entry.resolve(Dissection.FILE))));
    }
    if (!known) {
      throw new DissectionException(
          folder + " is not empty and holds no result; choose another folder for --out");
    }
    for (Path result : results) {
      if (Files.exists(result.resolve(Dissection.FILE)) && !work && !overwrite) {
        throw new DissectionException(
            result + " already holds a result; use --overwrite to replace it, or another --out");
      }
    }
  }

  /**
   * Takes the folder for a run.
   *
   * @param results where results go: the folder itself, or folders in it
   * @param inputs everything that decides the results
   * @throws DissectionException if the folder is in use or holds something else
   */
  static ResultFolder open(Path folder, List<Path> results, boolean overwrite, JsonNode inputs)
      throws IOException {
    check(folder, results, overwrite);
    Path work = folder.resolve(WORK);
    Files.createDirectories(work);
    FileChannel lockFile =
        FileChannel.open(work.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock;
      try {
        lock = lockFile.tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null;
      }
      if (lock == null) {
        throw new DissectionException(
            folder + " is in use by another run; wait for it or choose another --out");
      }
      Path inputsFile = work.resolve(INPUTS);
      boolean begun = Files.exists(inputsFile);
      boolean resumed = false;
      if (begun && !overwrite) {
        List<String> differences = differences(inputsFile, inputs);
        if (!differences.isEmpty()) {
          throw new DissectionException(
              folder
                  + " holds an unfinished run with other inputs ("
                  + String.join("; ", differences)
                  + "); use --overwrite to start anew, or another --out");
        }
        resumed = true;
      } else {
        for (Path result : results) {
          clear(result);
        }
        clearWork(work);
        Path next = work.resolve("inputs.next");
        Files.writeString(next, Json.pretty(inputs));
        Files.move(next, inputsFile, StandardCopyOption.ATOMIC_MOVE);
      }
      boolean complete =
          resumed
              && results.stream().allMatch(result -> Files.exists(result.resolve(Dissection.FILE)));
      return new ResultFolder(folder, lockFile, lock, complete, resumed);
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  private static List<String> differences(Path file, JsonNode inputs) throws IOException {
    List<String> differences = new ArrayList<>();
    JsonNode before;
    try {
      before = Json.mapper().readTree(Files.readString(file, StandardCharsets.UTF_8));
    } catch (JacksonException e) {
      throw new DissectionException(file + " is damaged; use --overwrite to start anew", e);
    }
    TreeSet<String> names = new TreeSet<>(inputs.propertyNames());
    names.addAll(before.propertyNames());
    for (String name : names) {
      if (!Objects.equals(before.get(name), inputs.get(name))) {
        differences.add(
            name + " was " + shown(before.get(name)) + ", now " + shown(inputs.get(name)));
      }
    }
    return differences;
  }

  private static String shown(JsonNode value) {
    if (value == null) {
      return "nothing";
    }
    String text = value.isString() ? value.asString() : value.toString();
    return text.length() > 60 ? text.substring(0, 57) + "..." : text;
  }

  /** Removes what runs write, the result's own file first; nothing else that lies in the folder. */
  private static void clear(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    Files.deleteIfExists(folder.resolve(Dissection.FILE));
    for (String name : List.of("run.json", "images.csv", "concepts.csv")) {
      Files.deleteIfExists(folder.resolve(name));
    }
    delete(folder.resolve("report"));
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.toList()) {
        if (Files.isDirectory(entry) && Files.exists(entry.resolve("units.csv"))) {
          delete(entry);
        }
      }
    }
  }

  private static void clearWork(Path work) throws IOException {
    try (Stream<Path> entries = Files.list(work)) {
      for (Path entry : entries.toList()) {
        if (!entry.getFileName().toString().equals("lock")) {
          delete(entry);
        }
      }
    }
  }

  /** Removes a file or a folder with all in it; links are removed, not followed. */
  static void delete(Path path) throws IOException {
    try {
      Files.walkFileTree(
          path,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure)
                throws IOException {
              Files.delete(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (NoSuchFileException e) {
      // Nothing to remove.
    }
  }

  Path work() {
    return folder.resolve(WORK);
  }

  /** Writes a file whole or not at all. */
  static void writeAtomically(Path file, String text) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    try {
      Files.writeString(next, text);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(next);
    }
  }

  /** Ends the run: what resuming needed is removed. */
  void finish() throws IOException {
    close();
    delete(work());
  }

  @Override
  public void close() throws IOException {
    if (lock.isValid()) {
      lock.release();
    }
    lockFile.close();
  }
}
