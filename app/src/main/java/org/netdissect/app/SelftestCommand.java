package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.netdissect.base.NetdissectException;
import org.netdissect.lab.planted.Selftest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code netdissect selftest}: are planted concepts found again? */
@Command(
    name = "selftest",
    description =
        "Plants known concepts in made-up activation maps and reports how often dissection finds"
            + " them again. Fails when a clean one is not found.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class SelftestCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "netdissect-selftest",
      description =
          "Working folder; selftest.csv and .svg stay. One that stands there is made anew. Default:"
              + " ${DEFAULT-VALUE}.")
  private Path out;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "400",
      description = "Images of the made-up world. Default: ${DEFAULT-VALUE}.")
  private int images;

  @Option(
      names = "--concepts",
      paramLabel = "N",
      defaultValue = "6",
      description = "Concepts planted in each category. Default: ${DEFAULT-VALUE}.")
  private int concepts;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    if (images < 100 || images > 20_000) {
      throw new UsageException("--images must be 100 to 20000");
    }
    if (concepts < 1 || concepts > 100) {
      throw new UsageException("--concepts must be 1 to 100");
    }
    List<Selftest.Line> lines =
        Selftest.run(
            out,
            images,
            concepts,
            line -> {
              Output.line(line);
            });
    Selftest.Line clean = lines.get(0);
    if (clean.recovered() < clean.units()) {
      throw new NetdissectException(
          "selftest failed: "
              + (clean.units() - clean.recovered())
              + " of "
              + clean.units()
              + " clean planted units were not found again");
    }
    for (Selftest.FormulaLine line :
        Selftest.runFormulas(out, images, concepts, text -> Output.line(text))) {
      if (line.noise() == 0 && line.recovered() < line.units()) {
        throw new NetdissectException(
            "selftest failed: "
                + (line.units() - line.recovered())
                + " of "
                + line.units()
                + " clean planted formulas of "
                + line.length()
                + " concepts were not found again");
      }
    }
    new TerminalProgress(System.err, common.quiet)
        .say(
            "every clean planted unit and formula was found again; table and chart: "
                + out.resolve("selftest.csv")
                + ", "
                + out.resolve("selftest.svg"));
    return 0;
  }
}
