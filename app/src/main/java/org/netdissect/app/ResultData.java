package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Json;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.CroppedDataset;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.pictures.Framing;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The data set of a result, for commands that look at one again: as given, or as the run noted. */
final class ResultData {
  private static final String RUN = "run.json";
  private static final long LONGEST_RUN = 1L << 28;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The data set that was dissected with, given as to 'netdissect run'. Default: where it lay"
              + " then.")
  private List<Path> data = List.of();

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Folder of the compiled data set. Default: DATA/.netdissect, or the user's cache folder.")
  private @Nullable Path cache;

  @Mixin private DataOptions dataOptions;

  /** Where the compiled data set is; to be asked for once the data set is open. */
  AtlasOptions atlas() {
    return AtlasOptions.defaults().withCache(cache);
  }

  /**
   * Opens it.
   *
   * @throws DissectionException if the result does not tell where it is, or it is not there any
   *     more
   */
  ConceptDataset open(Dissection dissection) throws IOException {
    if (!data.isEmpty()) {
      dataOptions.takeAs(dissection);
      return open(data, dissection);
    }
    List<Path> noted = noted(dissection);
    if (noted.isEmpty()) {
      throw new DissectionException(RUN + " tells no data set; name its folder with --data");
    }
    try {
      return open(noted, dissection);
    } catch (IOException e) {
      throw new DissectionException(
          "the data set that "
              + RUN
              + " tells cannot be read ("
              + Failures.line(e)
              + "); name its folder with --data",
          e);
    }
  }

  /** Whether it was named, so that its failing is not to be passed over. */
  boolean isGiven() {
    return !data.isEmpty();
  }

  private List<Path> noted(Dissection dissection) {
    Path file = dissection.folder().resolve(RUN);
    try {
      if (Files.isRegularFile(file) && Files.size(file) <= LONGEST_RUN) {
        JsonNode run = Json.mapper().readTree(Files.readAllBytes(file));
        if (cache == null && run.path("cache").isString()) {
          cache = Path.of(run.path("cache").asString());
        }
        if (run.path("dataset").isObject()) {
          return dataOptions.take(run.path("dataset"));
        }
        // Results of older versions tell the folder only.
        return run.path("data").isString()
            ? List.of(Path.of(run.path("data").asString()))
            : List.of();
      }
    } catch (IOException | JacksonException | InvalidPathException e) {
      // Then it is not known.
    }
    return List.of();
  }

  private ConceptDataset open(List<Path> folders, Dissection dissection) throws IOException {
    DissectionInfo.NetworkInfo network = dissection.info().network();
    int height = network.inputHeight() == null ? 0 : network.inputHeight();
    int width = network.inputWidth() == null ? 0 : network.inputWidth();
    ConceptDataset data = dataOptions.open(folders, height, width);
    return Framing.CROP.word().equals(network.fit())
        ? new CroppedDataset(data, height, width)
        : data;
  }
}
