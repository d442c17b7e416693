package org.netdissect.dissection.scoring;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;
import org.netdissect.base.Progress;
import org.netdissect.base.files.BadFileException;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.SectionFile;
import org.netdissect.base.files.WholeFile;
import org.netdissect.base.threads.Workers;
import org.netdissect.dissection.recording.LayerTotals;
import org.netdissect.dissection.recording.Peaks;
import org.netdissect.dissection.recording.TopImages;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.tally.GroupFile;
import org.netdissect.dissection.tally.GroupTally;
import org.netdissect.dissection.tally.MaskTally;
import org.netdissect.results.ActivationMaps;
import org.netdissect.results.ConceptCounts;
import org.netdissect.results.DirectionTable;
import org.netdissect.results.DirectionTable.Coefficient;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.LowMaps;
import org.netdissect.results.PeakActivations;
import org.netdissect.results.UnitScore;
import org.netdissect.results.UnitTable;
import org.netdissect.results.values.TrimmedMap;
import org.netdissect.results.values.ValueHistograms;

/** From a recorded layer to its folder in the result: tally, assemble, score, write. */
public final class ResultWriter {
  /** Peaks in memory at once while they are written. */
  private static final long PEAKS_HELD = 1L << 23;

  private final ImageSet images;
  private final ConceptTotals totals;
  private final Convention convention;
  private final int workers;
  private final MapsKept maps;
  private final Path out;
  private final SortedMap<String, FileCheck> files = new TreeMap<>();

  public ResultWriter(
      ImageSet images,
      ConceptTotals totals,
      Convention convention,
      int workers,
      MapsKept maps,
      Path out) {
    this.images = images;
    this.totals = totals;
    this.convention = convention;
    this.workers = workers;
    this.maps = maps;
    this.out = out;
  }

  /**
   * Does all that is left to do for a layer.
   *
   * @param groupFolder for the files of groups, until the result stands
   */
  public DissectionInfo.LayerResult write(
      LayerTotals recorded, GroupTally tally, Path groupFolder, Progress progress)
      throws IOException {
    LayerInfo layer = recorded.layer();
    Path folder = Files.createDirectories(out.resolve(layer.folder()));
    int[] groups = tally.groups();
    List<MaskTally.UnitStats> stats = new ArrayList<>();
    try (Progress.Phase phase = progress.phase("tallying " + layer.name(), layer.units(), "units");
        SectionFile.Writer hits =
            new SectionFile.Writer(folder.resolve("hits.bin"), HitTable.KIND);
        SectionFile.Writer kept =
            mapsFile(folder.resolve("maps.bin"), ActivationMaps.KIND, maps != MapsKept.NONE);
        SectionFile.Writer low =
            mapsFile(folder.resolve(LowMaps.FILE), LowMaps.KIND, tally.keepsLowMaps())) {
      for (int g = 0; g + 1 < groups.length; g++) {
        Path file = groupFolder.resolve("group-" + groups[g] + "-" + groups[g + 1] + ".bin");
        if (!isWhole(file, groups[g + 1] - groups[g], tally.sections(), layer, progress)) {
          int first = groups[g];
          int end = groups[g + 1];
          WholeFile.write(file, next -> tally.tally(first, end, workers, next));
        }
        try (SectionFile group = SectionFile.open(file, MaskTally.GROUP_KIND, -1)) {
          for (int u = groups[g]; u < groups[g + 1]; u++) {
            int section = (u - groups[g]) * tally.sections();
            stats.add(MaskTally.UnitStats.decode(group.read(section)));
            hits.add(group.read(section + 1));
            if (kept != null) {
              ByteBuffer all = group.read(section + 2);
              kept.add(maps == MapsKept.ALL ? all : shownOnly(recorded, u, all));
            }
            if (low != null) {
              low.add(group.read(section + MaskTally.SECTIONS));
            }
          }
        }
        phase.advance(groups[g + 1] - groups[g]);
      }
      hits.finish();
      if (kept != null) {
        kept.finish();
      }
      if (low != null) {
        low.finish();
      }
      phase.done();
    }
    writeHistograms(folder, recorded);
    if (recorded.peaks() != null) {
      writePeaks(folder, layer, recorded.peaks());
    }
    writeTopImages(folder, recorded);
    score(folder, layer, stats, progress);
    for (String name : List.of("units.csv", "top-images.csv")) {
      files.put(layer.folder() + "/" + name, FileCheck.ofText(folder.resolve(name)));
    }
    recordSections(layer, "hits.bin", HitTable.KIND);
    recordSections(layer, "histograms.bin", ValueHistograms.KIND);
    recordSections(layer, "counts.bin", ConceptCounts.KIND);
    if (maps != MapsKept.NONE) {
      recordSections(layer, "maps.bin", ActivationMaps.KIND);
    }
    if (tally.keepsLowMaps()) {
      recordSections(layer, LowMaps.FILE, LowMaps.KIND);
    }
    if (recorded.peaks() != null) {
      recordSections(layer, "peaks.bin", PeakActivations.KIND);
    }
    return result(recorded, stats);
  }

