package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Text;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.dissection.fit.Fit;
import org.netdissect.dissection.fit.PreprocessingCheck;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect check}: which preprocessing fits a network. */
@Command(
    name = "check",
    description =
        "Tries the known preprocessings on some photographs and tells which one a classifier behaves"
            + " best with, and by what evidence.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CheckCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "The network, a classifier.")
  private Path model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Photographs of what the network was made for; labels are not needed.")
  private List<Path> data;

  @Option(
      names = "--preprocess",
      paramLabel = "FILE",
      description = "Try this one as well: a JSON file as to 'netdissect run'.")
  private @Nullable String preprocess;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "100",
      description = "Photographs, 2 to 10000. Default: ${DEFAULT-VALUE}.")
  private int images;

  @Mixin private ModelOptions modelOptions;
  @Mixin private FitOption fit;
  @Mixin private DataOptions dataOptions;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    if (images < 2 || images > 10_000) {
      throw new UsageException("--images must be 2 to 10000");
    }
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    Map<String, Preprocessing> candidates = PreprocessingCheck.known();
    if (preprocess != null) {
      candidates.put(preprocess, PreprocessOption.one(preprocess));
    }
    List<Network> networks = modelOptions.open(List.of(model), progress);
    try {
      Network network = networks.get(0);
      dataOptions.takeAnyPhotographs(data);
      ConceptDataset photographs =
          dataOptions.open(data, network.inputHeight(), network.inputWidth(), progress);
      Output.print(
          text(
              PreprocessingCheck.of(
                  network, candidates, photographs, fit.framing(), images, progress),
              network));
    } finally {
      networks.forEach(Network::close);
    }
    return 0;
  }

  private static String text(PreprocessingCheck check, Network network) {
    StringBuilder out = new StringBuilder();
    out.append(network.name())
        .append(", ")
        .append(check.images())
        .append(" photographs and their mirror images\n")
        .append("  preprocessing  fit   agreement  information  confidence  classes  dead units\n");
    for (Fit fit : check.fits()) {
      out.append(
          String.format(
              Locale.ROOT,
              "  %-13s  %.2f  %9.2f  %6.2f bits  %10.2f  %7d  %8.0f %%%n",
              Text.terminal(fit.name()),
              check.score(fit),
              fit.agreement(),
              fit.information(),
              fit.confidence(),
              fit.classes(),
              100 * fit.dead()));
    }
    Fit best = check.fits().get(0);
    List<String> alike =
        check.fits().stream()
            .map(Fit::name)
            .filter(name -> !name.equals(best.name()) && !check.isClearlyBetterThan(name))
            .toList();
    out.append("best: ").append(Text.terminal(best.name()));
    if (!alike.isEmpty()) {
      out.append(", but hardly better than ")
          .append(Text.terminal(String.join(", ", alike)))
          .append(": ask who trained the network");
    }
    out.append('\n');
    return out.append("agreement: how often a photograph and its mirror image get the same class,")
        .append(" beyond chance (1 is best)\n")
        .append("information: how well the outputs tell photographs apart\n")
        .append("confidence: of the likeliest class; near 1 on any photograph is saturation\n")
        .toString();
  }
}
