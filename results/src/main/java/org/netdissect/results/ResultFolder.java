package org.netdissect.results;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Json;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.files.Trees;
import org.netdissect.base.files.WholeFile;
import org.netdissect.base.files.WorkLock;
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
public final class ResultFolder implements Closeable {
  public static final String WORK = ".work";

  /** What says how much of a recording is good. */
  public static final String CHECKPOINT = "record.bin";

  /** The folder of a result's report. */
  public static final String REPORT = "report";

  /** The files of a result beside the folders of its layers. */
  static final Set<String> FILES =
      Set.of(Dissection.FILE, "run.json", "images.csv", "concepts.csv");

  private static final String INPUTS = "inputs.json";

  /** The names of images may stand in it. */
  private static final long MOST_INPUTS = 1L << 28;

  /** As many as fit into a line. */
  private static final int MOST_DIFFERENCES = 4;

  private final Path folder;
  private final WorkLock lock;

  /** Whether the result stands and only steps after it are left. */
  public final boolean complete;

  /** Whether an earlier run is gone on with. */
  public final boolean resumed;

  private ResultFolder(Path folder, WorkLock lock, boolean complete, boolean resumed) {
    this.folder = folder;
    this.lock = lock;
    this.complete = complete;
    this.resumed = resumed;
  }

