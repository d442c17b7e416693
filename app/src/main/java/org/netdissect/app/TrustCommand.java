package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.trust.Trust;
import org.netdissect.analysis.trust.TrustOptions;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.results.Dissection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code netdissect trust}: whether the labels of a result can be believed. */
@Command(
    name = "trust",
    description =
        "Puts the labels of a result to the test: chance levels with correction for many units,"
            + " stability under resampling, and a check on images that labels were not chosen on."
            + " Writes trust.csv beside units.csv; the network is not needed.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class TrustCommand implements Callable<Integer> {
  private static final String AUTO = "auto";

  @Parameters(
      arity = "1..*",
      paramLabel = "OUT",
      description = "The result folder; what follows --untrained OUT2 is untrained as well.")
  private List<Path> results;

  @Option(
      names = "--permutations",
      paramLabel = "auto|R",
      defaultValue = AUTO,
      description =
          "Permutations of the images; auto goes on until every unit is decided, or to"
              + " --most-permutations. Default: ${DEFAULT-VALUE}.")
  private String permutations;

  @Option(
      names = "--most-permutations",
      paramLabel = "R",
      description = "Where auto ends. Default: 1999.")
  private @Nullable Integer most;

  @Option(
      names = "--resamples",
      paramLabel = "B",
      defaultValue = "200",
      description = "Resamples of the images (bootstrap). Default: ${DEFAULT-VALUE}.")
  private int resamples;

  @Option(
      names = "--fdr",
      paramLabel = "X",
      defaultValue = "0.05",
      description =
          "Rate of false discoveries among the units called beyond chance. Default:"
              + " ${DEFAULT-VALUE}.")
  private double fdr;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description =
          "Choose labels on this split for the held-out check. Default: a random half of the images.")
  private @Nullable String split;

  @Option(
      names = "--untrained",
      paramLabel = "OUT2",
      description =
          "Result of an untrained network of the same architecture (netdissect randomize), run on the"
              + " same images: how often its units reach each label and IoU. May be repeated, or"
              + " followed by more of them where OUT stands first.")
  private List<Path> untrained = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of all draws. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Mixin private WorkersOption workers;

  @Option(
      names = "--no-report",
      description = "Leave the report of the result as it is. Default: it is written anew.")
  private boolean noReport;

  @Spec private CommandSpec spec;
  @Mixin private ResultData resultData;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    TrustOptions options = options();
    List<Path> untrainedToo = results.subList(1, results.size());
    checkOrder(untrainedToo);
    Dissection dissection = Dissection.open(results.get(0));
    List<Dissection> others = new ArrayList<>();
    for (Path folder : untrained) {
      others.add(Dissection.open(folder));
    }
    for (Path folder : untrainedToo) {
      others.add(Dissection.open(folder));
    }
    LabelledResult.check(dissection);
    ConceptDataset data = resultData.open(dissection);
    try (LabelledResult labelled =
        LabelledResult.open(dissection, data, resultData.atlas(), progress)) {
      Trust.write(labelled, options, others, progress);
    }
    Reports.renew(dissection, data, resultData.atlas(), noReport, progress);
    Output.print(TrustSummary.text(dissection));
    return 0;
  }

  /** Several folders are told apart only where the tested one comes before --untrained. */
  private void checkOrder(List<Path> more) {
    if (more.isEmpty()) {
      return;
    }
    if (untrained.isEmpty()) {
      throw new UsageException(
          "one result is put to the test at a time: "
              + results.get(0)
              + " or "
              + more.get(0)
              + "?");
    }
    List<String> words = spec.commandLine().getParseResult().originalArgs();
    int first =
        IntStream.range(0, words.size())
            .filter(i -> words.get(i).startsWith("--untrained"))
            .findFirst()
            .orElse(0);
    if (words.indexOf(results.get(0).toString()) > first) {
      throw new UsageException(
          "which of "
              + results.get(0)
              + " and "
              + more.get(0)
              + " is put to the test? Name it before --untrained, or repeat --untrained for each");
    }
  }

  private TrustOptions options() {
    if (!permutations.equals(AUTO) && most != null) {
      throw new UsageException(
          "--permutations "
              + permutations
              + " is how many there are, so --most-permutations "
              + most
              + " would do nothing; give one of them");
    }
    try {
      return new TrustOptions(
          permutations.equals(AUTO) ? 0 : fixed(),
          most == null ? TrustOptions.defaults().most() : most,
          resamples,
          fdr,
          seed,
          split,
          workers.workers());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** The options take 0 for auto, which here has its word. */
  private int fixed() {
    int number;
    try {
      number = Integer.parseInt(permutations);
    } catch (NumberFormatException e) {
      number = 0;
    }
    if (number < TrustOptions.LEAST) {
      throw new UsageException(
          "--permutations must be auto or at least " + TrustOptions.LEAST + ": " + permutations);
    }
    return number;
  }
}
