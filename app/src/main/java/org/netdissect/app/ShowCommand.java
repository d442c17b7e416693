package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Json;
import org.netdissect.results.Dissection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect show}: the summary of a result. */
@Command(
    name = "show",
    description = "Prints the summary of a result: detectors, unique detectors, best units.",
    mixinStandardHelpOptions = true)
final class ShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "OUT", description = "The result folder.")
  private Path out;

  @Option(
      names = "--iou",
      paramLabel = "X",
      description = "IoU above which a unit is a detector. Default: the run's own.")
  private @Nullable Double iou;

  @Option(
      names = "--sparsity",
      description =
          "Also tell how sparsely each layer's units answer: share of zeros, kurtosis (medians).")
  private boolean sparsity;

  @Option(names = "--json", description = "Print JSON for programs.")
  private boolean json;

  @Mixin
  @SuppressWarnings("UnusedVariable") // its options are read by the parser
  private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    if (iou != null && !(iou >= 0 && iou < 1)) {
      throw new UsageException("--iou must lie from 0 to below 1: " + iou);
    }
    Dissection dissection = Dissection.open(out);
    double threshold = iou == null ? dissection.info().rules().iou() : iou;
    Output.print(
        json
            ? Json.pretty(Summary.json(dissection, threshold, sparsity))
            : Summary.text(dissection, threshold, sparsity));
    return 0;
  }
}
