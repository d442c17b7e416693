package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.report.page.HtmlReport;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.ResultFolder;
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
      names = "--out",
      paramLabel = "DIR",
      description = "Where the report goes. Default: OUT/report.")
  private @Nullable Path out;

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

  @Mixin private ResultData resultData;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    Dissection dissection = Dissection.open(result);
    Path folder = out == null ? result.resolve(ResultFolder.REPORT) : out;
    ConceptDataset labelled =
        dissection.info().imported() == null ? data(dissection, folder, progress) : null;
    HtmlReport report;
    try {
      report =
          HtmlReport.of(dissection, labelled)
              .withAtlas(resultData.atlas())
              .withImages(images)
              .withPhotoSide(side);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
    if (resultData.isGiven() || HtmlReport.isIn(folder)) {
      report = report.withRightDataOnly();
    }
    report.write(folder, progress);
    Output.line(folder.resolve("index.html"));
    return 0;
  }

  /**
   * The data set; null, and said, where the run's own is gone.
   *
   * @throws DissectionException if photographs of an earlier report would be lost by that
   */
  private @Nullable ConceptDataset data(
      Dissection dissection, Path folder, TerminalProgress progress) throws IOException {
    if (resultData.isGiven()) {
      return resultData.open(dissection);
    }
    try {
      return resultData.open(dissection);
    } catch (IOException e) {
      if (HtmlReport.hasPhotographs(folder)) {
        throw new DissectionException(
            folder
                + " holds a report with photographs, which stays: "
                + Failures.line(e)
                + ", or write a report without photographs elsewhere with --out",
            e);
      }
      progress.warn("no photographs: " + Failures.line(e));
      return null;
    }
  }
}
