package org.netdissect.dissection;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.Progress;
import org.netdissect.base.files.BadFileException;
import org.netdissect.base.files.TypedPath;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasRange;
import org.netdissect.dissection.recording.PartPeaks;
import org.netdissect.dissection.recording.PeakRecorder;
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
  private final LocalParts.Disk disk;

  /** Digest of all that decides how labels come out; null until it is asked for. */
  private @Nullable String labels;

  /** Null until something is to be recorded. */
  private @Nullable Ready ready;

  /** What the measurement at hand shares. */
  private @Nullable SharedParts shared;

  /** Takes what a plan asks for; it is opened when the first task needs it. */
  PartWorker(DissectionPlan plan, LocalParts.Disk disk) {
    this.plan = plan;
    this.disk = disk;
  }

  /**
   * What recording needs.
   *
   * @param inputs digest of all that decides the result
   * @param local the parts that this process has recorded
   */
  private record Ready(Atlas atlas, OpenedPlan opened, String inputs, LocalParts local) {
    static Ready of(DissectionPlan plan, LocalParts.Disk disk) throws IOException {
      Atlas atlas = Atlas.open(plan.data(), plan.atlasOptions(), Progress.NONE);
      try {
        OpenedPlan opened = OpenedPlan.of(plan, atlas, Progress.NONE);
        List<Path> results = plan.subject().resultFolders(plan.out());
        String inputs = digest(opened.measurement(plan, results, Progress.NONE));
        return new Ready(atlas, opened, inputs, new LocalParts(disk, inputs, plan, opened));
      } catch (IOException | RuntimeException e) {
        atlas.close();
        throw e;
      }
    }
  }

  private synchronized Ready ready() throws IOException {
    if (ready == null) {
      ready = Ready.of(plan, disk);
    }
    return ready;
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
  private synchronized SharedParts shared(PartTasks.Part part) throws IOException {
    OpenedPlan opened = ready().opened();
    requireSame(part.inputs(), ready().inputs());
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

  private static void requireSame(String there, String here) throws DissectionException {
    if (!there.equals(here)) {
      throw new DissectionException(
          "a process of the cluster sees other inputs than the one that started the run: another"
              + " version of netdissect, another model, other data or other settings under the same"
              + " names");
    }
  }

  private synchronized String labels() throws IOException {
    if (labels == null) {
      labels = AtlasRange.inputs(plan.data());
    }
    return labels;
  }

  PartTasks.Compiled compile(AtlasRange range, LongConsumer told) throws IOException {
    requireSame(range.inputs(), labels());
    try {
      return new PartTasks.Compiled(range.compile(plan.data(), told), null);
    } catch (DataException e) {
      return new PartTasks.Compiled(true, e.getMessage());
    }
  }

  byte[] record(PartTasks.Part part, LongConsumer told) throws IOException {
    SharedParts of = shared(part);
    LocalParts local = ready().local();
    List<LayerInfo> layers = ready().opened().source().layers();
    if (part.processes() > 0) {
      local.requireRoom(part.processes(), part.parts());
    }
    return local.with(
        part.number(),
        of.split(),
        () -> of.files().readBounds(layers),
        told,
        recording -> PartFiles.pack(local.checkpoint(part.number(), of.split())));
  }

  /** Does something with a part once all are recorded. */
  private <R> R with(PartTasks.Part part, LocalParts.Use<R> use) throws IOException {
    SharedParts of = shared(part);
    return ready().local().with(part.number(), of.split(), of::bounds, n -> {}, use);
  }

  private PartTally tally(Recording recording, SharedParts of, int layer) throws IOException {
    OpenedPlan opened = ready().opened();
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
    List<Integer> peaks = missingPeaks(task.part(), of);
    if (!missing.isEmpty() || !peaks.isEmpty()) {
      with(
          task.of(),
          recording -> {
            for (PartTasks.Group group : missing) {
              tally(recording, of, group, of.files().tallied(task.part(), group));
            }
            for (int layer : peaks) {
              PeakRecorder own =
                  Objects.requireNonNull(recording.recorders().get(layer).peaks(), "peaks");
              of.files().place(of.files().peaks(task.part(), layer), own::copyTo);
            }
            return missing.size();
          });
    }
    ready().local().drop(task.part(), of.split());
    return task.groups().length;
  }

  /** The layers whose peaks, if they are kept, a part has not yet given. */
  private List<Integer> missingPeaks(int part, SharedParts of) throws IOException {
    List<Integer> missing = new ArrayList<>();
    List<LayerInfo> layers = ready().opened().source().layers();
    int images = ready().opened().images().size();
    for (int l = 0; l < layers.size() && plan.peaks(); l++) {
      if (!PartPeaks.isWhole(of.files().peaks(part, l), layers.get(l).units(), images)) {
        missing.add(l);
      }
    }
    return missing;
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
    of.files()
        .place(file, own -> tally(recording, of, group.layer()).tally(first, end, cuts, 1, own));
  }

  private boolean isWhole(Path file, PartTasks.Group group) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    OpenedPlan opened = ready().opened();
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
  public synchronized void close() throws IOException {
    if (ready != null) {
      try (Atlas atlas = ready.atlas()) {
        ready.opened().close();
      }
      ready = null;
    }
  }
}
