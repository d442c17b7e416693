package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.broden.BrodenConverter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect data convert}: any data set as a Broden folder. */
@Command(
    name = "convert",
    description = "Writes data sets as one folder in Broden's format.",
    mixinStandardHelpOptions = true)
final class DataConvertCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "DIR",
      description = "The folder of the data set; several are joined.")
  private List<Path> data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A new folder, or an unfinished one.")
  private Path out;

  @Option(
      names = "--size",
      paramLabel = "N",
      description = "Pixels a side of the photographs; masks have half. Default: ${DEFAULT-VALUE}.")
  private int size = 224;

  @Option(
      names = "--min-images",
      paramLabel = "N",
      description =
          "Drop labels in fewer images (Broden: 10). Default: ${DEFAULT-VALUE}, which keeps all.")
  private int minImages = 1;

  @Option(names = "--strict", description = "Stop at an unreadable image.")
  private boolean strict;

  @Mixin private WorkersOption workers;

  @Mixin private DataOptions dataOptions;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    ConceptDataset from = dataOptions.open(data, size, size, progress);
    BrodenConverter.Result result =
        BrodenConverter.convert(from, out, size, minImages, workers.workers(), strict, progress);
    Output.line(
        out
            + ": "
            + result.written()
            + " images"
            + (result.leftOut() > 0 ? ", " + result.leftOut() + " left out as unreadable" : ""));
    return 0;
  }
}
