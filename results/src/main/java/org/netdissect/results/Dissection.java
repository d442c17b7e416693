package org.netdissect.results;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Json;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.Seal;
import tools.jackson.core.JacksonException;

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
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new DamagedException(file, "it is too long", null);
      }
      String json = Seal.open(Files.readAllBytes(file));
      if (json == null) {
        throw new DamagedException(file, "it is not what was written (SHA-256 differs)", null);
      }
      DissectionInfo info = Json.mapper().readValue(json, DissectionInfo.class);
      if (info.format() != DissectionInfo.FORMAT) {
        throw new DissectionException(
            file + ": format " + info.format() + "; this version reads " + DissectionInfo.FORMAT);
      }
      Dissection dissection =
          new Dissection(
              folder,
              info,
              readImages(folder.resolve("images.csv"), info.files().get("images.csv")),
              readConcepts(folder.resolve("concepts.csv"), info.files().get("concepts.csv")));
      for (DissectionInfo.LayerResult layer : info.layers()) {
        Path path = folder.resolve(LayerInfo.fileSafe(layer.layer().folder()));
        dissection.layers.add(
            new LayerDissection(
                dissection,
                layer,
                path,
                UnitTable.read(
                    path.resolve("units.csv"),
                    layer.layer().units(),
                    info.data().categories(),
                    info.files().get(layer.layer().folder() + "/units.csv"))));
      }
      return dissection;
    } catch (JacksonException | NullPointerException e) {
      throw new DamagedException(file, firstLine(e), e);
    } catch (CsvParseException e) {
      throw new DissectionException(folder + " is damaged: " + firstLine(e), e);
    }
  }

  private static String firstLine(RuntimeException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static List<String> readImages(Path path, @Nullable FileCheck expected)
      throws IOException {
    List<String> names = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(FileCheck.read(path, expected))) {
      for (NamedCsvRecord row : csv) {
        names.add(row.getField("image"));
      }
    }
    return List.copyOf(names);
  }

  private static List<ConceptInfo> readConcepts(Path path, @Nullable FileCheck expected)
      throws IOException {
    List<ConceptInfo> concepts = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(FileCheck.read(path, expected))) {
      for (NamedCsvRecord row : csv) {
        try {
          concepts.add(
              new ConceptInfo(
                  Integer.parseInt(row.getField("number")),
                  row.getField("name"),
                  row.getField("category"),
                  Long.parseLong(row.getField("truth")),
                  Integer.parseInt(row.getField("images"))));
        } catch (RuntimeException e) {
          throw new DissectionException(
              path + " is damaged at line " + row.getStartingLineNumber(), e);
        }
      }
    }
    return List.copyOf(concepts);
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

  /** Names of the chosen images by number. */
  public List<String> images() {
    return images;
  }

  int imageNumber(String name) {
    return Objects.requireNonNull(imageNumbers.get(name), "an unknown image");
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
