package org.netdissect.results;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.base.Unlabelled;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.Seal;

/**
 * A result folder: what was dissected and how every unit scored. Immutable; see docs/formats.md for
 * the files.
 */
public final class Dissection {
  public static final String FILE = "dissection.json";

  /** Units and images that are named in the file make it grow: some megabytes at most. */
  private static final long MOST_BYTES = 1L << 28;

  private final Path folder;
  private final DissectionInfo info;
  private final List<String> images;
  private final Map<String, Integer> imageNumbers = new HashMap<>();
  private final List<ConceptInfo> concepts;
  private final Map<Integer, ConceptInfo> conceptsByNumber = new HashMap<>();
  private final List<LayerDissection> layers = new ArrayList<>();

  private Dissection(
      Path folder, DissectionInfo info, List<String> images, List<ConceptInfo> concepts) {
    this.folder = folder;
    this.info = info;
    this.images = images;
    this.concepts = concepts;
    for (int i = 0; i < images.size(); i++) {
      imageNumbers.put(images.get(i), i);
    }
    concepts.forEach(concept -> conceptsByNumber.put(concept.number(), concept));
  }

  /**
   * Opens a finished result.
   *
   * @throws DissectionException if the folder holds none, or one that is damaged or of a newer
   *     format
   */
  public static Dissection open(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new DissectionException(
          Files.isDirectory(folder.resolve(ResultFolder.WORK))
              ? folder + " holds an unfinished run; repeat the command that began it to finish it"
              : folder + " holds no result (no " + FILE + ")");
    }
    if (Files.size(file) > MOST_BYTES) {
      throw new DamagedException(file, "it is too long", null);
    }
    String json = Seal.open(Files.readAllBytes(file));
    if (json == null) {
      throw new DamagedException(file, "it is not what was written (SHA-256 differs)", null);
    }
    DissectionInfo info = FormatLadder.read(json, file);
    InfoCheck.check(info, file);
    Dissection dissection =
        new Dissection(
            folder,
            info,
            readImages(folder.resolve("images.csv"), info),
            readConcepts(folder.resolve("concepts.csv"), info));
    ConceptNumbers numbers = new ConceptNumbers(dissection.concepts);
    for (DissectionInfo.LayerResult layer : info.layers()) {
      dissection.layers.add(LayerDissection.open(dissection, layer, numbers));
    }
    return dissection;
  }

  private static List<String> readImages(Path path, DissectionInfo info) throws IOException {
    Set<String> names = new LinkedHashSet<>();
    read(
        path,
        info,
        row -> {
          if (!names.add(row.getField("image"))) {
            throw new IllegalArgumentException("an image stands twice");
          }
        });
    if (names.size() != info.images().chosen()) {
      throw new DamagedException(
          path, names.size() + " images instead of " + info.images().chosen(), null);
    }
    return List.copyOf(names);
  }

  private static List<ConceptInfo> readConcepts(Path path, DissectionInfo info) throws IOException {
    List<ConceptInfo> concepts = new ArrayList<>();
    read(
        path,
        info,
        row -> {
          ConceptInfo concept =
              new ConceptInfo(
                  Integer.parseInt(row.getField("number")),
                  row.getField("name"),
                  row.getField("category"),
                  Rows.count(row, "truth"),
                  Integer.parseInt(row.getField("images")));
          int last = concepts.isEmpty() ? 0 : concepts.get(concepts.size() - 1).number();
          if (concept.number() <= last || concept.number() > Limits.CONCEPT_NUMBER) {
            throw new IllegalArgumentException("number " + concept.number() + " out of order");
          }
          if (!info.data().categories().contains(concept.category())) {
            throw new IllegalArgumentException("unknown category");
          }
          if (concept.images() < 1 || concept.images() > info.images().read()) {
            throw new IllegalArgumentException("in " + concept.images() + " images");
          }
          concepts.add(concept);
        });
    return List.copyOf(concepts);
  }

  private static void read(Path path, DissectionInfo info, Consumer<NamedCsvRecord> taker)
      throws IOException {
    FileCheck expected = info.files().get(path.getFileName().toString());
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(FileCheck.read(path, expected))) {
      for (NamedCsvRecord row : csv) {
        try {
          taker.accept(row);
        } catch (IllegalArgumentException | NoSuchElementException e) {
          throw new DamagedException(path, Rows.at(row, e), e);
        }
      }
    } catch (CsvParseException e) {
      throw new DamagedException(path, Rows.firstLine(e), e);
    }
  }

  /**
   * Reads every file of the result once.
   *
   * @throws DissectionException naming the first file that is not what was written
   */
  public void verify() throws IOException {
    for (LayerDissection layer : layers) {
      layer.verify();
    }
  }

  public Path folder() {
    return folder;
  }

  /** What was run on what. */
  public DissectionInfo info() {
    return info;
  }

  /** The selected categories in the data set's order. */
  public List<String> categories() {
    return info.data().categories();
  }

  /** Whether the photographs had no labels, so that units have masks and images but no scores. */
  public boolean isUnlabelled() {
    return Unlabelled.are(categories());
  }

  /** Refuses a result of photographs without labels, where labels are needed. */
  public void checkLabelled() throws DissectionException {
    if (isUnlabelled()) {
      throw new DissectionException(
          Text.oneLine(folder().toString())
              + " is of photographs without labels, so there are no scores to work with; dissect"
              + " with labelled images (netdissect run --data)");
    }
  }

  /** Names of the chosen images by number. */
  public List<String> images() {
    return images;
  }

  /**
   * The number of an image.
   *
   * @return −1 if it is not among the chosen ones
   */
  public int imageNumber(String name) {
    return imageNumbers.getOrDefault(name, -1);
  }

  /** The concept of that number, as {@link LabelScore#number} gives it; null if there is none. */
  public @Nullable ConceptInfo concept(int number) {
    return conceptsByNumber.get(number);
  }

  /** The concepts that could be found, by ascending number. */
  public List<ConceptInfo> concepts() {
    return concepts;
  }

  /** The layers in the order asked for. */
  public List<LayerDissection> layers() {
    return List.copyOf(layers);
  }
}
