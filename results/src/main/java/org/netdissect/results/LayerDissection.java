package org.netdissect.results;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.SectionFile;
import org.netdissect.results.values.ValueHistograms;

/** The dissection of one layer, read from its folder. Tables are read when asked for. */
public final class LayerDissection {
  /** Magic letters by name. */
  private static final Map<String, FileKind> SECTION_FILES =
      new TreeMap<>(
          Map.of(
              "hits.bin",
              HitTable.KIND,
              "maps.bin",
              ActivationMaps.KIND,
              LowMaps.FILE,
              LowMaps.KIND,
              "counts.bin",
              ConceptCounts.KIND,
              "peaks.bin",
              PeakActivations.KIND,
              "histograms.bin",
              ValueHistograms.KIND));

  /** Files that a run may be told to keep or not. */
  private static final Set<String> OPTIONAL = Set.of("maps.bin", LowMaps.FILE, "peaks.bin");

  private final Dissection dissection;
  private final DissectionInfo.LayerResult result;
  private final Path folder;
  private final List<UnitScore> units;

  private LayerDissection(
      Dissection dissection, DissectionInfo.LayerResult result, List<UnitScore> units) {
    this.dissection = dissection;
    this.result = result;
    this.folder = dissection.folder().resolve(result.layer().folder());
    this.units = units;
  }

  /** Reads a layer's scores. */
  static LayerDissection open(
      Dissection dissection, DissectionInfo.LayerResult result, ConceptNumbers numbers)
      throws IOException {
    LayerDissection unread = new LayerDissection(dissection, result, List.of());
    return new LayerDissection(
        dissection,
        result,
        UnitTable.read(
            unread.folder.resolve("units.csv"),
            result.layer().units(),
            dissection.categories(),
            unread.recorded("units.csv"),
            numbers,
            unread::conceptCounts));
  }

  public LayerInfo layer() {
    return result.layer();
  }

  public DissectionInfo.LayerResult result() {
    return result;
  }

  /** The units by number. */
  public List<UnitScore> units() {
    return units;
  }

  /**
   * Counts detectors.
   *
   * @param iou above which a unit is one
   */
  public DetectorCounts counts(double iou) {
    return DetectorCounts.of(units, dissection.categories(), iou);
  }

  /** Where the layer's tables lie. */
  public Path folder() {
    return folder;
  }

  /** Whether pixel counts of masks by region are there; an imported result has none. */
  public boolean hasHits() {
    return recorded("hits.bin") != null;
  }

  /** Pixel counts of masks by region. */
  public HitTable hits() throws IOException {
    return HitTable.open(
        folder.resolve("hits.bin"),
        result.layer().units(),
        dissection.images().size(),
        recorded("hits.bin"));
  }

  /** Whether trimmed activation maps were kept. */
  public boolean hasMaps() {
    return recorded("maps.bin") != null;
  }

  /** Reads every file once, so that damage is noticed. */
  void verify() throws IOException {
    topImages();
    if (hasCoefficients()) {
      coefficients();
    }
    for (Map.Entry<String, FileKind> file : SECTION_FILES.entrySet()) {
      if (!OPTIONAL.contains(file.getKey()) || recorded(file.getKey()) != null) {
        try (SectionFile sections =
            SectionFile.open(
                folder.resolve(file.getKey()),
                file.getValue(),
                result.layer().units(),
                recorded(file.getKey()))) {
          sections.verify();
        }
      }
    }
  }

  private @Nullable FileCheck recorded(String name) {
    return dissection.info().files().get(result.layer().folder() + "/" + name);
  }

  /** Trimmed activation maps. */
  public ActivationMaps maps() throws IOException {
    return ActivationMaps.open(
        folder.resolve("maps.bin"),
        result.layer(),
        dissection.images().size(),
        recorded("maps.bin"));
  }

  /** Whether maps that reach below the thresholds were kept. */
  public boolean hasLowMaps() {
    return recorded(LowMaps.FILE) != null;
  }

  /**
   * Activation maps of all images, trimmed to each unit's floor in place of its threshold: the
   * value that the share of its activations exceeds that was to be kept.
   */
  public LowMaps lowMaps() throws IOException {
    return LowMaps.open(
        folder.resolve(LowMaps.FILE),
        result.layer(),
        dissection.images().size(),
        recorded(LowMaps.FILE));
  }

  /** Whether the largest activation of each unit on each image was kept. */
  public boolean hasPeaks() {
    return recorded("peaks.bin") != null;
  }

  /** The largest activation of each unit on each image. */
  public PeakActivations peaks() throws IOException {
    return PeakActivations.open(
        folder.resolve("peaks.bin"),
        result.layer().units(),
        dissection.images().size(),
        recorded("peaks.bin"));
  }

  /** Whether intersections with every concept are there; an imported result has none. */
  public boolean hasConceptCounts() {
    return recorded("counts.bin") != null;
  }

  /** Whether {@link #coefficients} are there: the layer is a view in other directions. */
  public boolean hasCoefficients() {
    return recorded(DirectionTable.FILE) != null;
  }

  /** Of each direction of a view the largest coefficients. */
  public List<List<DirectionTable.Coefficient>> coefficients() throws IOException {
    return DirectionTable.read(
        folder.resolve(DirectionTable.FILE), result.layer().units(), recorded(DirectionTable.FILE));
  }

  /** Whether histograms of the activation values are there; an imported result has none. */
  public boolean hasHistograms() {
    return recorded("histograms.bin") != null;
  }

  /** How the activation values of each unit are spread. */
  public ActivationHistograms histograms() throws IOException {
    return ActivationHistograms.open(
        folder.resolve("histograms.bin"),
        result.layer().units(),
        result.valuesPerUnit(),
        recorded("histograms.bin"));
  }

  /** Intersections with every concept. */
  public ConceptCounts conceptCounts() throws IOException {
    return ConceptCounts.open(
        folder.resolve("counts.bin"),
        result.layer().units(),
        dissection.categories().size(),
        dissection.concepts(),
        recorded("counts.bin"));
  }

  /**
   * Per unit the images with the largest activation, highest first; an imported result has none.
   */
  public List<List<TopImage>> topImages() throws IOException {
    Path path = folder.resolve("top-images.csv");
    List<List<TopImage>> top = new ArrayList<>();
    for (int u = 0; u < result.layer().units(); u++) {
      top.add(new ArrayList<>());
    }
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(FileCheck.read(path, recorded("top-images.csv")))) {
      for (NamedCsvRecord row : csv) {
        try {
          String image = row.getField("image");
          int number = dissection.imageNumber(image);
          int unit = Integer.parseInt(row.getField("unit"));
          if (number < 0 || unit < 0 || unit >= top.size()) {
            throw new IllegalArgumentException("unknown image or unit");
          }
          top.get(unit).add(new TopImage(number, Float.parseFloat(row.getField("activation"))));
        } catch (IllegalArgumentException | NoSuchElementException e) {
          throw new DamagedException(path, Rows.at(row, e), e);
        }
      }
    } catch (CsvParseException e) {
      throw new DamagedException(path, Rows.firstLine(e), e);
    }
    return top;
  }
}
