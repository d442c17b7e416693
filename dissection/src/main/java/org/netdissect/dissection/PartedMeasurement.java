package org.netdissect.dissection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.dissection.recording.LayerRecorder;
import org.netdissect.dissection.recording.LayerTotals;
import org.netdissect.dissection.recording.MergedRecording;
import org.netdissect.dissection.recording.Recording;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.tally.Cuts;
import org.netdissect.dissection.tally.GroupTally;
import org.netdissect.dissection.tally.PartMerge;
import org.netdissect.dissection.tally.Parts;
import org.netdissect.results.LayerInfo;

/**
 * A measurement whose images are recorded and tallied in parts, by the processes of an engine, and
 * put together here. Parts that an earlier run recorded or tallied are taken as they are.
 */
final class PartedMeasurement {
  private final DissectionPlan plan;
  private final ImageSet images;
  private final List<LayerInfo> layers;
  private final PartEngine engine;
  private final int parts;
  private final PartFiles files;
  private final String inputs;
  private final Progress progress;

  /**
   * A measurement that has not begun.
   *
   * @param inputs digest of all that decides the result
   * @param work folder for what is needed until the results stand
   */
  PartedMeasurement(
      DissectionPlan plan,
      ImageSet images,
      List<LayerInfo> layers,
      PartEngine engine,
      String inputs,
      Path work,
      Progress progress)
      throws IOException {
    this.plan = plan;
    this.images = images;
    this.layers = layers;
    this.engine = engine;
    this.inputs = inputs;
    this.progress = progress;
    parts = Math.max(1, Math.min(engine.parts(), images.size()));
    // Parts of another number hold other images.
    files = new PartFiles(Files.createDirectories(work.toAbsolutePath().resolve("parts-" + parts)));
  }

  private PartTasks.Part part(int part) {
    return new PartTasks.Part(inputs, files.folder().toString(), part, parts);
  }

  /**
   * Records all parts. The first ones, as many as are recorded at once, give the others bounds from
   * the beginning, so that they keep little more than one recording of all would.
   */
  MergedRecording record() throws IOException {
    try (Progress.Phase phase = progress.phase("recording", images.size(), "images")) {
      int first = Math.min(parts, Math.max(1, engine.slots()));
      record(0, first, null, phase);
      if (first < parts) {
        record(first, parts, bounds(first), phase);
      }
      phase.done();
    }
    MergedRecording all = new MergedRecording(images, layers, Dissector.TOP_IMAGES);
    for (int p = 0; p < parts; p++) {
      try (Recording part = open(p)) {
        all.add(part);
      }
    }
    all.unreadable()
        .forEach(
            (image, why) ->
                progress.warn("left out " + ImageOrder.problem(images.name(image), why)));
    return all;
  }

  private Recording open(int part) throws IOException {
    return PartWorker.open(plan, images, layers, part, parts, files.part(part));
  }

  private void record(int from, int to, float @Nullable [][] bounds, Progress.Phase phase)
      throws IOException {
    List<PartTasks.RecordPart> tasks =
        IntStream.range(from, to).mapToObj(p -> new PartTasks.RecordPart(part(p), bounds)).toList();
    for (int recorded : engine.run("record", tasks)) {
      phase.advance(recorded);
    }
  }

  /** Bounds of all layers' units from the first parts. */
  private float[][] bounds(int recorded) throws IOException {
    List<Recording> first = new ArrayList<>();
    try {
      for (int p = 0; p < recorded; p++) {
        first.add(open(p));
      }
      float[][] bounds = new float[layers.size()][];
      for (int l = 0; l < bounds.length; l++) {
        int layer = l;
        List<LayerRecorder> own = first.stream().map(r -> r.recorders().get(layer)).toList();
        bounds[l] = Parts.bounds(own, own.get(0).tail());
      }
      return bounds;
    } finally {
      for (Recording recording : first) {
        recording.close();
      }
    }
  }

  /** Where what is merged of a layer lies until the result stands. */
  Path folder(int layer) throws IOException {
    return files.layer(layer);
  }

  /** Tallies a layer; gives what puts the parts' groups together. */
  GroupTally tally(int layer, MergedRecording all) throws IOException {
    LayerTotals totals = all.totals().get(layer);
    files.writeHistograms(layer, totals.layer(), totals.histograms());
    PartMerge merge =
        new PartMerge(
            totals,
            all.unitBytes(layer),
            plan.scoring().rule(),
            (first, end) ->
                IntStream.range(0, parts)
                    .mapToObj(p -> files.group(p, layer, first, end))
                    .toList());
    int[] groups = merge.groups();
    String name = totals.layer().name();
    List<byte[][]> counts =
        engine.run(
            "thresholds of " + name, tasks(p -> new PartTasks.CountPart(part(p), layer, groups)));
    Cuts[] cuts = new Cuts[groups.length - 1];
    for (int g = 0; g < cuts.length; g++) {
      int group = g;
      List<byte[]> own = counts.stream().map(part -> part[group]).toList();
      cuts[g] = merge.cuts(groups[g], groups[g + 1], own);
    }
    engine.run("tally " + name, tasks(p -> new PartTasks.TallyPart(part(p), layer, groups, cuts)));
    return merge;
  }

  private <T> List<T> tasks(IntFunction<T> task) {
    return IntStream.range(0, parts).mapToObj(task).toList();
  }
}
