package org.netdissect.dissection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Progress;
import org.netdissect.dissection.recording.LayerTotals;
import org.netdissect.dissection.recording.MergedRecording;
import org.netdissect.dissection.recording.PartPeaks;
import org.netdissect.dissection.recording.Recording;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.rules.ThresholdRule;
import org.netdissect.dissection.tally.CutSum;
import org.netdissect.dissection.tally.Cuts;
import org.netdissect.dissection.tally.PartMerge;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.LowMaps;
import org.netdissect.results.values.ValueHistograms;

/**
 * A measurement whose images are recorded and tallied in parts, by the processes of an engine, and
 * put together here. Maps stay with the process that recorded them, until it has tallied them. What
 * is known of all parts, and the tallies, lie in a folder that all reach: of these, what an earlier
 * run left is taken as it is.
 */
final class PartedMeasurement {
  /** Units whose thresholds are searched at once: each may hold a quarter of a MiB. */
  private static final int SEARCHED_UNITS = 2048;

  /** Bytes of a cell that is kept, about. */
  private static final int CELL_BYTES = 8;

  private final DissectionPlan plan;
  private final ImageSet images;
  private final List<LayerInfo> layers;
  private final PartEngine engine;
  private final PartSplit split;
  private final PartFiles files;
  private final String inputs;
  private final Progress progress;
  private final MergedRecording all;

  /** Bytes that went from process to process, by what for. */
  private final Map<String, Long> moved = new LinkedHashMap<>();

