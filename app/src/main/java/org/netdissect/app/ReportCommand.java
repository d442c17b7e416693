package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.report.page.HtmlReport;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect report}: the report of a result anew, without the network. */
@Command(
    name = "report",
    description = "Writes the HTML report of a result anew; the network is not needed.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "OUT", description = "The result folder.")
  private Path result;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The data set that was dissected with, for its photographs, given as to 'netdissect run'."
              + " Without it the report has none.")
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
    HtmlReport report;
    try {
      report =
          HtmlReport.of(dissection, open(dissection.info().network()))
              .withAtlas(AtlasOptions.defaults().withCache(cache))
              .withImages(images)
              .withPhotoSide(side);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    if (data.isEmpty() && dissection.info().imported() == null) {
      progress.warn("no photographs without --data, the folder of the data set");
    }
    report.write(folder, progress);
    Output.line(folder.resolve("index.html"));
    return 0;
  }

  private ConceptDataset open(DissectionInfo.NetworkInfo network) throws IOException {
    if (data.isEmpty()) {
      return null;
    }
    return dataOptions.open(
        data,
        network.inputHeight() == null ? 0 : network.inputHeight(),
        network.inputWidth() == null ? 0 : network.inputWidth());
  }
}
