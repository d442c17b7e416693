package org.netdissect.dissection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;
import org.netdissect.base.Progress;
import org.netdissect.base.files.BadFileException;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.Trees;
import org.netdissect.dissection.recording.Recording;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.ResultFolder;

/**
 * The parts that a process has recorded, on a disk of its own. A part that is not at hand is
 * recorded when it is asked for: it holds the same, but for cells that do not matter.
 */
final class LocalParts {
  private final Path folder;
  private final Disk disk;
  private final DissectionPlan plan;
  private final OpenedPlan opened;

  /** By part. */
  private final Map<Integer, Object> locks = new ConcurrentHashMap<>();

  /**
   * Where a process records.
   *
   * @param folder of this process; made when it is needed
   * @param machine that it is on, for people
   * @param usable tells how many bytes may be written below a folder
   */
  record Disk(Path folder, String machine, ToLongFunction<Path> usable) {}

  /**
   * The parts of a process.
   *
   * @param inputs digest of all that decides what is recorded
   */
  LocalParts(Disk disk, String inputs, DissectionPlan plan, OpenedPlan opened) {
    folder = disk.folder().resolve(inputs);
    this.disk = disk;
    this.plan = plan;
    this.opened = opened;
  }

  /** Does something with a recording. */
  @FunctionalInterface
  interface Use<R> {
    R of(Recording recording) throws IOException;
  }

  /**
   * Makes sure that there is room for the share of this process.
   *
   * @param processes that share all parts about equally
   * @param parts how many there are
   */
  void requireRoom(int processes, int parts) throws IOException {
    Files.createDirectories(folder);
    List<LayerInfo> layers = opened.source().layers();
    long images = opened.images().size() / processes;
    long peaks = plan.peaks() ? layers.stream().mapToLong(l -> 4L * l.units() * images).sum() : 0;
    double reach = plan.scoring().rule().reach().share();
    SpaceNeeded.ofParts(layers, images, Math.max(1, parts / processes), reach)
        .plus(peaks)
        .checkParts(folder, disk.machine(), disk.usable());
  }

  private Path part(int part, int parts) {
    return folder.resolve("part-" + part + "-of-" + parts);
  }

  private Recording open(int[] images, Path work) throws IOException {
    return Recording.open(
        opened.images(),
        images,
        opened.source().layers(),
        plan.scoring().rule(),
        work,
        Dissector.TOP_IMAGES,
        plan.peaks());
  }

  /**
   * Does something with a part, which is recorded before if it is not at hand or damaged.
   *
   * @param bounds gives, while it is recorded, true lower bounds of the final thresholds
   * @param told how many images more are recorded
   */
  <R> R with(int part, PartSplit split, Bounds bounds, LongConsumer told, Use<R> use)
      throws IOException {
    // A task that is given up may still run beside the one that takes its place.
    synchronized (locks.computeIfAbsent(part, p -> new Object())) {
      try {
        return withThis(part, split, bounds, told, use);
      } catch (BadFileException e) {
        if (!e.isIn(folder)) {
          throw e;
        }
        Trees.delete(part(part, split.count()));
        return withThis(part, split, bounds, told, use);
      }
    }
  }

  private <R> R withThis(int part, PartSplit split, Bounds bounds, LongConsumer told, Use<R> use)
      throws IOException {
    Path whole = part(part, split.count());
    if (!isRecorded(whole)) {
      record(whole, split.images(part), bounds, told);
    }
    try (Recording recording = open(split.images(part), whole)) {
      if (!recording.isWhole()) {
        throw new DamagedException(
            whole.resolve(ResultFolder.CHECKPOINT), "it is not of the whole part", null);
      }
      return use.of(recording);
    }
  }

  private static boolean isRecorded(Path whole) {
    return Files.exists(whole.resolve(ResultFolder.CHECKPOINT));
  }

  private void record(Path whole, int[] images, Bounds bounds, LongConsumer told)
      throws IOException {
    // What an attempt left that was given up holds nothing that would help.
    Path own = whole.resolveSibling(whole.getFileName() + ".begun");
    Trees.delete(own);
    Files.createDirectories(own);
    try (Recording recording = open(images, own)) {
      BoundedPhase phase = new BoundedPhase(recording, bounds, told);
      phase.raise();
      recording.run(opened.source(), 1, plan.strict(), phase);
    }
    Trees.delete(whole);
    Files.move(own, whole, StandardCopyOption.ATOMIC_MOVE);
  }

  /** The file that a part's recording ended with. */
  Path checkpoint(int part, PartSplit split) {
    return part(part, split.count()).resolve(ResultFolder.CHECKPOINT);
  }

  /** Removes a part that is not needed any more. */
  void drop(int part, PartSplit split) throws IOException {
    synchronized (locks.computeIfAbsent(part, p -> new Object())) {
      Trees.delete(part(part, split.count()));
    }
  }

  /** Gives the best bounds that are known at the moment, by layer and unit; may give none. */
  @FunctionalInterface
  interface Bounds {
    List<float[]> now() throws IOException;
  }

  /** Passes on how far a part is, and looks now and then whether better bounds are known. */
  private static final class BoundedPhase implements Progress, Progress.Phase {
    /** Between two looks. */
    private static final long NANOS = 3_000_000_000L;

    private final Recording recording;
    private final Bounds bounds;
    private final LongConsumer told;
    private long next;

    BoundedPhase(Recording recording, Bounds bounds, LongConsumer told) {
      this.told = told;
      this.recording = recording;
      this.bounds = bounds;
    }

    void raise() throws IOException {
      List<float[]> now = bounds.now();
      for (int l = 0; l < now.size(); l++) {
        recording.recorders().get(l).raiseBounds(now.get(l));
      }
      next = System.nanoTime() + NANOS;
    }

    @Override
    public Progress.Phase phase(String name, long total, String unit) {
      return this;
    }

    @Override
    public void warn(String message) {
      // Whoever asked for the part reads it from the recording.
    }

    @Override
    public void advance(long n) {
      told.accept(n);
      if (System.nanoTime() - next < 0) {
        return;
      }
      try {
        raise();
      } catch (IOException e) {
        // It goes on with what is known.
        next = System.nanoTime() + NANOS;
      }
    }

    @Override
    public void done() {}

    @Override
    public void close() {}
  }
}
