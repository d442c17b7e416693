package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.formulas.Formula;
import org.netdissect.analysis.formulas.FormulaOptions;
import org.netdissect.analysis.formulas.FormulaSearch;
import org.netdissect.analysis.formulas.Formulas;
import org.netdissect.analysis.formulas.LinearOptions;
import org.netdissect.analysis.formulas.LinearSearch;
import org.netdissect.analysis.formulas.RangeOptions;
import org.netdissect.analysis.formulas.RangeSearch;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.results.Dissection;
import org.netdissect.results.FormulaScore;
import org.netdissect.results.FormulaTable;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LinearScore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect formulas}: what units detect, as logical formulas. */
@Command(
    name = "formulas",
    description =
        "Finds for every unit the logical formula of concepts that agrees best with its mask, by"
            + " length and with proof. Writes formulas.csv beside units.csv; the network is not"
            + " needed. IoU is over all images read, |mask and formula| / |mask or formula|; that of"
            + " units.csv and show counts the mask only on images annotated for the concept's"
            + " category, and so may be higher.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class FormulasCommand implements Callable<Integer> {
  /** What --evaluate does not look at. */
  private static final List<String> OF_A_SEARCH =
      List.of(
          "--linear",
          "--ranges",
          "--ranges-by",
          "--seed",
          "--length",
          "--search",
          "--beam",
          "--operators",
          "--minimum-gain",
          "--penalty",
          "--time-limit");

  @Parameters(paramLabel = "OUT", description = "The result folder.")
  private Path result;

  @Option(
      names = "--length",
      paramLabel = "N",
      defaultValue = "3",
      description = "Most concepts of a formula. Default: ${DEFAULT-VALUE}.")
  private int length;

  @Option(
      names = "--search",
      paramLabel = "optimal|beam",
      defaultValue = "optimal",
      description =
          "optimal proves lengths up to 3; beam is faster and proves nothing. Default:"
              + " ${DEFAULT-VALUE}.")
  private String search;

  @Option(
      names = "--beam",
      paramLabel = "N",
      defaultValue = "10",
      description = "Formulas that the beam keeps. Default: ${DEFAULT-VALUE}.")
  private int beam;

  @Option(
      names = "--operators",
      split = ",",
      paramLabel = "A,B",
      defaultValue = "or,and,and-not",
      description = "What may join concepts. Default: ${DEFAULT-VALUE}.")
  private List<String> operators;

  @Option(
      names = "--categories",
      split = ",",
      paramLabel = "A,B",
      description =
          "Only formulas of concepts that are labelled in one of these categories. Default: all of the"
              + " result's.")
  private List<String> categories = List.of();

  @Option(
      names = "--minimum-gain",
      paramLabel = "X",
      defaultValue = "0",
      description =
          "IoU that a longer formula must gain to take a shorter one's place. Default:"
              + " ${DEFAULT-VALUE}: any.")
  private double minimumGain;

  @Option(
      names = "--penalty",
      paramLabel = "X",
      defaultValue = "1",
      description =
          "Factor on the IoU for each concept more, in what the beam keeps and in whether a longer"
              + " formula takes a shorter one's place. Default: ${DEFAULT-VALUE}: none.")
  private double penalty;

  @Option(
      names = "--time-limit",
      paramLabel = "30s",
      defaultValue = "30s",
      description =
          "For each unit (s, m or ms); what is not proven by then is given with a bound. Default:"
              + " ${DEFAULT-VALUE}.")
  private String timeLimit;

  @Option(
      names = "--units",
      split = ",",
      paramLabel = "N,M",
      description = "Only these units. Default: all.")
  private List<Integer> units = List.of();

  @Option(
      names = "--linear",
      description =
          "Also explain each unit's pooled activation as a weighted sum of few concepts, and tell"
              + " the correlation of label, formula and sum on images held out. Writes linear.csv.")
  private boolean linear;

  @Option(
      names = "--ranges",
      paramLabel = "K",
      description =
          "Also divide each unit's activations into so many ranges and find a formula of each; needs"
              + " a run with --keep-quantile. Writes ranges.csv.")
  private @Nullable Integer ranges;

  @Option(
      names = "--ranges-by",
      paramLabel = "quantiles|kmeans",
      defaultValue = "quantiles",
      description =
          "quantiles: ranges of the same number of activations; kmeans: clusters of them. Default:"
              + " ${DEFAULT-VALUE}.")
  private String rangesBy;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Seed of the split of the images that --linear makes, and of --ranges-by kmeans."
              + " Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--evaluate",
      paramLabel = "FORMULA",
      description =
          "Score this formula for all units, or those of --units, and rank them instead, for example \"car AND NOT (road OR wheel)\";"
              + " names as in the tables or as pages show them, of several words in double quotes.")
  private @Nullable String evaluate;

  @Mixin private WorkersOption workers;

  @Mixin private ResultData resultData;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    FormulaOptions options = options();
    RangeOptions ofRanges = ranges();
    Dissection dissection = Dissection.open(result);
    LabelledResult.check(dissection);
    if (ofRanges != null) {
      for (LayerDissection layer : dissection.layers()) {
        RangeSearch.requireLowMaps(layer);
      }
    }
    ConceptDataset data = resultData.open(dissection);
    try (LabelledResult labelled =
        LabelledResult.open(dissection, data, resultData.atlas(), progress)) {
      FormulaSearch formulas = FormulaSearch.in(labelled, categories);
      for (LayerDissection layer : dissection.layers()) {
        if (evaluate != null) {
          Output.print(
              FormulaSummary.ranked(layer, evaluated(formulas, layer, evaluate, progress)));
          continue;
        }
        FormulaTable table = Formulas.write(formulas, layer, units(layer), options, progress);
        Output.print(FormulaSummary.text(layer, table));
        if (ofRanges != null) {
          Output.print(
              FormulaSummary.ranges(
                  layer,
                  RangeSearch.write(formulas, layer, units(layer), ofRanges, options, progress)));
        }
        if (linear) {
          List<LinearScore> sums =
              LinearSearch.write(
                  formulas,
                  layer,
                  units(layer),
                  table,
                  LinearOptions.withSeed(seed),
                  options.workers(),
                  progress);
          Output.print(FormulaSummary.linear(sums));
        }
      }
      Output.print(FormulaSummary.ABOUT_IOU);
    }
    return 0;
  }

  private List<FormulaScore> evaluated(
      FormulaSearch formulas, LayerDissection layer, String formula, TerminalProgress progress)
      throws IOException {
    int[] wanted = units(layer);
    try {
      List<FormulaScore> scores = new ArrayList<>(formulas.evaluate(layer, formula, progress));
      scores.removeIf(score -> wanted != null && Arrays.binarySearch(wanted, score.unit()) < 0);
      scores.sort(
          Comparator.comparingDouble(FormulaScore::iou)
              .reversed()
              .thenComparingInt(FormulaScore::unit));
      return scores;
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** Null for all. */
  private int @Nullable [] units(LayerDissection layer) {
    if (units.isEmpty()) {
      return null;
    }
    for (int unit : units) {
      if (unit < 0 || unit >= layer.units().size()) {
        throw new UsageException(
            "--units: layer "
                + layer.layer().name()
                + " has units 0 to "
                + (layer.units().size() - 1)
                + ", not "
                + unit);
      }
    }
    return units.stream().mapToInt(unit -> unit).sorted().distinct().toArray();
  }

  private FormulaOptions options() {
    try {
      if (!List.of("optimal", "beam").contains(search)) {
        throw new IllegalArgumentException("--search must be optimal or beam: " + search);
      }
      return new FormulaOptions(
          length,
          search.equals("optimal"),
          beam,
          operators.stream().map(FormulasCommand::operator).distinct().toList(),
          minimumGain,
          penalty,
          duration(timeLimit),
          workers.workers());
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** Null if none were asked for. */
  private @Nullable RangeOptions ranges() {
    try {
      RangeOptions.By by = RangeOptions.By.of(rangesBy);
      refuseWhatDoesNothing(by);
      if (ranges == null) {
        return null;
      }
      return new RangeOptions(ranges, by, seed);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  /** Refuses options that nothing would look at, by name. */
  private void refuseWhatDoesNothing(RangeOptions.By by) {
    if (evaluate != null) {
      OF_A_SEARCH.stream()
          .filter(common::given)
          .findFirst()
          .ifPresent(
              option -> {
                throw new IllegalArgumentException(
                    "--evaluate scores one formula for the units' masks; "
                        + option
                        + " does not go with it");
              });
    }
    if (ranges == null && common.given("--ranges-by")) {
      throw new IllegalArgumentException(
          "--ranges-by tells how --ranges K divides activations; give --ranges too");
    }
    if (common.given("--seed") && !linear && (ranges == null || by != RangeOptions.By.KMEANS)) {
      throw new IllegalArgumentException(
          "--seed is that of --linear and of --ranges K --ranges-by kmeans; give one of them too");
    }
  }

  private static Formula.Operator operator(String word) {
    return switch (word.trim()) {
      case "or" -> Formula.Operator.OR;
      case "and" -> Formula.Operator.AND;
      case "and-not" -> Formula.Operator.AND_NOT;
      default ->
          throw new IllegalArgumentException("--operators are or, and, and-not, not " + word);
    };
  }

  private static Duration duration(String text) {
    if (text.trim().startsWith("-")) {
      throw new IllegalArgumentException("--time-limit must be above 0: " + text);
    }
    java.util.regex.Matcher parts =
        java.util.regex.Pattern.compile("(\\d{1,9})(ms|s|m|h)?").matcher(text.trim());
    if (!parts.matches()) {
      throw new IllegalArgumentException("--time-limit is a number with ms, s, m or h: " + text);
    }
    long number = Long.parseLong(parts.group(1));
    return switch (parts.group(2) == null ? "s" : parts.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofSeconds(number);
    };
  }
}
