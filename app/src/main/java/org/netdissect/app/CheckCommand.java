package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Text;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.dissection.fit.Fit;
import org.netdissect.dissection.fit.PreprocessingCheck;
import org.netdissect.networks.InputEvidence;
import org.netdissect.networks.ModelException;
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
        "Reads what a model's file tells of its preprocessing, tries the known ones on some"
            + " photographs, and tells which one a classifier behaves best with, and by what"
            + " evidence.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CheckCommand implements Callable<Integer> {
  /** How a preprocessing that only the model's file knows is called. */
  private static final String STATED = "its file's";

  @Parameters(paramLabel = "MODEL", description = "The network, a classifier.")
  private Path model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description =
          "Photographs of what the network was made for; labels are not needed, but count where"
              + " they name its classes.")
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

  @Option(
      names = "--classes",
      paramLabel = "FILE",
      description =
          "Names of the outputs in their order, one a line, if the model's metadata do not hold"
              + " them: labels of the photographs that bear such a name are evidence, too.")
  private @Nullable Path classes;

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
      InputEvidence evidence = network.evidence();
      evidence.stated().ifPresent(clue -> addStated(candidates, clue));
      dataOptions.takeAnyPhotographs(data);
      ConceptDataset photographs =
          dataOptions.open(data, network.inputHeight(), network.inputWidth(), progress);
      List<String> names = classes == null ? evidence.classes() : ClassList.read(classes);
      Output.print(network.name() + "\n" + file(evidence));
      Output.print(tried(network, candidates, names, photographs, evidence, progress));
    } finally {
      networks.forEach(Network::close);
    }
    return 0;
  }

  /** What the file says becomes a candidate of its own, unless it is a known one. */
  private static void addStated(Map<String, Preprocessing> candidates, InputEvidence.Clue clue) {
    Preprocessing stated = Objects.requireNonNull(clue.preprocessing());
    if (!candidates.containsValue(stated)) {
      candidates.put(STATED, stated);
    }
  }

  private static String file(InputEvidence evidence) {
    StringBuilder out = new StringBuilder("by its file\n");
    for (InputEvidence.Clue clue : evidence.clues()) {
      Preprocessing meant = clue.preprocessing();
      out.append("  ").append(Text.oneLine(clue.text()));
      if (meant != null) {
        out.append(" -> ").append(PreprocessingWarning.advice(meant));
      }
      out.append('\n');
    }
    if (evidence.stated().isEmpty()) {
      out.append("  neither its graph nor its metadata tell of a preprocessing\n");
    }
    return out.toString();
  }

  /** Tries the candidates; where the network is no classifier, what the file says must do. */
  private String tried(
      Network network,
      Map<String, Preprocessing> candidates,
      List<String> names,
      ConceptDataset photographs,
      InputEvidence evidence,
      TerminalProgress progress)
      throws IOException {
    try {
      PreprocessingCheck check =
          PreprocessingCheck.of(
              network, candidates, names, photographs, fit.framing(), images, progress);
      return text(check, evidence);
    } catch (ModelException e) {
      if (evidence.stated().isEmpty()) {
        throw e;
      }
      return "by photographs\n  " + Text.oneLine(e.getMessage()) + "\n";
    }
  }

  private static String text(PreprocessingCheck check, InputEvidence evidence) {
    StringBuilder out = new StringBuilder();
    boolean isNamed = check.fits().get(0).labelled() > 0;
    out.append("by ")
        .append(check.images())
        .append(" photographs and their mirror images\n")
        .append("  preprocessing  fit   agreement  information  confidence  classes  dead units")
        .append(isNamed ? "  named\n" : "\n");
    for (Fit fit : check.fits()) {
      out.append(
          String.format(
              Locale.ROOT,
              "  %-13s  %.2f  %9.2f  %6.2f bits  %10.2f  %7d  %8.0f %%",
              Text.terminal(fit.name()),
              check.score(fit),
              fit.agreement(),
              fit.information(),
              fit.confidence(),
              fit.classes(),
              100 * fit.dead()));
      out.append(isNamed ? "  " + fit.named() + " of " + fit.labelled() + "\n" : "\n");
    }
    return out.append(verdict(check, evidence))
        .append('\n')
        .append("agreement: how often a photograph and its mirror image get the same class,")
        .append(" beyond chance (1 is best)\n")
        .append("information: how well the outputs tell photographs apart\n")
        .append("confidence: of the likeliest class; near 1 on any photograph is saturation\n")
        .append(
            isNamed
                ? "named: photographs whose likeliest class is one that their labels name ("
                    + check.namedConcepts()
                    + " labels are names of classes)\n"
                : "")
        .toString();
  }

  /** Which fits, by which evidence. */
  private static String verdict(PreprocessingCheck check, InputEvidence evidence) {
    if (!check.isAnyFitting()) {
      return "no preprocessing fits: under none do the outputs tell photographs apart;"
          + " are these photographs of what the network was made for, and its weights trained ones?";
    }
    return "best: " + best(check, evidence);
  }

  private static String best(PreprocessingCheck check, InputEvidence evidence) {
    String best = check.fits().get(0).name();
    List<String> alike =
        check.fits().stream()
            .map(Fit::name)
            .filter(name -> !name.equals(best) && !check.isClearlyBetterThan(name))
            .toList();
    if (evidence.stated().isPresent()) {
      Preprocessing meant = Objects.requireNonNull(evidence.stated().get().preprocessing());
      String stated = meant.name().equals("custom") ? STATED : meant.name();
      if (stated.equals(best) || alike.contains(stated)) {
        return Text.terminal(stated) + ", as its file says, and the photographs agree";
      }
      return "not clear: its file says "
          + stated
          + ", but photographs fit "
          + Text.terminal(best)
          + " better: ask who trained the network";
    }
    return Text.terminal(best)
        + (alike.isEmpty()
            ? ", by the photographs"
            : ", but %s than %s: ask who trained the network"
                .formatted(
                    check.images() < PreprocessingCheck.ENOUGH
                        ? "with fewer than "
                            + PreprocessingCheck.ENOUGH
                            + " photographs not surely better"
                        : "hardly better",
                    Text.terminal(String.join(", ", alike))));
  }
}
