package org.netdissect.dissection;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.netdissect.base.Digests;
import org.netdissect.base.Progress;
import org.netdissect.base.files.BadFileException;
import org.netdissect.base.files.Trees;
import org.netdissect.base.files.WholeFile;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.dissection.recording.Recording;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.tally.GroupFile;
import org.netdissect.dissection.tally.MaskTally;
import org.netdissect.dissection.tally.PartTally;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.values.ValueHistograms;

/**
 * Does tasks of a measurement in parts in this process: holds the data and the network open. Safe
 * for concurrent use; each task works in one thread.
 */
public final class PartWorker implements Closeable {
  private final DissectionPlan plan;
  private final Atlas atlas;
  private final OpenedPlan opened;
  private final String inputs;

  private PartWorker(DissectionPlan plan, Atlas atlas, OpenedPlan opened) throws IOException {
    this.plan = plan;
    this.atlas = atlas;
    this.opened = opened;
    inputs =
        digest(opened.measurement(plan, plan.subject().resultFolders(plan.out()), Progress.NONE));
  }

  /** Opens what a plan asks for. */
  static PartWorker open(DissectionPlan plan) throws IOException {
    Atlas atlas = Atlas.open(plan.data(), plan.atlasOptions(), Progress.NONE);
    try {
      return new PartWorker(plan, atlas, OpenedPlan.of(plan, atlas, Progress.NONE));
    } catch (IOException | RuntimeException e) {
      atlas.close();
      throw e;
    }
  }

  /** Of all that decides a result. */
  static String digest(Measurement measurement) throws IOException {
    return Digests.sha256Hex(measurement.inputs().toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Makes sure that this process sees what the one that asks sees.
   *
   * @throws DissectionException if the data, the model or a setting is another one here
   */
  private PartFiles files(PartTasks.Part part) throws DissectionException {
    if (!part.inputs().equals(inputs)) {
      throw new DissectionException(
          "a process of the cluster sees other inputs than the one that started the run: another"
              + " version of netdissect, another model, other data or other settings under the same"
              + " names");
    }
    return new PartFiles(Path.of(part.folder()));
  }

  /** The images of a part: every so many, so that parts are alike. */
  static int[] images(int all, int part, int parts) {
    return IntStream.range(0, all).filter(image -> image % parts == part).toArray();
  }

  /** A part's recording, begun or gone on with in a folder. */
  static Recording open(
      DissectionPlan plan,
      ImageSet images,
      List<LayerInfo> layers,
      int part,
      int parts,
      Path folder)
      throws IOException {
    return Recording.open(
        images,
        images(images.size(), part, parts),
        layers,
        plan.scoring().rule(),
        folder,
        Dissector.TOP_IMAGES);
  }

  private Recording open(PartTasks.Part part, Path folder) throws IOException {
    return open(plan, opened.images(), opened.source().layers(), part.part(), part.parts(), folder);
  }

  int record(PartTasks.RecordPart task) throws IOException {
    PartTasks.Part part = task.part();
    PartFiles files = files(part);
    Path whole = files.part(part.part());
    int count = images(opened.images().size(), part.part(), part.parts()).length;
    if (files.isRecorded(part.part())) {
      return count;
    }
    // Another attempt may be under way: each writes into a folder of its own.
    Path own = Files.createDirectories(whole.resolveSibling(attempt(whole)));
    try (Recording recording = open(part, own)) {
      for (int l = 0; task.bounds() != null && l < task.bounds().length; l++) {
        recording.recorders().get(l).raiseBounds(task.bounds()[l]);
      }
      recording.run(opened.source(), 1, plan.strict(), Progress.NONE);
    }
    try {
      Files.move(own, whole, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!files.isRecorded(part.part())) {
        throw e;
      }
      // Another attempt was first, and has recorded the same.
      Trees.delete(own);
    }
    return count;
  }

  private static String attempt(Path whole) {
    return whole.getFileName() + "." + UUID.randomUUID();
  }

  /** Does something with the tally of a part's layer. */
  private interface Use<R> {
    R of(PartTally tally) throws IOException;
  }

  private <R> R with(PartTasks.Part part, int layer, Use<R> use) throws IOException {
    PartFiles files = files(part);
    if (!files.isRecorded(part.part())) {
      throw new DissectionException(
          "part " + part.part() + " is gone from " + files.folder() + "; repeat the command");
    }
    LayerInfo info = opened.source().layers().get(layer);
    ValueHistograms all = files.readHistograms(layer, info);
    try (Recording recording = open(part, files.part(part.part()))) {
      MaskTally tally =
          new MaskTally(
              recording.recorders().get(layer),
              opened.images(),
              plan.scoring().rule(),
              opened.source().input(layer),
              plan.framing());
      return use.of(new PartTally(tally, all, plan.scoring().rule()));
    }
  }

  byte[][] count(PartTasks.CountPart task) throws IOException {
    return with(
        task.part(),
        task.layer(),
        tally -> {
          byte[][] counts = new byte[task.groups().length - 1][];
          for (int g = 0; g < counts.length; g++) {
            counts[g] = tally.counts(task.groups()[g], task.groups()[g + 1], 1);
          }
          return counts;
        });
  }

  int tally(PartTasks.TallyPart task) throws IOException {
    PartFiles files = files(task.part());
    LayerInfo layer = opened.source().layers().get(task.layer());
    return with(
        task.part(),
        task.layer(),
        tally -> {
          for (int g = 0; g < task.cuts().length; g++) {
            int first = task.groups()[g];
            int end = task.groups()[g + 1];
            Path file = files.group(task.part().part(), task.layer(), first, end);
            if (!isWhole(file, end - first, layer)) {
              Path own = file.resolveSibling(attempt(file));
              tally.tally(first, end, task.cuts()[g], 1, own);
              WholeFile.place(own, file);
            }
          }
          return task.cuts().length;
        });
  }

  private boolean isWhole(Path file, int units, LayerInfo layer) throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    try {
      int sections = MaskTally.sections(plan.scoring().rule());
      GroupFile.check(file, units, sections, layer, opened.images());
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
