package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.netdissect.base.Json;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.report.page.HtmlReport;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** {@code netdissect report}: the report of a result anew, without the network. */
@Command(
    name = "report",
    description = "Writes the HTML report of a result anew; the network is not needed.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ReportCommand implements Callable<Integer> {
  private static final String RUN = "run.json";
  private static final long LONGEST_RUN = 1L << 28;

  @Parameters(paramLabel = "OUT", description = "The result folder.")
  private Path result;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The data set that was dissected with, for its photographs, given as to 'netdissect run'."
              + " Default: where it was then.")
  private List<Path> data = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the report goes. Default: OUT/report.")
  private Path out;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "50",
      description = "Images on a unit's page, 1 to 50. Default: ${DEFAULT-VALUE}.")
  private int images;

  @Option(
      names = "--photo-size",
      paramLabel = "PIXELS",
      defaultValue = "400",
      description =
          "The longer side of photographs; larger ones are shrunk. Default: ${DEFAULT-VALUE}.")
  private int side;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Folder of the compiled data set. Default: DATA/.netdissect, or the user's cache folder.")
  private Path cache;

  @Mixin private DataOptions dataOptions;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    Dissection dissection = Dissection.open(result);
    Path folder = out == null ? result.resolve("report") : out;
    ConceptDataset labelled =
        dissection.info().imported() == null ? data(dissection, progress) : null;
    HtmlReport report;
    try {
      report =
          HtmlReport.of(dissection, labelled)
              .withAtlas(AtlasOptions.defaults().withCache(cache))
              .withImages(images)
              .withPhotoSide(side);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    report.write(folder, progress);
    Output.line(folder.resolve("index.html"));
    return 0;
  }

  /** The data set: as given, or else as the run noted; null, and said, where it is gone. */
  private ConceptDataset data(Dissection dissection, TerminalProgress progress) throws IOException {
    DissectionInfo.NetworkInfo network = dissection.info().network();
    if (!data.isEmpty()) {
      return open(data, network);
    }
    List<Path> noted = noted();
    if (noted.isEmpty()) {
      progress.warn("no photographs: " + RUN + " tells no data set; name its folder with --data");
      return null;
    }
    try {
      return open(noted, network);
    } catch (IOException e) {
      progress.warn(
          "no photographs: the data set that "
              + RUN
              + " tells cannot be read ("
              + Failures.line(e)
              + "); name its folder with --data");
      return null;
    }
  }

  /** Where the run found its data; empty if that is not known. */
  private List<Path> noted() {
    Path file = result.resolve(RUN);
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

  private ConceptDataset open(List<Path> folders, DissectionInfo.NetworkInfo network)
      throws IOException {
    return dataOptions.open(
        folders,
        network.inputHeight() == null ? 0 : network.inputHeight(),
        network.inputWidth() == null ? 0 : network.inputWidth());
  }
}