  /** A file for maps; null where none are wanted. */
  private static SectionFile.@Nullable Writer mapsFile(Path file, FileKind kind, boolean wanted)
      throws IOException {
    return wanted ? new SectionFile.Writer(file, kind) : null;
  }

  /** Writes what the directions of a view are made of, after the view. */
  public void writeDirections(LayerInfo layer, List<List<Coefficient>> coefficients)
      throws IOException {
    Path folder = out.resolve(layer.folder());
    String name = DirectionTable.write(folder, coefficients);
    files.put(layer.folder() + "/" + name, FileCheck.ofText(folder.resolve(name)));
  }

  private void recordSections(LayerInfo layer, String name, FileKind kind) throws IOException {
    String path = layer.folder() + "/" + name;
    files.put(path, FileCheck.ofSections(out.resolve(path), kind));
  }

  /** What was written, by path within the result, once all is. */
  public SortedMap<String, FileCheck> files() {
    return files;
  }

  private boolean isWhole(Path file, int units, int sections, LayerInfo layer, Progress progress)
      throws IOException {
    if (!Files.exists(file)) {
      return false;
    }
    try {
      GroupFile.check(file, units, sections, layer, images);
      return true;
    } catch (BadFileException e) {
      progress.warn(e.getMessage() + "; tallying these units again");
      return false;
    }
  }

  /** Of a unit's maps those of its top images. */
  private ByteBuffer shownOnly(LayerTotals recorded, int unit, ByteBuffer all) {
    LayerInfo layer = recorded.layer();
    TopImages top = recorded.top();
    int[] shown = new int[top.size(unit)];
    for (int i = 0; i < shown.length; i++) {
      shown[i] = top.image(unit, i);
    }
    Arrays.sort(shown);
    TrimmedMap map = new TrimmedMap(layer.height(), layer.width());
    Bytes section = new Bytes(1 << 10);
    int image = -1;
    int last = -1;
    while (all.hasRemaining()) {
      image += 1 + Bytes.getVarint(all, Integer.MAX_VALUE - image - 1);
      map.decode(all);
      if (Arrays.binarySearch(shown, image) >= 0) {
        section.putVarint(image - last - 1);
        map.encode(section);
        last = image;
      }
    }
    return section.buffer();
  }

  private static void writeHistograms(Path folder, LayerTotals recorded) throws IOException {
    try (SectionFile.Writer writer =
        new SectionFile.Writer(folder.resolve("histograms.bin"), ValueHistograms.KIND)) {
      Bytes section = new Bytes(1 << 12);
      for (int u = 0; u < recorded.layer().units(); u++) {
        section.clear();
        recorded.histograms().encode(u, section);
        writer.add(section);
      }
      writer.finish();
    }
  }

