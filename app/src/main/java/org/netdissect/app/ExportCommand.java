package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.netdissect.dissection.CountsExport;
import org.netdissect.dissection.Dissection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect export}: the tables of a result for other programs. */
@Command(
    name = "export",
    description = "Writes the tables of a result for other programs.",
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "OUT", description = "The result folder.")
  private Path result;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description =
          "counts-csv: per layer counts.csv (every unit and concept that meet) and thresholds.csv.")
  private String format;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Gets a folder for each layer.")
  private Path out;

  @Mixin
  @SuppressWarnings("UnusedVariable") // its options are read by the parser
  private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    if (!format.equals("counts-csv")) {
      throw new UsageException("--format '" + format + "' is unknown; there is counts-csv");
    }
    CountsExport.write(Dissection.open(result), out);
    return 0;
  }
}
