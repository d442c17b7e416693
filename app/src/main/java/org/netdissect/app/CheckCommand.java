package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.netdissect.base.Text;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.dissection.fit.Fit;
import org.netdissect.dissection.fit.PreprocessingCheck;
import org.netdissect.networks.InputSize;
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
  @Parameters(paramLabel = "MODEL.onnx", description = "The network, a classifier.")
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
  private String preprocess;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "100",
      description = "Photographs, 2 to 10000. Default: ${DEFAULT-VALUE}.")
  private int images;

  @Option(
      names = "--input-size",
      paramLabel = "H,W",
      description = "Size of the network's input, for models that leave it free.")
  private String inputSize;

  @Mixin private DataOptions dataOptions;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    if (images < 2 || images > 10_000) {
      throw new UsageException("--images must be 2 to 10000");
    }
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    InputSize size;
    try {
      size = inputSize == null ? null : InputSize.parse(inputSize);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--input-size: " + e.getMessage());
    }
    Map<String, Preprocessing> candidates = PreprocessingCheck.known();
    if (preprocess != null) {
      candidates.put(preprocess, Preprocessing.of(preprocess));
    }
    try (Network network = Network.open(model, size)) {
      ConceptDataset photographs =
          dataOptions.open(data, network.inputHeight(), network.inputWidth(), progress);
      Output.print(
          text(
              PreprocessingCheck.of(model, network, candidates, photographs, images, progress),
              network));
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
    for (String hint : check.hints()) {
      out.append("the model says: ").append(Text.terminal(hint)).append('\n');
    }
    return out.append("agreement: how often a photograph and its mirror image get the same class,")
        .append(" beyond chance (1 is best)\n")
        .append("information: how well the outputs tell photographs apart\n")
        .append("confidence: of the likeliest class; near 1 on any photograph is saturation\n")
        .toString();
  }
}