  /** Of those that the engine tells, how many are in {@link #moved}. */
  private long noted;

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
    split = new PartSplit(images, engine.parts());
    all = new MergedRecording(images, layers, Dissector.TOP_IMAGES);
    // Parts of another number hold other images.
    Path folder = work.toAbsolutePath().resolve("parts-" + split.count());
    files = new PartFiles(Files.createDirectories(folder));
    noted = engine.moved();
  }

  /** Notes what has moved since this was last called. */
  private void note(String stage) {
    long told = engine.moved();
    moved.merge(stage, told - noted + files.takeMoved(), Long::sum);
    noted = told;
  }

  private PartTasks.Part part(int part, int processes) {
    return new PartTasks.Part(inputs, files.folder().toString(), part, split.count(), processes);
  }

  private <T> List<T> ofParts(Function<PartTasks.Part, T> task) {
    return IntStream.range(0, split.count()).mapToObj(p -> task.apply(part(p, 0))).toList();
  }

  /** Records and tallies all parts, but for what an earlier run left; gives what they recorded. */
  MergedRecording run() throws IOException {
    record();
    note("record");
    for (int l = 0; l < layers.size(); l++) {
      files.writeHistograms(l, largest(l), layers.get(l).units());
    }
    List<PartTasks.Group> groups = groups();
    if (!Files.exists(files.cuts())) {
      files.writeCuts(cuts(groups));
    }
    note("search thresholds");
    PartTasks.Group[] whole = groups.toArray(PartTasks.Group[]::new);
    try (Progress.Phase phase = progress.phase("tallying", split.count(), "parts")) {
      engine.run(
          "tally",
          ofParts(part -> new PartTasks.TallyPart(part, whole)),
          (task, found) -> phase.advance(1));
      phase.done();
    }
    for (int l = 0; l < layers.size() && plan.peaks(); l++) {
      all.setPeaks(l, peaks(l));
    }
    return all;
  }

  /** The largest values of a layer's maps, from the files of all parts. */
  private PartPeaks peaks(int layer) throws IOException {
    List<PartPeaks.Part> parts = new ArrayList<>();
    for (int p = 0; p < split.count(); p++) {
      BitSet read = new BitSet();
      Arrays.stream(split.images(p)).filter(all.read()::get).forEach(read::set);
      parts.add(new PartPeaks.Part(files.peaks(p, layer), read));
      files.move(files.peaks(p, layer));
    }
    return new PartPeaks(parts, layers.get(layer).units());
  }

  /** Records the parts; each gives bounds to those that are not yet recorded. */
  private void record() throws IOException {
    try (Progress.Phase phase = progress.phase("recording", images.size(), "images")) {
      List<PartTasks.RecordPart> tasks = new ArrayList<>();
      int processes = DiskSpace.isChecked() ? engine.processes() : 0;
      for (int p = 0; p < split.count(); p++) {
        if (Files.exists(files.recorded(p))) {
          all.add(files.recorded(p), split.images(p), plan.peaks());
          phase.advance(split.images(p).length);
        } else {
          tasks.add(new PartTasks.RecordPart(part(p, processes)));
        }
      }
      engine.run("record", tasks, new Recorded(tasks, phase));
      phase.done();
    }
    all.unreadable()
        .forEach(
            (image, why) ->
                progress.warn("left out " + ImageOrder.problem(images.name(image), why)));
  }

  /** Takes what parts recorded, and tells how far they are. */
  private final class Recorded implements PartEngine.Listener<byte[]> {
    private final List<PartTasks.RecordPart> tasks;
    private final Told told;

    Recorded(List<PartTasks.RecordPart> tasks, Progress.Phase phase) {
      this.tasks = tasks;
      told = new Told(tasks.size(), phase::advance);
    }

    @Override
    public void done(int task, byte[] checkpoint) throws IOException {
      int part = tasks.get(task).part();
      PartFiles.unpack(checkpoint, files.recorded(part));
      all.add(files.recorded(part), split.images(part), plan.peaks());
      writeBounds();
      underWay(task, split.images(part).length);
    }

    @Override
    public void underWay(int task, long images) {
      told.of(task, Math.min(images, split.images(tasks.get(task).part()).length));
    }
  }

  private void writeBounds() throws IOException {
    List<float[]> bounds = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      bounds.add(
          MergedRecording.bounds(all.totals().get(l).histograms(), layers.get(l).units(), tail(l)));
    }
    files.writeBounds(bounds);
  }

  /** What tasks must know of the histograms of all parts: thresholds do not depend on the rest. */
  private ValueHistograms largest(int layer) {
    ValueHistograms histograms = all.totals().get(layer).histograms();
    int units = layers.get(layer).units();
    ValueHistograms largest = new ValueHistograms(units);
    for (int u = 0; u < units; u++) {
      largest.addLargest(u, histograms, u, tail(layer));
    }
    return largest;
  }

  private long tail(int layer) {
    return Recording.tail(plan.scoring().rule(), images, layers.get(layer));
  }

  private List<PartTasks.Group> groups() {
    List<PartTasks.Group> groups = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      int[] starts = merge(l).groups();
      for (int g = 0; g + 1 < starts.length; g++) {
        groups.add(new PartTasks.Group(l, starts[g], starts[g + 1]));
      }
    }
    return groups;
  }

  /** Searches where maps are cut, some groups after the other. */
  private List<Cuts> cuts(List<PartTasks.Group> groups) throws IOException {
    boolean floors = plan.scoring().rule().keep() != null;
    List<Cuts> cuts = new ArrayList<>();
    for (LayerInfo layer : layers) {
      float @Nullable [] floor = floors ? new float[layer.units()] : null;
      cuts.add(new Cuts(new float[layer.units()], floor));
    }
    for (int from = 0; from < groups.size(); ) {
      int units = 0;
      int to = from;
      while (to < groups.size() && (to == from || units < SEARCHED_UNITS)) {
        units += groups.get(to).end() - groups.get(to).first();
        to++;
      }
      cut(groups.subList(from, to), cuts);
      from = to;
    }
    return cuts;
  }

  private void cut(List<PartTasks.Group> groups, List<Cuts> cuts) throws IOException {
    List<CutSum> sums =
        groups.stream().map(group -> merge(group.layer()).sum(group.first(), group.end())).toList();
    PartTasks.Group[] asked = groups.toArray(PartTasks.Group[]::new);
    try (Progress.Phase phase = progress.phase("thresholds", split.count(), "parts")) {
      engine.run(
          "search thresholds",
          ofParts(part -> new PartTasks.CountPart(part, asked)),
          (task, counts) -> {
            for (int g = 0; g < counts.length; g++) {
              sums.get(g).add(counts[g]);
            }
            phase.advance(1);
          });
      phase.done();
    }
    for (int g = 0; g < asked.length; g++) {
      Cuts own = sums.get(g).cuts();
      Cuts whole = cuts.get(asked[g].layer());
      int units = asked[g].end() - asked[g].first();
      System.arraycopy(own.thresholds(), 0, whole.thresholds(), asked[g].first(), units);
      if (own.floors() != null) {
        float[] floors = Objects.requireNonNull(whole.floors());
        System.arraycopy(own.floors(), 0, floors, asked[g].first(), units);
      }
    }
  }

  /**
   * Says how many bytes went from process to process, beside what the result's largest files take.
   *
   * @param results whose layers' files stand
   */
  void sayMoved(List<Path> results) throws IOException {
    note("tally and merge");
    long histograms = 0;
    long masks = 0;
    for (Path result : results) {
      for (LayerInfo layer : layers) {
        Path of = result.resolve(layer.folder());
        histograms += bytes(of.resolve("histograms.bin"));
        for (String name : List.of("hits.bin", "maps.bin", "peaks.bin", LowMaps.FILE)) {
          masks += bytes(of.resolve(name));
        }
      }
    }
    long sum = moved.values().stream().mapToLong(n -> n).sum();
    progress.say(
        String.format(
            Locale.ROOT,
            "moved between processes: %s (%s), %.1f times the result's histograms (%s), hits and"
                + " maps (%s)",
            DiskSpace.text(sum),
            moved.entrySet().stream()
                .map(stage -> stage.getKey() + " " + DiskSpace.text(stage.getValue()))
                .collect(Collectors.joining(", ")),
            (double) sum / Math.max(1, histograms + masks),
            DiskSpace.text(histograms),
            DiskSpace.text(masks)));
  }

  private static long bytes(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  /** Ends it, once the results stand. */
  void finish() throws IOException {
    files.retire();
  }

  /** Where what is merged of a layer lies until the result stands. */
  Path folder(int layer) throws IOException {
    return files.layer(layer);
  }

  /** What puts the parts' groups of a layer together. */
  PartMerge merge(int layer) {
    LayerTotals totals = all.totals().get(layer);
    long[] bytes = new long[totals.layer().units()];
    Arrays.fill(bytes, CELL_BYTES * tail(layer));
    ThresholdRule rule = plan.scoring().rule();
    return new PartMerge(
        totals,
        bytes,
        rule,
        (first, end) -> {
          List<Path> parts = new ArrayList<>();
          for (int p = 0; p < split.count(); p++) {
            parts.add(files.tallied(p, new PartTasks.Group(layer, first, end)));
            files.move(parts.get(p));
          }
          return parts;
        });
  }
}