  private void writePeaks(Path folder, LayerInfo layer, Peaks peaks) throws IOException {
    int group = (int) Math.max(1, Math.min(layer.units(), PEAKS_HELD / images.size()));
    try (SectionFile.Writer writer =
        new SectionFile.Writer(folder.resolve("peaks.bin"), PeakActivations.KIND)) {
      Bytes section = new Bytes(1 << 12);
      for (int first = 0; first < layer.units(); first += group) {
        int end = Math.min(layer.units(), first + group);
        for (float[] unit : peaks.read(first, end, images.size())) {
          section.clear();
          PeakActivations.encode(unit, section);
          writer.add(section);
        }
      }
      writer.finish();
    }
  }

  private void writeTopImages(Path folder, LayerTotals recorded) throws IOException {
    try (CsvWriter csv = UnitTable.csv().build(folder.resolve("top-images.csv"))) {
      csv.writeRecord("unit", "rank", "image", "activation");
      TopImages top = recorded.top();
      for (int u = 0; u < recorded.layer().units(); u++) {
        for (int i = 0; i < top.size(u); i++) {
          csv.writeRecord(
              Integer.toString(u),
              Integer.toString(i + 1),
              images.name(top.image(u, i)),
              Numbers.general(top.peak(u, i), 9));
        }
      }
    }
  }

  private void score(
      Path folder, LayerInfo layer, List<MaskTally.UnitStats> stats, Progress progress)
      throws IOException {
    UnitScore[] scores = new UnitScore[layer.units()];
    byte[][] counts = new byte[layer.units()][];
    try (Progress.Phase phase = progress.phase("scoring " + layer.name(), layer.units(), "units");
        HitTable hits = HitTable.open(folder.resolve("hits.bin"), layer.units(), images.size())) {
      Workers.run(
          workers,
          layer.units(),
          "score",
          () -> {
            Scorer scorer = new Scorer(totals, convention);
            Bytes section = new Bytes(1 << 10);
            return unit -> {
              scorer.sum(hits, unit);
              scores[unit] = scorer.score(unit, stats.get(unit).threshold());
              section.clear();
              scorer.encode(section);
              counts[unit] = Arrays.copyOf(section.array(), section.size());
              phase.advance(1);
            };
          });
      phase.done();
    }
    try (SectionFile.Writer writer =
        new SectionFile.Writer(folder.resolve("counts.bin"), ConceptCounts.KIND)) {
      for (byte[] section : counts) {
        writer.add(ByteBuffer.wrap(section));
      }
      writer.finish();
    }
    UnitTable.write(
        folder.resolve("units.csv"),
        List.of(scores),
        totals.categories().stream().map(category -> category.name()).toList());
  }

  private DissectionInfo.LayerResult result(LayerTotals recorded, List<MaskTally.UnitStats> stats) {
    List<Integer> empty = new ArrayList<>();
    List<Integer> inactive = new ArrayList<>();
    ValueHistograms histograms = recorded.histograms();
    for (int u = 0; u < stats.size(); u++) {
      if (stats.get(u).maskPixels() == 0) {
        (histograms.zeros(u) == histograms.counted(u) ? inactive : empty).add(u);
      }
    }
    return new DissectionInfo.LayerResult(recorded.layer(), histograms.counted(0), empty, inactive);
  }

  /** Writes the images and concepts of a result. */
  public void writeTables() throws IOException {
    try (CsvWriter csv = UnitTable.csv().build(out.resolve("images.csv"))) {
      csv.writeRecord("number", "image");
      for (int i = 0; i < images.size(); i++) {
        csv.writeRecord(Integer.toString(i), images.name(i));
      }
    }
    try (CsvWriter csv = UnitTable.csv().build(out.resolve("concepts.csv"))) {
      csv.writeRecord("number", "name", "category", "truth", "images");
      for (int number = 1; number < totals.numbers(); number++) {
        if (totals.truth(number) > 0) {
          csv.writeRecord(
              Integer.toString(number),
              totals.name(number),
              totals.categories().get(totals.primary(number)).name(),
              Long.toString(totals.truth(number)),
              Integer.toString(totals.imagesWith(number)));
        }
      }
    }
    for (String name : List.of("images.csv", "concepts.csv")) {
      files.put(name, FileCheck.ofText(out.resolve(name)));
    }
  }
}
