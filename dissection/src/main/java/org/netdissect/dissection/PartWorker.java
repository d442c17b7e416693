package org.netdissect.dissection;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.base.Progress;
import org.netdissect.base.files.BadFileException;
import org.netdissect.base.files.TypedPath;
import org.netdissect.base.files.WholeFile;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.dissection.recording.Recording;
import org.netdissect.dissection.tally.Cuts;
import org.netdissect.dissection.tally.GroupFile;
import org.netdissect.dissection.tally.MaskTally;
import org.netdissect.dissection.tally.PartTally;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerInfo;

/**
 * Does tasks of a measurement in parts in this process: holds the data and the network open, and on
 * a disk of its own the parts that it recorded. Safe for concurrent use; each task works in one
 * thread.
 */
public final class PartWorker implements Closeable {
  private final DissectionPlan plan;
  private final Atlas atlas;
  private final OpenedPlan opened;
  private final String inputs;
  private final LocalParts local;

  /** What the measurement at hand shares. */
  private @Nullable SharedParts shared;

  private PartWorker(DissectionPlan plan, Path folder, Atlas atlas, OpenedPlan opened)
      throws IOException {
    this.plan = plan;
    this.atlas = atlas;
    this.opened = opened;
    inputs =
        digest(opened.measurement(plan, plan.subject().resultFolders(plan.out()), Progress.NONE));
    local = new LocalParts(folder.resolve(inputs), plan, opened);
  }

  /**
   * Opens what a plan asks for.
   *
   * @param folder for what this process records; whoever gives it removes it
   */
  static PartWorker open(DissectionPlan plan, Path folder) throws IOException {
    Atlas atlas = Atlas.open(plan.data(), plan.atlasOptions(), Progress.NONE);
    try {
      return new PartWorker(plan, folder, atlas, OpenedPlan.of(plan, atlas, Progress.NONE));
    } catch (IOException | RuntimeException e) {
      atlas.close();
      throw e;
    }
  }

  /** Of all that decides a result. */
  static String digest(Measurement measurement) throws IOException {
    return Digests.sha256Hex(measurement.inputs().toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes that were read from and written to the folder of all parts since it was last asked. */
  public synchronized long takeMoved() {
    return shared == null ? 0 : shared.files().takeMoved();
  }

  /**
   * What the measurement of a part shares.
   *
   * @throws DissectionException if the data, the model or a setting is another one here than in the
   *     process that asks
   */
  private synchronized SharedParts shared(PartTasks.Part part) throws DissectionException {
    if (!part.inputs().equals(inputs)) {
      throw new DissectionException(
          "a process of the cluster sees other inputs than the one that started the run: another"
              + " version of netdissect, another model, other data or other settings under the same"
              + " names");
    }
    if (shared == null || !shared.isOf(part)) {
      shared =
          new SharedParts(
              new PartFiles(TypedPath.of(part.folder())),
              new PartSplit(opened.images(), part.parts()),
              opened.images(),
              opened.source().layers(),
              plan.scoring().rule());
    }
    return shared;
  }

  byte[] record(PartTasks.Part part, LongConsumer told) throws IOException {
    SharedParts of = shared(part);
    return local.with(
        part.number(),
        of.split(),
        () -> of.files().readBounds(opened.source().layers()),
        told,
        recording -> PartFiles.pack(local.checkpoint(part.number(), of.split())));
  }

  /** Does something with a part once all are recorded. */
  private <R> R with(PartTasks.Part part, LocalParts.Use<R> use) throws IOException {
    SharedParts of = shared(part);
    return local.with(part.number(), of.split(), of::bounds, n -> {}, use);
  }

  private PartTally tally(Recording recording, SharedParts of, int layer) throws IOException {
    MaskTally tally =
        new MaskTally(
            recording.recorders().get(layer),
            opened.images(),
            plan.scoring().rule(),
            opened.source().input(layer),
            plan.framing());
    return new PartTally(tally, of.histograms(layer), plan.scoring().rule());
  }

  byte[][] count(PartTasks.CountPart task) throws IOException {
    SharedParts of = shared(task.of());
    return with(
        task.of(),
        recording -> {
          byte[][] counts = new byte[task.groups().length][];
          for (int g = 0; g < counts.length; g++) {
            PartTasks.Group group = task.groups()[g];
            counts[g] = tally(recording, of, group.layer()).counts(group.first(), group.end(), 1);
          }
          return counts;
        });
  }

  int tally(PartTasks.TallyPart task) throws IOException {
    SharedParts of = shared(task.of());
    List<PartTasks.Group> missing = new ArrayList<>();
    for (PartTasks.Group group : task.groups()) {
      if (!isWhole(of.files().tallied(task.part(), group), group)) {
        missing.add(group);
      }
    }
    if (!missing.isEmpty()) {
      with(
          task.of(),
          recording -> {
            for (PartTasks.Group group : missing) {
              tally(recording, of, group, of.files().tallied(task.part(), group));
            }
            return missing.size();
          });
    }
    local.drop(task.part(), of.split());
    return task.groups().length;
  }

  private void tally(Recording recording, SharedParts of, PartTasks.Group group, Path file)
      throws IOException {
    Cuts all = of.cuts(group.layer());
    float @Nullable [] floors = all.floors();
    int first = group.first();
    int end = group.end();
    Cuts cuts =
        new Cuts(
            Arrays.copyOfRange(all.thresholds(), first, end),
            floors == null ? null : Arrays.copyOfRange(floors, first, end));
    Path own = PartFiles.attempt(file);
    try {
      tally(recording, of, group.layer()).tally(first, end, cuts, 1, own);
      of.files().move(own);
      WholeFile.place(own, file);
    } finally {
      Files.deleteIfExists(own);
    }
  }

  private boolean isWhole(Path file, PartTasks.Group group) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    LayerInfo layer = opened.source().layers().get(group.layer());
    try {
      int sections = MaskTally.sections(plan.scoring().rule());
      GroupFile.check(file, group.end() - group.first(), sections, layer, opened.images());
      return true;
    } catch (BadFileException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    try (atlas) {
      opened.close();
    }
  }
}
