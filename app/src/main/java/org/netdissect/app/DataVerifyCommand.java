package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.netdissect.datasets.check.DatasetVerifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code netdissect data verify}: everything that is wrong with a data set. */
@Command(
    name = "verify",
    description = "Finds everything that is wrong with a data set. Exit code 1 if it is serious.",
    mixinStandardHelpOptions = true)
final class DataVerifyCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "DIR", description = "The folder of the data set.")
  private List<Path> data;

  @Mixin private WorkersOption workers;

  @Mixin private DataOptions dataOptions;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    boolean sound = true;
    for (Path folder : DataOptions.located(data)) {
      long[] count = new long[2];
      sound &=
          DatasetVerifier.verify(
              folder,
              dataOptions.options(0, 0),
              workers.workers(),
              finding -> {
                count[finding.serious() ? 0 : 1]++;
                Output.line(
                    (finding.serious() ? "error: " : "note: ") + Failures.oneLine(finding.text()));
              },
              progress);
      Output.line(
          folder
              + ": "
              + (count[0] == 1 ? "1 error, " : count[0] + " errors, ")
              + (count[1] == 1 ? "1 note" : count[1] + " notes"));
    }
    return sound ? 0 : 1;
  }
}