  /**
   * Refuses a folder that {@link #open} would refuse whatever the inputs; touches nothing else.
   *
   * @param results where results go: the folder itself, or folders in it
   */
  public static void check(Path folder, List<Path> results, boolean overwrite) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw new DissectionException(folder + " is a file; --out needs a folder");
    }
    List<Path> standing =
        results.stream().filter(result -> Files.exists(result.resolve(Dissection.FILE))).toList();
    boolean work = isBegun(folder) || (standing.isEmpty() && Files.exists(folder.resolve(WORK)));
    if (standing.isEmpty() && !work) {
      try (Stream<Path> entries = Files.list(folder)) {
        List<Path> all = entries.toList();
        // Beside results of other networks there is room for one more.
        boolean others =
            !results.contains(folder)
                && all.stream().anyMatch(entry -> Files.exists(entry.resolve(Dissection.FILE)));
        if (!all.isEmpty() && !others) {
          throw new DissectionException(
              folder + " is not empty and holds no result; choose another folder for --out");
        }
      }
    }
    if (!standing.isEmpty() && !work && !overwrite) {
      sweep(folder);
      throw new DissectionException(
          standing.get(0)
              + " already holds a result; use --overwrite to replace it, or another --out");
    }
  }

  /** Removes what a run left that was killed after its end, unless another run is at work. */
  private static void sweep(Path folder) {
    Path work = folder.resolve(WORK);
    if (!Files.isDirectory(work)) {
      return;
    }
    try {
      WorkLock lock = WorkLock.take(folder, work, Progress.NONE);
      if (isBegun(folder)) {
        lock.close();
      } else {
        removeWork(folder, lock);
      }
    } catch (IOException e) {
      // It is another's, or stays: it harms nobody.
    }
  }

  private static void removeWork(Path folder, WorkLock lock) throws IOException {
    try {
      clearWork(folder);
    } finally {
      lock.remove();
    }
    try {
      Files.deleteIfExists(folder.resolve(WORK));
    } catch (DirectoryNotEmptyException e) {
      // Another run has just come, and will see that there is a result.
    }
  }

  /** Whether a run began here and has not finished. */
  private static boolean isBegun(Path folder) {
    return Files.exists(folder.resolve(WORK).resolve(INPUTS));
  }

  /**
   * Takes the folder for a run.
   *
   * @param results where results go: the folder itself, or folders in it
   * @param inputs everything that decides the results
   * @param progress warned if other processes cannot be kept away
   * @throws DissectionException if the folder is in use or holds something else
   */
  public static ResultFolder open(
      Path folder, List<Path> results, boolean overwrite, JsonNode inputs, Progress progress)
      throws IOException {
    check(folder, results, overwrite);
    Path work = folder.resolve(WORK);
    Files.createDirectories(work);
    WorkLock lock = WorkLock.take(folder, work, progress);
    try {
      Path inputsFile = work.resolve(INPUTS);
      // Only now is it sure that nobody else changes what lies here.
      check(folder, results, overwrite);
      List<String> differences = List.of();
      boolean resumed = false;
      if (isBegun(folder)) {
        differences = differences(inputsFile, inputs);
        resumed = differences.isEmpty();
      }
      if (!differences.isEmpty() && !overwrite) {
        throw new DissectionException(
            folder
                + " holds an unfinished run with other inputs ("
                + String.join("; ", differences)
                + "); use --overwrite to start anew, or another --out");
      }
      if (!resumed) {
        for (Path result : results) {
          clear(result);
        }
        // The inputs first: what is left without them belongs to no run.
        Files.deleteIfExists(inputsFile);
        clearWork(folder);
        WholeFile.text(inputsFile, Json.pretty(inputs));
      }
      boolean complete =
          resumed
              && results.stream().allMatch(result -> Files.exists(result.resolve(Dissection.FILE)));
      return new ResultFolder(folder, lock, complete, resumed);
    } catch (IOException | RuntimeException e) {
      lock.close();
      if (!isBegun(folder)) {
        sweep(folder);
      }
      throw e;
    }
  }

  private static List<String> differences(Path file, JsonNode inputs) throws IOException {
    List<String> differences = new ArrayList<>();
    JsonNode before = null;
    try {
      if (Files.size(file) <= MOST_INPUTS) {
        before = Json.mapper().readTree(Files.readAllBytes(file));
      }
    } catch (JacksonException e) {
      // Said below.
    }
    if (before == null || !before.isObject()) {
      return List.of(file + " is damaged");
    }
    // As they read from a file: there a number has lost its Java type.
    compare("", before, Json.mapper().readTree(Json.pretty(inputs)), differences);
    return differences;
  }

  /** Notes the innermost values that differ. */
  private static void compare(
      String path, JsonNode before, JsonNode now, List<String> differences) {
    if (before != null && now != null && before.isObject() && now.isObject()) {
      TreeSet<String> names = new TreeSet<>(now.propertyNames());
      names.addAll(before.propertyNames());
      for (String name : names) {
        compare(
            path.isEmpty() ? name : path + "." + name,
            before.get(name),
            now.get(name),
            differences);
      }
    } else if (before != null
        && now != null
        && before.isArray()
        && now.isArray()
        && before.size() == now.size()) {
      for (int i = 0; i < now.size(); i++) {
        compare(path + "[" + i + "]", before.get(i), now.get(i), differences);
      }
    } else if (!Objects.equals(before, now) && differences.size() < MOST_DIFFERENCES) {
      differences.add(path + " was " + shown(before) + ", now " + shown(now));
    }
  }

  /** Whether a result stands in a folder, whole or not. */
  public static boolean is(Path folder) {
    return Files.exists(folder.resolve(Dissection.FILE));
  }

  /**
   * Refuses to write a file over one of a result's own, or into the folder of one of its layers.
   *
   * @throws DissectionException naming the file and the result
   */
  public static void checkNotIn(Path file) throws DissectionException {
    Path folder = file.toAbsolutePath().normalize().getParent();
    if (folder == null) {
      return;
    }
    Path above = folder.getParent();
    Path result = null;
    if (is(folder) && FILES.contains(file.getFileName().toString().toLowerCase(Locale.ROOT))) {
      result = folder;
    } else if (above != null && is(above) && isOfLayer(folder)) {
      result = above;
    }
    if (result != null) {
      throw new DissectionException(
          Text.oneLine(file.toString())
              + " would lie among the files of the result "
              + Text.oneLine(result.toString())
              + ", which would be damaged; write to another folder");
    }
  }

  private static boolean isOfLayer(Path folder) {
    return Files.exists(folder.resolve("units.csv")) || Files.exists(folder.resolve("hits.bin"));
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
    for (String name : FILES) {
      Files.deleteIfExists(folder.resolve(name));
    }
    Trees.delete(folder.resolve(REPORT));
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.toList()) {
        // A run that was cut off may have begun a layer only.
        if (isOfLayer(entry)) {
          Trees.delete(entry);
        }
      }
    }
  }

  /** Removes what was recorded, so that it is recorded anew. */
  public void clearWork() throws IOException {
    clearWork(folder);
  }

  private static void clearWork(Path folder) throws IOException {
    // What says how much of the rest is good goes before the rest.
    Files.deleteIfExists(folder.resolve(WORK).resolve(CHECKPOINT));
    try (Stream<Path> entries = Files.list(folder.resolve(WORK))) {
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        if (!name.equals(WorkLock.FILE) && !name.equals(INPUTS)) {
          Trees.delete(entry);
        }
      }
    }
  }

  /**
   * A result that a run left before its last steps, if it is whole; otherwise it is no result any
   * more and must be made again from what was recorded.
   */
  public static @Nullable Dissection standing(Path result, Progress progress) throws IOException {
    try {
      Dissection dissection = Dissection.open(result);
      dissection.verify();
      return dissection;
    } catch (NetdissectException e) {
      progress.warn(e.getMessage() + "; writing the result again");
      Files.deleteIfExists(result.resolve(Dissection.FILE));
      return null;
    }
  }

  public Path work() {
    return folder.resolve(WORK);
  }

  /**
   * Ends the run: what resuming needed is removed. The inputs go first; from then on the run has
   * finished, whatever a kill leaves of the rest.
   */
  public void finish() throws IOException {
    Files.deleteIfExists(work().resolve(INPUTS));
    removeWork(folder, lock);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
