package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.measures.Measures;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.results.Dissection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect measures}: second opinions on the labels of a result. */
@Command(
    name = "measures",
    description =
        "Second opinions on the labels of a result: precision, recall, F1, lift and correlation of"
            + " pixels, AUC, average precision and correlations of the images' peak activations (of"
            + " a run with --peaks), which labels change if another measure chooses, and whether"
            + " units mean one thing. Writes measures.csv, choices.csv and meanings.csv beside"
            + " units.csv; the network is not needed.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class MeasuresCommand implements Callable<Integer> {
  @Parameters(paramLabel = "OUT", description = "The result folder.")
  private Path result;

  @Mixin private WorkersOption workers;

  @Option(
      names = "--no-report",
      description = "Leave the report of the result as it is. Default: it is written anew.")
  private boolean noReport;

  @Mixin private ResultData resultData;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    int threads = workers.workers();
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    Dissection dissection = Dissection.open(result);
    LabelledResult.check(dissection);
    ConceptDataset data = resultData.open(dissection);
    try (LabelledResult labelled =
        LabelledResult.open(dissection, data, resultData.atlas(), progress)) {
      Measures.write(labelled, threads, progress);
    }
    Reports.renew(dissection, data, resultData.atlas(), noReport, progress);
    Output.print(MeasuresSummary.text(dissection));
    return 0;
  }
}
